import type { Attempt } from '../admission.ts'
import { ceilingAfter, opensAtOf } from './ceiling.ts'
import { crowded, crowdedAgain, isRoof, roofed } from './crowd.ts'
import { paceOf, type Ticket } from './pace.ts'
import { LATE_MS, type PaceState, type Spell } from './pace-state.ts'
import { judged } from './suspicion.ts'

const [FIRST_PAUSE_MS, MOST_FIRST_PAUSE_MS, MOST_PAUSE_MS] = [250, 2_000, 4_000]
/** A longer one is the caller's to judge; here it only holds everybody up for so long. */
const MOST_HINT_MS = 15 * 60_000
/** Added to what the server asks for, so that not all its clients come back at once. */
const [JITTER_SHARE, MOST_JITTER_MS] = [0.1, 1_000]
/** A limit that counts by the second shows so late. */
const NOTICED_MS = 1_000

/** After an attempt at `url`. `chance`: 0 to 1. */
export function withAttempt(
  before: PaceState,
  url: string,
  attempt: Attempt,
  ticket: Ticket,
  chance: number,
): PaceState {
  const { reactedAt, spell } = before
  const closed = spell !== null && attempt.sentAt >= reactedAt
  const { suspicion, limit } = judged(before.suspicion, url, attempt, { ticket, reactedAt, closed })
  const state = {
    ...before,
    suspicion,
    inFlight: before.inFlight - 1,
    probing: before.probing && !ticket.probe,
    widening: before.widening && !ticket.widens,
    throttled: before.throttled + (attempt.result === 'throttled' ? 1 : 0),
  }
  const after = limit === undefined ? state : refused(state, limit.attempt, limit.ticket, chance)
  return attempt.result === 'answered' ? accepted(after, attempt, ticket) : after
}

function accepted(state: PaceState, { sentAt, endedAt }: Attempt, ticket: Ticket): PaceState {
  // What was sent before the reaction does not end the spell.
  if (sentAt < state.reactedAt) return state
  const after = state.spell === null ? state : reopened(state, state.spell, sentAt)
  return after.mode === 'open' ? wider(after, ticket) : roofed(after, ticket, endedAt)
}

/** One more for each answer doubles it each round trip; only while it is used. */
const wider = (state: PaceState, { inFlight }: Ticket): PaceState =>
  inFlight * 2 >= state.window && state.window < state.most ? { ...state, window: state.window + 1 } : state

const reopened = (state: PaceState, spell: Spell, at: number): PaceState => ({
  ...state,
  ...(state.pinned === null ? ceilingAfter(spell, at) : {}),
  spell: null,
  strikes: 0,
  single: false,
  probing: false,
  cycleFrom: opensAtOf(spell, at),
  closedMs: opensAtOf(spell, at) - spell.from,
})

function refused(before: PaceState, attempt: Attempt, ticket: Ticket, chance: number): PaceState {
  const { sentAt, endedAt: now, retryAfterMs: hintMs = 0 } = attempt
  const jitterMs = Math.min(MOST_JITTER_MS, hintMs * JITTER_SHARE * chance)
  const hintedUntil = hintMs > 0 ? now + Math.min(hintMs, MOST_HINT_MS) + jitterMs : 0
  const state = {
    ...before,
    pausedUntil: Math.max(before.pausedUntil, hintedUntil),
  }
  if (sentAt < state.reactedAt)
    return { ...state, spell: state.spell && withRefusal(state.spell, ticket.cost, -ticket.cost) }
  const counted = { ...state, cycleCount: state.cycleCount - ticket.cost }
  if (isRoof(counted, ticket) && counted.mode !== 'crowded') return crowded(counted, ticket.inFlight, now)
  const still = counted.mode === 'crowded' ? crowdedAgain(counted, ticket, now) : undefined
  return still ?? paused({ ...counted, roof: ticket.inFlight, belowRoof: 0 }, attempt, ticket, chance)
}

/** `count`: what was accepted meanwhile; below 0: counted before, but refused. */
const withRefusal = (spell: Spell, cost: number, count: number): Spell => ({
  ...spell,
  refusals: spell.refusals + cost,
  cycleCount: spell.cycleCount + count,
})

/** The server counts in time: wait a little, and find the pace anew. */
function paused(
  state: PaceState,
  { sentAt, endedAt: now, retryAfterMs = 0 }: Attempt,
  { cost }: Ticket,
  chance: number,
): PaceState {
  const hinted = retryAfterMs > 0
  const spell = {
    ...(state.spell === null ? spellOf(state, sentAt, cost) : withRefusal(state.spell, cost, state.cycleCount)),
    lastSilentAt: hinted ? null : now,
  }
  // A window that stayed shut for long the last time is not tried at once.
  const first = Math.min(MOST_FIRST_PAUSE_MS, Math.max(FIRST_PAUSE_MS, state.closedMs / 4))
  const own = Math.min(MOST_PAUSE_MS, first * 2 ** state.strikes) * (1 + JITTER_SHARE * chance)
  const pausedUntil = Math.max(state.pausedUntil, now + own)
  return {
    ...state,
    ...(state.pinned === null ? ceilingAfter(spell, pausedUntil) : {}),
    mode: 'paced',
    window: state.most,
    // Whatever the server keeps for later, that was too much at once.
    burstMs: LATE_MS,
    spell,
    strikes: state.strikes + 1,
    // What the server said itself needs no proof the first time.
    single: !hinted || state.strikes > 0,
    pausedUntil,
    reactedAt: now,
    risenMs: 0,
    nextAt: pausedUntil,
    cycleFrom: null,
    cycleCount: 0,
    cycleShare: 1,
  }
}

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
})
