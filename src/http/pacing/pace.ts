import type { PaceState } from './pace-state.ts'

/** How far below the ceiling the pace falls when it was refused, and how far above it rises before it speeds up. */
const DIP = 0.03
/** A timer that rings late by so much is made up for. */
const LATE_MS = 50
const LEAST_PER_SECOND = 0.2
/** A small share of a limit that others use too grows faster than it would by itself. */
const LEAST_SWING_OF = 10

/**
 * Requests per second now; `null`: as fast as the window lets through. Below the ceiling the pace rises ever slower, to
 * stay long near it; above it, ever faster, for then the ceiling is out of date (a cubic curve as in TCP CUBIC,
 * https://www.rfc-editor.org/rfc/rfc9438). `agoMs`: that long ago, in time of the pace.
 */
export function paceOf({ mode, pinned, ceiling, holdMs, riseMs, risenMs }: PaceState, agoMs = 0): number | null {
  if (pinned !== null) return pinned
  if (mode !== 'paced') return null
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
  readonly probe: boolean
  /** One more in flight than there may be, to find out. */
  readonly widens: boolean
}

export const ticketOf = (state: PaceState): Ticket => ({
  inFlight: state.inFlight + 1,
  probe: state.single,
  widens: state.mode === 'crowded' && state.inFlight >= state.window,
})

/** A request is sent. */
export function withAdmitted(state: PaceState, now: number): PaceState {
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
    nextAt: pace === null ? now : Math.max(now - LATE_MS, state.nextAt) + 1000 / pace,
    cycleFrom: state.cycleFrom ?? now,
    cycleCount: state.cycleCount + 1,
  }
}
