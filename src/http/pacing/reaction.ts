import type { Attempt } from '../admission.ts'
import { ceilingAfter, opensAtOf } from './ceiling.ts'
import { crowded, crowdedAgain, isRoof, roofed } from './crowd.ts'
import type { Ticket } from './pace.ts'
import { LATE_MS, type PaceState, type Spell } from './pace-state.ts'
import { askedUntil, pauseAfter } from './pause.ts'
import { spellAfter, withEnd, withRefusal } from './spell.ts'
import { judged, type Limit, limitShare } from './suspicion.ts'

/** After an attempt at `url`. `chance`: 0 to 1. */
export function withAttempt(
  before: PaceState,
  url: string,
  attempt: Attempt,
  ticket: Ticket,
  chance: number,
): PaceState {
  const { reactedAt, spell, ceiling } = before
  const closed = spell !== null && attempt.sentAt >= reactedAt
  const standing = { ticket, reactedAt, closed, ceiling }
  const { suspicion, limit, regained } = judged(before.suspicion, url, attempt, standing)
  const isThrottled = attempt.result === 'throttled'
  const state = {
    ...before,
    suspicion,
    inFlight: before.inFlight - 1,
    probing: before.probing && !ticket.probe,
    widening: before.widening && !ticket.widens,
    throttled: before.throttled + (isThrottled ? 1 : 0),
    // Otherwise each that is its request's own would take the pace a little further down.
    ceiling: Math.max(ceiling, regained ?? 0),
    // What was sent before the reaction is not in the count.
    cycleCount:
      isThrottled && attempt.sentAt >= reactedAt
        ? before.cycleCount - ticket.cost * (limit === undefined ? limitShare(suspicion, attempt) : 1)
        : before.cycleCount,
  }
  const after = limit === undefined ? state : refused(state, limit, chance)
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
  suspicion: withEnd(state.suspicion, spell, at),
  ...(state.pinned === null ? ceilingAfter(spell, at) : {}),
  spell: null,
  strikes: 0,
  single: false,
  probing: false,
  cycleFrom: opensAtOf(spell, at),
  closedMs: opensAtOf(spell, at) - spell.from,
})

function refused(before: PaceState, limit: Limit, chance: number): PaceState {
  const { attempt, ticket, holdsForAll } = limit
  const until = holdsForAll ? askedUntil(attempt, chance) : 0
  const state = { ...before, pausedUntil: Math.max(before.pausedUntil, until) }
  if (attempt.sentAt < state.reactedAt)
    return { ...state, spell: state.spell && withRefusal(state.spell, attempt, ticket.cost, -ticket.cost) }
  if (isRoof(state, ticket) && state.mode !== 'crowded') return crowded(state, ticket.inFlight, attempt.endedAt)
  const still = state.mode === 'crowded' ? crowdedAgain(state, ticket, attempt.endedAt) : undefined
  return still ?? paused({ ...state, roof: ticket.inFlight, belowRoof: 0 }, limit, chance)
}

/** The server counts in time: wait a little, and find the pace anew. */
function paused(state: PaceState, limit: Limit, chance: number): PaceState {
  const now = limit.attempt.endedAt
  const begun = spellAfter(state, limit)
  const { until, isAsAsked, isSilent } = pauseAfter(state, limit, begun.told, chance)
  const spell = { ...begun, lastSilentAt: isSilent ? now : null }
  const pausedUntil = Math.max(state.pausedUntil, until)
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
    single: !isAsAsked || state.strikes > 0,
    pausedUntil,
    reactedAt: now,
    risenMs: 0,
    nextAt: pausedUntil,
    cycleFrom: null,
    cycleCount: 0,
    cycleShare: 1,
  }
}
