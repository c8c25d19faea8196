import type { Attempt } from '../admission.ts'
import { paceOf } from './pace.ts'
import type { PaceState, Spell } from './pace-state.ts'
import { disproved, type Limit, proved, type Suspicion } from './suspicion.ts'
import { ROUNDED_MS, toldAfter } from './told-end.ts'

/** A limit that counts by the second shows so late. */
const NOTICED_MS = 1_000

/** `refusals`: in units. `share`: used of what the server keeps. */
export const spellOf = (state: PaceState, from: number, refusals: number, share = 1): Spell => ({
  from,
  rate: paceOf(state, NOTICED_MS),
  ceilingBefore: state.ceiling,
  sureBefore: state.sure,
  trustedBefore: state.trusted,
  cycleFrom: state.cycleFrom ?? from,
  cycleCount: state.cycleCount,
  keptMs: Math.max(0, share - state.cycleShare) * state.keepsMs,
  refusals,
  lastSilentAt: null,
  told: null,
  triedAt: null,
})

/** `count`: what was accepted meanwhile; below 0: counted before, but refused. */
export const withRefusal = (spell: Spell, attempt: Attempt, cost: number, count: number): Spell => ({
  ...spell,
  refusals: spell.refusals + cost,
  cycleCount: spell.cycleCount + count,
  told: toldAfter(spell.told, attempt),
})

/** After a refusal to what was sent since the pace last reacted. */
export function spellAfter(state: PaceState, { attempt, ticket, isLate }: Limit): Spell {
  const { spell, cycleCount } = state
  if (spell !== null) return { ...withRefusal(spell, attempt, ticket.cost, cycleCount), triedAt: attempt.sentAt }
  const begun = spellOf(state, attempt.sentAt, ticket.cost)
  return { ...begun, told: toldAfter(null, attempt), ...(isLate ? { rate: null } : {}) }
}

/**
 * What the end of a spell shows of the waits that were asked for. If it came before its time, the refusal was its request's
 * own, or its server asks for longer than it need; the former if the pace was below what had been accepted. That it came in
 * time shows something only if it was tried before.
 */
export function withEnd(suspicion: Suspicion, { told, triedAt, rate, ceilingBefore }: Spell, at: number): Suspicion {
  if (told === null) return suspicion
  if (at < told.until - ROUNDED_MS) return disproved(suspicion, told.kind, rate !== null && rate < ceilingBefore)
  return triedAt !== null && triedAt > told.toldAt ? proved(suspicion, told.kind) : suspicion
}
