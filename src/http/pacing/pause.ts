import type { Attempt } from '../admission.ts'
import type { PaceState } from './pace-state.ts'
import type { Limit } from './suspicion.ts'
import { countsDown, type ToldEnd } from './told-end.ts'

const [FIRST_PAUSE_MS, MOST_FIRST_PAUSE_MS, MOST_PAUSE_MS] = [250, 2_000, 4_000]
/** A longer one is the caller's to judge; here it only holds everybody up for so long. */
const MOST_HINT_MS = 15 * 60_000
/** Added to what the server asks for, so that not all its clients come back at once. */
const [JITTER_SHARE, MOST_JITTER_MS] = [0.1, 1_000]

/** As the server asks; 0: it does not say. `chance`: 0 to 1. */
export function askedUntil({ endedAt, retryAfterMs = 0 }: Pick<Attempt, 'endedAt' | 'retryAfterMs'>, chance: number) {
  if (retryAfterMs === 0) return 0
  const jitterMs = Math.min(MOST_JITTER_MS, retryAfterMs * JITTER_SHARE * chance)
  return endedAt + Math.min(retryAfterMs, MOST_HINT_MS) + jitterMs
}

export interface Pause {
  readonly until: number
  /** As the refusal asked. */
  readonly isAsAsked: boolean
  /** The server did not name its end. */
  readonly isSilent: boolean
}

/**
 * How long nothing is sent after a refusal by the limit. `told`: when it accepts again by what was said so far. As long as
 * that may be of one request alone, it is tried before, ever later: a server that is closed for half a minute is asked half a
 * dozen times, and one that is not loses next to no time.
 */
export function pauseAfter(state: PaceState, limit: Limit, told: ToldEnd | null, chance: number): Pause {
  const { attempt, holdsForAll } = limit
  const { endedAt: now, retryAfterMs = 0 } = attempt
  const toldBefore = state.spell?.told ?? null
  // A window that stayed shut for long the last time is not tried at once.
  const first = Math.min(MOST_FIRST_PAUSE_MS, Math.max(FIRST_PAUSE_MS, state.closedMs / 4))
  const longer = first * 2 ** state.strikes
  const jitter = 1 + JITTER_SHARE * chance
  const ownUntil = now + Math.min(MOST_PAUSE_MS, longer) * jitter
  if (retryAfterMs > 0 && (holdsForAll || countsDown(toldBefore, attempt)))
    return { until: Math.max(askedUntil(attempt, chance), ownUntil), isAsAsked: true, isSilent: false }
  if (told === null || told.until <= now) return { until: ownUntil, isAsAsked: false, isSilent: true }
  const toldUntil = askedUntil({ endedAt: told.toldAt, retryAfterMs: told.until - told.toldAt }, chance)
  // When the end that was told has come, who is refused may be one with a reason of its own.
  const isDue = toldBefore !== null && toldBefore.until <= now
  const until = Math.min(toldUntil, isDue ? ownUntil : now + longer * jitter)
  return { until, isAsAsked: false, isSilent: until < told.until }
}
