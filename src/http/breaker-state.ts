/** What is known of one host. All times in ms of the clock. */
export interface BreakerState {
  readonly phase: 'closed' | 'open' | 'probing'
  /** How attempts ended, by the second in which they did; at most the last 30 s. */
  readonly seconds: readonly { readonly second: number; readonly answered: number; readonly failed: number }[]
  /** When it last opened or closed. */
  readonly changedAt: number
  /** How long it stays open before the next probe. */
  readonly openForMs: number
  readonly probeAt: number
  /** Time spent open before that. */
  readonly spentMs: number
}

const WINDOW_S = 30
const LEAST_SAMPLES = 20
const FAILING_SHARE = 0.5
const [FIRST_OPEN_MS, MOST_OPEN_MS] = [30_000, 300_000]
/** Accumulated over the run; then waiting on helps nobody. */
const PATIENCE_MS = 30 * 60_000

export const breakerStart: BreakerState = {
  phase: 'closed',
  seconds: [],
  changedAt: Number.NEGATIVE_INFINITY,
  openForMs: FIRST_OPEN_MS,
  probeAt: 0,
  spentMs: 0,
}

export type Passage = 'pass' | 'probe' | 'wait' | 'outage'

/** When patience ends, if it stays open until then. */
export const outageAt = (state: BreakerState): number => state.changedAt + PATIENCE_MS - state.spentMs

export function passageOf(state: BreakerState, now: number): Passage {
  if (state.phase === 'closed') return 'pass'
  if (now >= outageAt(state)) return 'outage'
  return state.phase === 'open' && now >= state.probeAt ? 'probe' : 'wait'
}

export const withProbe = (state: BreakerState): BreakerState => ({ ...state, phase: 'probing' })

/** After an attempt that was no probe. */
export function withSample(
  state: BreakerState,
  { answered, sentAt }: { answered: boolean; sentAt: number },
  now: number,
): BreakerState {
  // What was sent before it closed again belongs to the time before.
  if (state.phase !== 'closed' || sentAt < state.changedAt) return state
  const second = Math.floor(now / 1000)
  const last = state.seconds.at(-1)
  const recent = state.seconds.filter((each) => each.second > second - WINDOW_S && each.second !== second)
  const current = last?.second === second ? last : { second, answered: 0, failed: 0 }
  const seconds = [
    ...recent,
    { second, answered: current.answered + (answered ? 1 : 0), failed: current.failed + (answered ? 0 : 1) },
  ]
  const failed = seconds.reduce((sum, each) => sum + each.failed, 0)
  const samples = seconds.reduce((sum, each) => sum + each.answered, failed)
  if (answered || samples < LEAST_SAMPLES || failed < samples * FAILING_SHARE) return { ...state, seconds }
  return {
    ...state,
    phase: 'open',
    seconds: [],
    changedAt: now,
    openForMs: FIRST_OPEN_MS,
    probeAt: now + FIRST_OPEN_MS,
  }
}

/** After a probe. `undefined`: it told nothing, so the next one may go at once. */
export function withProbed(state: BreakerState, answered: boolean | undefined, now: number): BreakerState {
  if (answered === undefined) return { ...state, phase: 'open' }
  if (answered) return { ...breakerStart, changedAt: now, spentMs: state.spentMs + now - state.changedAt }
  const openForMs = Math.min(MOST_OPEN_MS, state.openForMs * 2)
  return { ...state, phase: 'open', openForMs, probeAt: now + openForMs }
}
