import type { Attempt } from '../admission.ts'
import { ceilingAfter } from './ceiling.ts'
import { paceOf, type Ticket } from './pace.ts'
import { type PaceState, WIDEN_SOON_MS } from './pace-state.ts'

const [FIRST_PAUSE_MS, MOST_PAUSE_MS] = [250, 4_000]
/** A longer one is the caller's to judge; here it only holds everybody up for so long. */
const MOST_HINT_MS = 15 * 60_000
const MOST_JITTER_MS = 1_000
/** Accepted below a roof before a second refusal there means that it is one. */
const ROOF_PROOF = 20
const MOST_SURPRISES = 2
const [LEAST_WIDEN_MS, MOST_WIDEN_MS] = [5_000, 30_000]

/** After an attempt. `chance`: 0 to 1. */
export function withAttempt(before: PaceState, attempt: Attempt, ticket: Ticket, chance: number): PaceState {
  const state = {
    ...before,
    inFlight: before.inFlight - 1,
    probing: before.probing && !ticket.probe,
    widening: before.widening && !ticket.widens,
  }
  if (attempt.result === 'throttled') return refused(state, attempt, ticket, chance)
  return attempt.result === 'answered' ? accepted(state, attempt, ticket) : state
}

function accepted(state: PaceState, { sentAt, endedAt }: Attempt, { inFlight, widens }: Ticket): PaceState {
  // What was sent before the reaction does not end the spell.
  if (sentAt < state.reactedAt) return state
  const after = state.spell === null ? state : reopened(state, state.spell, sentAt)
  if (after.mode === 'open') return { ...after, window: widerWhenUsed(after, inFlight) }
  const broken = after.roof !== null && inFlight >= after.roof
  const roofed = broken ? { ...after, roof: null, belowRoof: 0 } : { ...after, belowRoof: after.belowRoof + 1 }
  if (!widens || after.mode !== 'crowded') return roofed
  return {
    ...roofed,
    surprises: 0,
    window: Math.min(after.most, after.window + 1),
    widenEveryMs: WIDEN_SOON_MS,
    widenAt: endedAt + WIDEN_SOON_MS,
  }
}

/** One more for each answer doubles it each round trip. */
const widerWhenUsed = ({ window, most }: PaceState, inFlight: number): number =>
  inFlight * 2 >= window ? Math.min(most, window + 1) : window

function reopened(state: PaceState, spell: NonNullable<PaceState['spell']>, at: number): PaceState {
  const opened = { ...state, spell: null, strikes: 0, probing: false }
  return { ...opened, ...(state.pinned === null ? ceilingAfter(spell, at) : {}) }
}

function refused(before: PaceState, attempt: Attempt, ticket: Ticket, chance: number): PaceState {
  const { sentAt, endedAt: now, retryAfterMs: hintMs = 0 } = attempt
  const hinted =
    hintMs > 0 ? now + Math.min(hintMs, MOST_HINT_MS) + Math.min(MOST_JITTER_MS, (hintMs * chance) / 10) : 0
  const state = {
    ...before,
    throttled: before.throttled + 1,
    pausedUntil: Math.max(before.pausedUntil, hinted),
  }
  if (sentAt < state.reactedAt)
    return {
      ...state,
      spell: state.spell && {
        ...state.spell,
        refusals: state.spell.refusals + 1,
        cycleCount: state.spell.cycleCount - 1,
      },
    }
  const counted = { ...state, cycleCount: state.cycleCount - 1 }
  if (counted.mode === 'crowded') return crowdedRefused(counted, ticket, now, chance)
  if (
    counted.roof !== null &&
    counted.belowRoof >= ROOF_PROOF &&
    ticket.inFlight >= counted.roof &&
    counted.spell === null
  )
    return crowded(counted, counted.roof, now)
  return spelled({ ...counted, roof: ticket.inFlight, belowRoof: 0 }, sentAt, now, chance)
}

/** The server counts what is in flight: the window does it all, and there is nothing to wait for. */
const crowded = (state: PaceState, roof: number, now: number): PaceState => ({
  ...state,
  mode: 'crowded',
  window: Math.max(1, roof - 1),
  roof,
  belowRoof: 0,
  surprises: 0,
  widenEveryMs: LEAST_WIDEN_MS,
  widenAt: now + LEAST_WIDEN_MS,
  reactedAt: now,
})

function crowdedRefused(state: PaceState, ticket: Ticket, now: number, chance: number): PaceState {
  if (ticket.widens) {
    const widenEveryMs = Math.min(MOST_WIDEN_MS, Math.max(LEAST_WIDEN_MS, state.widenEveryMs * 1.5))
    return { ...state, roof: ticket.inFlight, widenEveryMs, widenAt: now + widenEveryMs, reactedAt: now }
  }
  if (state.surprises < MOST_SURPRISES)
    return { ...crowded(state, ticket.inFlight, now), surprises: state.surprises + 1 }
  return spelled({ ...state, mode: 'paced', window: state.most, roof: ticket.inFlight, belowRoof: 0 }, now, now, chance)
}

/** The server counts in time: wait a little, and find the pace anew. */
function spelled(state: PaceState, sentAt: number, now: number, chance: number): PaceState {
  const spell =
    state.spell === null
      ? {
          from: sentAt,
          rate: paceOf(state),
          ceilingBefore: state.ceiling,
          sureBefore: state.sure,
          cycleFrom: state.cycleFrom ?? now,
          cycleCount: state.cycleCount,
          refusals: 1,
        }
      : { ...state.spell, refusals: state.spell.refusals + 1, cycleCount: state.spell.cycleCount + state.cycleCount }
  const own = Math.min(MOST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** state.strikes) * (1 + chance / 10)
  const pausedUntil = Math.max(state.pausedUntil, now + own)
  return {
    ...state,
    mode: 'paced',
    window: state.most,
    ...(state.pinned === null ? ceilingAfter(spell, pausedUntil) : {}),
    spell,
    strikes: state.strikes + 1,
    pausedUntil,
    reactedAt: now,
    risenMs: 0,
    nextAt: pausedUntil,
    cycleFrom: null,
    cycleCount: 0,
  }
}
