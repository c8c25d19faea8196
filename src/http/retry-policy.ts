import { type AuditError, POLICIES, type Reason } from '../domain/failure.ts'
import { fullSince, isLong, type LongWait, stillWaiting } from './long-wait.ts'
import { afterThrottled, notThrottled, type Throttling } from './throttled-policy.ts'

/** What one item went through. All times in ms of the clock. */
export interface Trials extends Throttling {
  readonly byReason: Readonly<Partial<Record<Reason, number>>>
  /** Attempts that failed, throttled ones not counted. */
  readonly failed: number
  readonly firstFailedAt: number | undefined
}

export const noTrials: Trials = {
  ...notThrottled,
  byReason: {},
  failed: 0,
  firstFailedAt: undefined,
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
  /** Of matches; the latest last. */
  readonly longWaits: readonly LongWait[]
}

export const commonStart: Common = {
  tokens: 500,
  answeredAt: undefined,
  succeededAt: undefined,
  sentAway: 0,
  longWaits: [],
}

const MOST_TOKENS = 500
const MOST_ATTEMPTS = 6
const COST: Readonly<Partial<Record<Reason, number>>> = { timeout: 10 }
const USUAL_COST = 5
const [BASE_MS, MOST_DELAY_MS] = [500, 20_000]
/** How long a server may ask us to wait, and a host may be silent. */
const REASONABLE_MS = 15 * 60_000
const MOST_SENT_AWAY = 3

/** Reasons that mean "nobody there"; a fault of the item itself looks otherwise, or gets nobody else into trouble. */
const SILENCE: ReadonlySet<Reason> = new Set(['network', 'timeout', 'unavailable', 'name-not-resolved'])

export const withAnswer = (common: Common, now: number): Common => ({ ...common, answeredAt: now })

/** A success pays a little back. */
export const withSuccess = (common: Common, now: number): Common => ({
  ...common,
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

interface Facts {
  readonly now: number
  /** 0 to 1. */
  readonly chance: number
  /** It was not given up before, so wait on while the host answers nobody. */
  readonly patient: boolean
  /** Once given up, it is asked about again when all others are done. */
  readonly returns: boolean
  /** So many of those may wait for long at a time. */
  readonly most: number
}

/** What follows a failed attempt. */
export function stepAfter(failure: AuditError, before: Trials, common: Common, facts: Facts): Step {
  const { now, chance, patient } = facts
  const { reason, retryAfterMs: hintMs } = failure
  const { attempts } = POLICIES[reason]
  const repeats = attempts === 'throttled' || attempts > 1
  if (repeats && hintMs !== undefined && hintMs > REASONABLE_MS) {
    const sentAway = common.sentAway + 1
    return { go: sentAway < MOST_SENT_AWAY ? 'give-up' : 'outage', common: { ...common, sentAway } }
  }
  if (attempts === 'throttled') return stepAfterThrottled(hintMs, before, common, facts)
  const trials = withFailure(before, reason, now)
  const spent = (trials.byReason[reason] ?? 0) >= attempts || trials.failed >= MOST_ATTEMPTS
  if (spent && !(patient && isSilent(reason, trials, common, now))) return { go: 'give-up', common }
  return { go: 'again', trials, ...paidDelay(reason, before.failed, hintMs, common, chance) }
}

function stepAfterThrottled(
  hintMs: number | undefined,
  before: Trials,
  common: Common,
  { now, chance, patient, returns, most }: Facts,
): Step {
  const longWaits = stillWaiting(common.longWaits, now)
  const { throttling, afterMs } = afterThrottled(before, {
    ...{ now, chance, hintMs, returns, returned: !patient },
    succeededAt: common.succeededAt,
    fullSince: fullSince(longWaits, most),
  })
  if (afterMs === undefined) return { go: 'give-up', common: { ...common, longWaits } }
  const own = returns && isLong(hintMs) ? [{ since: now, until: now + afterMs }] : []
  const after = { ...common, longWaits: [...longWaits, ...own] }
  return { go: 'again', afterMs, trials: { ...before, ...throttling }, common: after }
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
function paidDelay(reason: Reason, failedBefore: number, hintMs: number | undefined, common: Common, chance: number) {
  const asked = (hintMs ?? 0) * (1 + chance / 10)
  const cost = COST[reason] ?? USUAL_COST
  if (common.tokens < cost) return { afterMs: Math.max(asked, ((1 + chance) * MOST_DELAY_MS) / 2), common }
  const own = chance * Math.min(MOST_DELAY_MS, BASE_MS * 2 ** failedBefore)
  return { afterMs: Math.max(asked, own), common: { ...common, tokens: common.tokens - cost } }
}
