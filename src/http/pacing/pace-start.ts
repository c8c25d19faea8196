import type { SavedPace } from '../../domain/checkpoint.ts'
import { LATE_MS, LEAST_HOLD_MS, LEAST_RISE_MS, type PaceState, WIDEN_SOON_MS } from './pace-state.ts'
import { trusting, unsuspecting } from './suspicion.ts'

/** What a server documents of its limit; it may be another. */
export interface DocumentedLimit {
  readonly perSecond: number
  /** For so long it keeps what is not spent. */
  readonly keepsMs: number
  /** Of that, so much may be spent at once, until something is refused. */
  readonly burstMs: number
}

const FIRST_WINDOW = 4
const RESUMED_SHARE = 0.8
/** What is documented is believed for longer than a guess. */
const [DOCUMENTED_HOLD_MS, DOCUMENTED_RISE_MS] = [20_000, 6_000]

interface Beginning {
  readonly most: number
  /** Units per second; `null`: find out. */
  readonly pinned?: number | null
  /** What an earlier run knew. */
  readonly saved?: SavedPace | undefined
  readonly documented?: DocumentedLimit | undefined
}

export function paceStart({ most, pinned = null, saved, documented }: Beginning, now: number): PaceState {
  const known = pinned === null ? saved : undefined
  const mode = pinned === null ? (known?.mode ?? 'open') : 'paced'
  const expected = mode === 'open' ? documented : undefined
  const burstMs = burstMsOf(documented, known)
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
    ceiling: pinned ?? (mode === 'open' ? (expected?.perSecond ?? 0) : (known?.perSecond ?? 0) * RESUMED_SHARE),
    burstMs,
    keepsMs: documented?.keepsMs ?? 0,
    holdMs: expected === undefined ? LEAST_HOLD_MS : DOCUMENTED_HOLD_MS,
    sure: 0,
    riseMs: expected === undefined ? LEAST_RISE_MS : DOCUMENTED_RISE_MS,
    trusted: null,
    // A resumed pace is low enough as it is.
    risenMs: known === undefined || expected !== undefined ? 0 : LEAST_HOLD_MS,
    nextAt: documented === undefined ? now : now - burstMs,
    admittedAt: now,
    pausedUntil: now,
    closedMs: 0,
    strikes: 0,
    single: false,
    probing: false,
    nearAt: Number.MIN_SAFE_INTEGER,
    reactedAt: now,
    spell: null,
    suspicion: documented === undefined ? unsuspecting : trusting,
    cycleFrom: null,
    cycleCount: 0,
    cycleShare: 0,
    throttled: 0,
  }
}

/** One that turned out too large is not tried again. */
const burstMsOf = (documented: DocumentedLimit | undefined, known: SavedPace | undefined): number =>
  documented === undefined
    ? LATE_MS
    : Math.max(LATE_MS, Math.min(documented.burstMs, (known?.burstSeconds ?? Number.POSITIVE_INFINITY) * 1000))

/** Resumed at 0.8 of it: the limit may be another by then. */
export const savedPace = ({ mode, ceiling, window, keepsMs, burstMs }: PaceState): SavedPace => ({
  ...{ mode, perSecond: ceiling, window },
  ...(keepsMs > 0 ? { burstSeconds: burstMs / 1000 } : {}),
})
