import type { Suspicion } from './suspicion.ts'
import type { ToldEnd } from './told-end.ts'

/**
 * What one client knows of one server's limit. A plain object, changed only by the functions of this folder; times in ms
 * of the clock, rates in units per second, counts in units: what a call costs, which is 1 unless the server tells calls apart.
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

  /** The rate that the server seems to allow; 0: not known. */
  readonly ceiling: number
  /** For so long the pace may be made up for, if it was not used: the server keeps what is not spent, or timers ring late. */
  readonly burstMs: number
  /** For so long the server keeps what is not spent, as it documents. */
  readonly keepsMs: number
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
  /** When an answer last told that the limit is near. */
  readonly nearAt: number
  /** When it last reacted: refusals of what was sent before say nothing new. */
  readonly reactedAt: number
  /** What is being refused at present; `null` as soon as something is accepted. */
  readonly spell: Spell | null
  /** Which refusals are about the limit at all. */
  readonly suspicion: Suspicion

  /** First sending since the last reaction; `null`: none yet. */
  readonly cycleFrom: number | null
  /** Sent since and not refused; of what was refused without a reaction, the share that may be its requests' own counts. */
  readonly cycleCount: number
  /** How much of what the server keeps was used up when the cycle began, at least. */
  readonly cycleShare: number
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
  /** Of what the server had kept before the cycle, it gave at most so many ms' worth. */
  readonly keptMs: number
  readonly refusals: number
  /** The last refusal, if the server did not say how long to wait, or it is not known whether that holds for all. */
  readonly lastSilentAt: number | null
  /** When it accepts again by what refusals said, the soonest; `null`: none did. */
  readonly told: ToldEnd | null
  /** When the last one was sent that was refused after the pace had reacted; `null`: none was. */
  readonly triedAt: number | null
}

/** A timer that rings late by so much is made up for. */
export const LATE_MS = 50
export const [LEAST_HOLD_MS, MOST_HOLD_MS] = [4_000, 50_000]
export const [LEAST_RISE_MS, MOST_RISE_MS] = [2_000, 15_000]
export const WIDEN_SOON_MS = 500
