/** What is known of one host. All times in ms of the clock. */
export interface BreakerState {
  readonly phase: 'closed' | 'open' | 'probing'
  /** How the last attempts ended: of the last 30 s, and not so many that well-being long past hides trouble. Newest first. */
  readonly samples: readonly Samples[]
  /** When it last opened or closed. */
  readonly changedAt: number
  /** How long it stays open before the next probe. */
  readonly openForMs: number
  readonly probeAt: number
  /** Time spent open before that. */
  readonly spentMs: number
}

/** Attempts in a row that ended alike within a second: nearly all do, and one by one they would be copied each time. */
interface Samples {
  readonly from: number
  readonly answered: boolean
  readonly count: number
}

const [WINDOW_MS, ALIKE_MS] = [30_000, 1_000]
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
  const samples = withOne(state.samples, answered, now)
  if (answered && samples === state.samples) return state
  if (answered || !areFailing(samples)) return { ...state, samples }
  return {
    ...state,
    phase: 'open',
    samples: [],
    changedAt: now,
    openForMs: FIRST_OPEN_MS,
    probeAt: now + FIRST_OPEN_MS,
  }
}

function withOne(samples: readonly Samples[], answered: boolean, now: number): readonly Samples[] {
  const last = samples[0]
  const isAlike = last?.answered === answered && now - last.from < ALIKE_MS
  if (isAlike && last.count === MOST_SAMPLES) return samples
  const newest = isAlike ? { ...last, count: last.count + 1 } : { from: now, answered, count: 1 }
  const recent: Samples[] = [newest]
  let room = MOST_SAMPLES - newest.count
  for (const each of isAlike ? samples.slice(1) : samples) {
    if (room <= 0 || each.from <= now - WINDOW_MS) break
    recent.push({ ...each, count: Math.min(each.count, room) })
    room -= each.count
  }
  return recent
}

function areFailing(samples: readonly Samples[]): boolean {
  const all = countOf(samples)
  return all >= LEAST_SAMPLES && countOf(samples.filter(({ answered }) => !answered)) >= all * FAILING_SHARE
}

const countOf = (samples: readonly Samples[]): number => samples.reduce((sum, { count }) => sum + count, 0)

/** After a probe. `undefined`: it told nothing, so the next one may go at once. */
export function withProbed(state: BreakerState, answered: boolean | undefined, now: number): BreakerState {
  if (answered === undefined) return { ...state, phase: 'open' }
  if (answered) return { ...breakerStart, changedAt: now, spentMs: state.spentMs + now - state.changedAt }
  const openForMs = Math.min(MOST_OPEN_MS, state.openForMs * 2)
  return { ...state, phase: 'open', openForMs, probeAt: now + openForMs }
}
