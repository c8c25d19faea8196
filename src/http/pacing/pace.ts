import { LATE_MS, type PaceState } from './pace-state.ts'

/** How far below the ceiling the pace falls when it was refused, and how far above it rises before it speeds up. */
const DIP = 0.03
const LEAST_PER_SECOND = 0.2
/** A small share of a limit that others use too grows faster than it would by itself. */
const LEAST_SWING_OF = 10

/**
 * Units per second now; `null`: as fast as the window lets through. Below the ceiling the pace rises ever slower, to
 * stay long near it; above it, ever faster, for then the ceiling is out of date (a cubic curve as in TCP CUBIC,
 * https://www.rfc-editor.org/rfc/rfc9438). `agoMs`: that long ago, in time of the pace.
 */
export function paceOf({ mode, pinned, ceiling, holdMs, riseMs, risenMs }: PaceState, agoMs = 0): number | null {
  if (pinned !== null) return pinned
  if (mode === 'crowded' || (mode === 'open' && ceiling === 0)) return null
  const above = Math.max(0, risenMs - agoMs) - holdMs
  const share = above / (above < 0 ? holdMs : riseMs)
  const swing = DIP * (above < 0 ? ceiling : Math.max(ceiling, LEAST_SWING_OF))
  return Math.max(LEAST_PER_SECOND, ceiling + swing * share ** 3)
}

/** When the next request may go: a time, perhaps past; `null`: not before one in flight has ended. */
export function admissionAt(state: PaceState, now: number): number | null {
  if (state.single) return state.probing ? null : state.pausedUntil
  if (state.inFlight >= state.window && !mayWiden(state, now)) return null
  return Math.max(state.pausedUntil, paceOf(state) === null ? 0 : state.nextAt)
}

const mayWiden = (state: PaceState, now: number): boolean =>
  state.mode === 'crowded' &&
  !state.widening &&
  state.inFlight === state.window &&
  state.window < state.most &&
  now >= state.widenAt

/** What was true of a request when it was sent. */
export interface Ticket {
  /** In flight, itself included. */
  readonly inFlight: number
  /** What it is expected to cost, in units. */
  readonly cost: number
  readonly probe: boolean
  /** One more in flight than there may be, to find out. */
  readonly widens: boolean
}

export const ticketOf = (state: PaceState, cost = 1): Ticket => ({
  inFlight: state.inFlight + 1,
  cost,
  probe: state.single,
  widens: state.mode === 'crowded' && state.inFlight >= state.window,
})

/** A request is sent. */
export function withAdmitted(before: PaceState, now: number, cost = 1): PaceState {
  const state = isRested(before, now) ? rested(before, now) : before
  const pace = paceOf(state)
  const held = pace !== null && now - state.nextAt <= LATE_MS
  const risenMs = held ? state.risenMs + now - Math.max(state.admittedAt, state.pausedUntil) : state.risenMs
  return {
    ...state,
    inFlight: state.inFlight + 1,
    probing: state.single,
    widening: state.widening || (state.mode === 'crowded' && state.inFlight >= state.window),
    risenMs: Math.max(state.risenMs, risenMs),
    admittedAt: now,
    nextAt: pace === null ? now : Math.max(now - state.burstMs, state.nextAt) + (1000 * cost) / pace,
    cycleFrom: state.cycleFrom ?? now,
    cycleCount: state.cycleCount + cost,
  }
}

/** So little was asked for so long that the server may have again all that it keeps. */
const isRested = ({ keepsMs, burstMs, nextAt, inFlight, window }: PaceState, now: number): boolean =>
  keepsMs > 0 && burstMs > LATE_MS && now - nextAt >= burstMs && inFlight * 2 < window

const rested = (state: PaceState, now: number): PaceState => ({
  ...state,
  cycleFrom: now,
  cycleCount: 0,
  cycleShare: 0,
})

/** The call turned out to cost so much more than expected, or less. */
export const withExtraCost = (state: PaceState, extra: number): PaceState => ({
  ...state,
  nextAt: state.nextAt + (1000 * extra) / (paceOf(state) ?? Number.POSITIVE_INFINITY),
  cycleCount: state.cycleCount + extra,
})
