import type { SavedPace } from '../../domain/checkpoint.ts'

/**
 * What one client knows of one server's limit. A plain object, changed only by the functions of this folder; times in ms
 * of the clock, rates in requests per second, counts in requests.
 */
export interface PaceState {
  /** Ceiling of what is in flight. */
  readonly most: number
  /** A rate that the user fixed; `null`: find out. */
  readonly pinned: number | null
  /**
   * `open`: no limit met yet, the window doubles each round trip. `paced`: the server counts requests in time. `crowded`:
   * it counts requests at a time.
   */
  readonly mode: 'open' | 'paced' | 'crowded'

  readonly inFlight: number
  /** How many may be. */
  readonly window: number
  /** The smallest number in flight at which one was refused, with nothing accepted at as many since. */
  readonly roof: number | null
  /** Accepted below the roof since it was met. */
  readonly belowRoof: number
  /** Refusals in a row that the roof does not explain. */
  readonly surprises: number
  /** When one more in flight is tried next, and how long after that again. */
  readonly widenAt: number
  readonly widenEveryMs: number
  readonly widening: boolean

  /** The rate that the server seems to allow. */
  readonly ceiling: number
  /** How long the pace stays below the ceiling before it probes above. */
  readonly holdMs: number
  /** Ceilings in a row that agreed. */
  readonly sure: number
  /** How long it takes from where the pace speeds up until it is 3 % above the ceiling. */
  readonly riseMs: number
  /** Mean rate of the last cycle whose pause was short; `null` once it was put in doubt. */
  readonly trusted: number | null
  /** Time since the last reaction in which the pace was what held requests up. */
  readonly risenMs: number
  readonly nextAt: number
  readonly admittedAt: number

  readonly pausedUntil: number
  /** How long the last spell of refusals was. */
  readonly closedMs: number
  /** Refused in a row without anything accepted in between. */
  readonly strikes: number
  /** One request at a time finds out whether it is accepted again. */
  readonly single: boolean
  readonly probing: boolean
  /** When it last reacted: refusals of what was sent before say nothing new. */
  readonly reactedAt: number
  /** What is being refused at present; `null` as soon as something is accepted. */
  readonly spell: Spell | null

  /** First sending since the last reaction; `null`: none yet. */
  readonly cycleFrom: number | null
  /** Sent since and not refused. */
  readonly cycleCount: number
  /** Answers that said "too many requests", in all. */
  readonly throttled: number
}

/** The stretch from the first refusal to the first acceptance after it, and the cycle before it. */
export interface Spell {
  readonly from: number
  /** The pace when it began; `null`: none. */
  readonly rate: number | null
  readonly ceilingBefore: number
  readonly sureBefore: number
  readonly trustedBefore: number | null
  readonly cycleFrom: number
  readonly cycleCount: number
  readonly refusals: number
  /** The last refusal, if the server did not say how long to wait. */
  readonly lastSilentAt: number | null
}

const FIRST_WINDOW = 4
const RESUMED_SHARE = 0.8
export const [LEAST_HOLD_MS, MOST_HOLD_MS] = [4_000, 50_000]
export const [LEAST_RISE_MS, MOST_RISE_MS] = [2_000, 15_000]
export const WIDEN_SOON_MS = 500

/** `pinned`: requests per second; `null`: find out. `saved`: what an earlier run knew. */
export function paceStart(
  { most, pinned = null, saved }: { most: number; pinned?: number | null; saved?: SavedPace | undefined },
  now: number,
): PaceState {
  const known = pinned === null ? saved : undefined
  const mode = pinned === null ? (known?.mode ?? 'open') : 'paced'
  const window = known === undefined ? FIRST_WINDOW : Math.max(1, Math.floor(known.window * RESUMED_SHARE))
  return {
    most,
    pinned,
    mode,
    inFlight: 0,
    window: mode === 'paced' ? most : Math.min(most, window),
    roof: null,
    belowRoof: 0,
    surprises: 0,
    widenAt: now,
    widenEveryMs: WIDEN_SOON_MS,
    widening: false,
    ceiling: pinned ?? (known?.perSecond ?? 0) * RESUMED_SHARE,
    holdMs: LEAST_HOLD_MS,
    sure: 0,
    riseMs: LEAST_RISE_MS,
    trusted: null,
    // A resumed pace is low enough as it is.
    risenMs: known === undefined ? 0 : LEAST_HOLD_MS,
    nextAt: now,
    admittedAt: now,
    pausedUntil: now,
    closedMs: 0,
    strikes: 0,
    single: false,
    probing: false,
    reactedAt: now,
    spell: null,
    cycleFrom: null,
    cycleCount: 0,
    throttled: 0,
  }
}

/** Resumed at 0.8 of it: the limit may be another by then. */
export const savedPace = ({ mode, ceiling, window }: PaceState): SavedPace => ({ mode, perSecond: ceiling, window })
