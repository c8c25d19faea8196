/** What is known of one host. All times in ms of the clock. */
export interface BreakerState {
  readonly phase: 'closed' | 'open' | 'probing'
  /** How the last attempts ended, and when: of the last 30 s, and not so many that well-being long past hides trouble. */
  readonly samples: readonly { readonly at: number; readonly answered: boolean }[]
  /** When it last opened or closed. */
  readonly changedAt: number
  /** How long it stays open before the next probe. */
  readonly openForMs: number
  readonly probeAt: number
  /** Time spent open before that. */
  readonly spentMs: number
}

const WINDOW_MS = 30_000
const [LEAST_SAMPLES, MOST_SAMPLES] = [20, 100]
const FAILING_SHARE = 0.5
const [FIRST_OPEN_MS, MOST_OPEN_MS] = [30_000, 300_000]
/** Accumulated over the run; then waiting on helps nobody. */
const PATIENCE_MS = 30 * 60_000

export const breakerStart: BreakerState = {
  phase: 'closed',
  samples: [],
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
  // They stand in the order of time, and the first is recent, mostly.
  const from = state.samples.findIndex(({ at }) => at > now - WINDOW_MS)
  const recent = from < 0 ? [] : state.samples.slice(Math.max(from, state.samples.length + 1 - MOST_SAMPLES))
  const samples = recent.concat({ at: now, answered })
  if (answered || samples.length < LEAST_SAMPLES) return { ...state, samples }
  const failed = samples.filter((sample) => !sample.answered).length
  if (failed < samples.length * FAILING_SHARE) return { ...state, samples }
  return {
    ...state,
    phase: 'open',
    samples: [],
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
