import type { Attempt } from './admission.ts'

/** What is known of one limit domain. Changed only by the functions here; all times in ms of the clock. */
export interface LimiterState {
  readonly most: number
  /** How many may be in flight, rounded down. */
  readonly window: number
  readonly inFlight: number
  /** Answers that said "too many requests", in all. */
  readonly throttled: number
  readonly pausedUntil: number
  /** Throttled in a row without a success in between; while above 0, one request at a time finds out. */
  readonly strikes: number
  readonly probing: boolean
  /** When the window last reacted: what was sent before says nothing new. */
  readonly reactedAt: number
  readonly grownAt: number
  /** Somebody had to wait for the window since it last grew. */
  readonly bound: boolean
  /** Durations of the last answers. */
  readonly latencies: readonly number[]
}

const START = 8
const GROWTH = 1.5
const SHRINK = 0.7
const LATENCIES = 64
const [LEAST_STEP_MS, MOST_STEP_MS] = [1_000, 10_000]
const [FIRST_PAUSE_MS, MOST_PAUSE_MS] = [1_000, 8_000]
/** A longer one is the caller's to judge; here it only holds everybody up for so long. */
const MOST_HINT_MS = 15 * 60_000

export const limiterStart = (most: number, now: number): LimiterState => ({
  most,
  window: Math.min(START, most),
  inFlight: 0,
  throttled: 0,
  pausedUntil: Number.NEGATIVE_INFINITY,
  strikes: 0,
  probing: false,
  reactedAt: Number.NEGATIVE_INFINITY,
  grownAt: now,
  bound: false,
  latencies: [],
})

const hasRoom = (state: LimiterState): boolean => state.inFlight < Math.floor(state.window)

export const canAdmit = (state: LimiterState, now: number): boolean =>
  now >= state.pausedUntil && (state.strikes > 0 ? !state.probing : hasRoom(state))

export const withAdmitted = (state: LimiterState): LimiterState => ({
  ...state,
  inFlight: state.inFlight + 1,
  probing: state.strikes > 0,
})

/** Somebody has to wait. */
export const withWaiting = (state: LimiterState): LimiterState =>
  state.bound || state.strikes > 0 || hasRoom(state) ? state : { ...state, bound: true }

/** After an attempt. `wasProbe`: it was admitted to find out; `chance`: 0 to 1. */
export function withAttempt(
  before: LimiterState,
  { sentAt, endedAt, result, retryAfterMs: hintMs = 0 }: Attempt,
  { wasProbe, chance }: { wasProbe: boolean; chance: number },
): LimiterState {
  const state = {
    ...before,
    inFlight: before.inFlight - 1,
    probing: before.probing && !wasProbe,
  }
  if (result === 'throttled') return throttled(state, sentAt, endedAt, hintMs, chance)
  if (result !== 'answered') return state
  // A success of before the reaction does not end the closed spell.
  const opened = sentAt >= state.reactedAt && state.strikes > 0 ? { ...state, strikes: 0, probing: false } : state
  const latencies = [...state.latencies, endedAt - sentAt].slice(-LATENCIES)
  return grown({ ...opened, latencies }, endedAt)
}

function throttled(state: LimiterState, sentAt: number, now: number, hintMs: number, chance: number): LimiterState {
  const hinted = now + Math.min(hintMs, MOST_HINT_MS) * (1 + chance / 10)
  if (sentAt < state.reactedAt)
    return {
      ...state,
      throttled: state.throttled + 1,
      pausedUntil: hintMs > 0 ? Math.max(state.pausedUntil, hinted) : state.pausedUntil,
    }
  const own = Math.min(MOST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** state.strikes)
  return {
    ...state,
    throttled: state.throttled + 1,
    strikes: state.strikes + 1,
    // While nothing gets through, the window is not what is wrong.
    window: state.strikes > 0 ? state.window : Math.max(1, state.window * SHRINK),
    pausedUntil: Math.max(state.pausedUntil, hinted, now + own * (1 + chance / 10)),
    reactedAt: now,
    grownAt: now,
    bound: false,
  }
}

function grown(state: LimiterState, now: number): LimiterState {
  if (!state.bound || state.strikes > 0 || now - state.grownAt < stepMs(state.latencies)) return state
  // Once the ceiling was touched, it is approached step by step.
  const window = state.throttled > 0 ? state.window + 1 : state.window * GROWTH
  return { ...state, window: Math.min(state.most, window), grownAt: now, bound: false }
}

const stepMs = (latencies: readonly number[]): number => {
  const median = latencies.toSorted((a, b) => a - b)[latencies.length >> 1] ?? 0
  return Math.min(MOST_STEP_MS, Math.max(LEAST_STEP_MS, 2 * median))
}
