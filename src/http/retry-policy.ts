import { type AuditError, POLICIES, type Reason } from '../domain/failure.ts'

/** What one item went through. All times in ms of the clock. */
export interface Trials {
  readonly byReason: Readonly<Partial<Record<Reason, number>>>
  /** Attempts that failed, throttled ones not counted. */
  readonly failed: number
  readonly throttled: number
  readonly firstFailedAt: number | undefined
  readonly firstThrottledAt: number | undefined
}

export const noTrials: Trials = {
  byReason: {},
  failed: 0,
  throttled: 0,
  firstFailedAt: undefined,
  firstThrottledAt: undefined,
}

/** What all items of one host went through together. */
export interface Common {
  /** What retries are paid from: while the host is well it is full. */
  readonly tokens: number
  /** When it last answered anybody, whatever it said. */
  readonly answeredAt: number | undefined
  readonly succeededAt: number | undefined
  /** Waits beyond reason in a row. */
  readonly sentAway: number
}

export const commonStart: Common = { tokens: 500, answeredAt: undefined, succeededAt: undefined, sentAway: 0 }

const MOST_TOKENS = 500
const MOST_ATTEMPTS = 6
const COST: Readonly<Partial<Record<Reason, number>>> = { timeout: 10 }
const USUAL_COST = 5
const [BASE_MS, THROTTLED_BASE_MS, MOST_DELAY_MS] = [500, 1_000, 20_000]
/** Of one that is refused again and again while others pass: each try takes the place of another's. */
const MOST_OWN_DELAY_MS = 120_000
/** How long a server may ask us to wait, an item may be throttled while others are not, and a host may be silent. */
const REASONABLE_MS = 15 * 60_000
/** How long everybody may be throttled. */
const CLOSED_MS = 30 * 60_000
const MOST_SENT_AWAY = 3

/** Reasons that mean "nobody there"; a fault of the item itself looks otherwise, or gets nobody else into trouble. */
const SILENCE: ReadonlySet<Reason> = new Set(['network', 'timeout', 'unavailable', 'name-not-resolved'])

export const withAnswer = (common: Common, now: number): Common => ({ ...common, answeredAt: now })

/** A success pays a little back. */
export const withSuccess = (common: Common, now: number): Common => ({
  tokens: Math.min(MOST_TOKENS, common.tokens + 1),
  answeredAt: now,
  succeededAt: now,
  sentAway: 0,
})

export type Step =
  | { readonly go: 'again'; readonly afterMs: number; readonly trials: Trials; readonly common: Common }
  | { readonly go: 'give-up'; readonly common: Common }
  /** Nobody else would fare better. */
  | { readonly go: 'outage'; readonly common: Common }

/** What follows a failed attempt. `chance`: 0 to 1; `patient`: wait on while the host answers nobody. */
export function stepAfter(
  failure: AuditError,
  before: Trials,
  common: Common,
  { now, chance, patient }: { now: number; chance: number; patient: boolean },
): Step {
  const { reason, retryAfterMs = 0 } = failure
  const { attempts } = POLICIES[reason]
  const repeats = attempts === 'throttled' || attempts > 1
  if (repeats && retryAfterMs > REASONABLE_MS) {
    const sentAway = common.sentAway + 1
    return { go: sentAway < MOST_SENT_AWAY ? 'give-up' : 'outage', common: { ...common, sentAway } }
  }
  const asked = retryAfterMs * (1 + chance / 10)
  if (attempts === 'throttled') {
    const trials = { ...before, throttled: before.throttled + 1, firstThrottledAt: before.firstThrottledAt ?? now }
    const othersPass = (common.succeededAt ?? Number.NEGATIVE_INFINITY) > trials.firstThrottledAt
    if (now - trials.firstThrottledAt >= (othersPass ? REASONABLE_MS : CLOSED_MS)) return { go: 'give-up', common }
    const most = othersPass ? MOST_OWN_DELAY_MS : MOST_DELAY_MS
    const afterMs = Math.max(asked, chance * Math.min(most, THROTTLED_BASE_MS * 2 ** before.throttled))
    return { go: 'again', afterMs, trials, common }
  }
  const trials = withFailure(before, reason, now)
  const spent = (trials.byReason[reason] ?? 0) >= attempts || trials.failed >= MOST_ATTEMPTS
  if (spent && !(patient && isSilent(reason, trials, common, now))) return { go: 'give-up', common }
  return { go: 'again', trials, ...paidDelay(reason, before.failed, asked, common, chance) }
}

const withFailure = (trials: Trials, reason: Reason, now: number): Trials => ({
  ...trials,
  byReason: { ...trials.byReason, [reason]: (trials.byReason[reason] ?? 0) + 1 },
  failed: trials.failed + 1,
  firstFailedAt: trials.firstFailedAt ?? now,
})

/**
 * Did the host answer nobody since this item's trouble began, though it did before? Then the item is not to blame. Before
 * the first answer of all, a wrong set-up is likelier than an outage.
 */
const isSilent = (reason: Reason, trials: Trials, { answeredAt }: Common, now: number): boolean =>
  SILENCE.has(reason) &&
  answeredAt !== undefined &&
  trials.firstFailedAt !== undefined &&
  answeredAt < trials.firstFailedAt &&
  now - answeredAt < REASONABLE_MS

/** Full jitter. An empty purse makes retries slow, not impossible: an item is worth more than a little load. */
function paidDelay(reason: Reason, failedBefore: number, asked: number, common: Common, chance: number) {
  const cost = COST[reason] ?? USUAL_COST
  if (common.tokens < cost) return { afterMs: Math.max(asked, ((1 + chance) * MOST_DELAY_MS) / 2), common }
  const own = chance * Math.min(MOST_DELAY_MS, BASE_MS * 2 ** failedBefore)
  return { afterMs: Math.max(asked, own), common: { ...common, tokens: common.tokens - cost } }
}
