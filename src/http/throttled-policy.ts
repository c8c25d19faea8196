import { isLong } from './long-wait.ts'

/** How one item was throttled. Times in ms of the clock. */
export interface Throttling {
  readonly throttled: number
  /** Refused again although others passed since it was refused before. */
  readonly own: number
  readonly firstThrottledAt: number | undefined
  readonly lastThrottledAt: number | undefined
}

export const notThrottled: Throttling = {
  throttled: 0,
  own: 0,
  firstThrottledAt: undefined,
  lastThrottledAt: undefined,
}

const [BASE_MS, MOST_DELAY_MS] = [1_000, 20_000]
/** Of one that is refused again and again while others pass: each try takes the place of another's. */
const MOST_OWN_DELAY_MS = 120_000
/**
 * While others pass, an item that is asked about again at the end is refused no more often than this, nor for longer: each
 * try takes the place of another's, and while it waits it holds a place among those that are under way. At the end nobody
 * else waits.
 */
const [MOST_OWN, MOST_OWN_AT_THE_END, RETURNING_MS] = [2, 6, 60_000]
/** How long any other may be throttled while others are not, and how long everybody may be. */
const [OTHERS_PASS_MS, CLOSED_MS] = [15 * 60_000, 30 * 60_000]

interface Facts {
  readonly now: number
  /** 0 to 1. */
  readonly chance: number
  /** When anything succeeded last. */
  readonly succeededAt: number | undefined
  /** What the server asked to wait; `undefined`: it did not say. */
  readonly hintMs: number | undefined
  /** Once given up, it is asked about again when all others are done. */
  readonly returns: boolean
  /** It was given up before. */
  readonly returned: boolean
  /** Since when as many matches wait for long as may; `undefined`: fewer do. */
  readonly fullSince: number | undefined
}

/** How long to wait before an item that was throttled is tried again; `undefined`: it is given up. */
export function afterThrottled(
  before: Throttling,
  facts: Facts,
): { throttling: Throttling; afterMs: number | undefined } {
  const { now, chance, succeededAt, hintMs = 0, returns, returned } = facts
  const throttling = withThrottled(before, facts)
  const firstAt = throttling.firstThrottledAt ?? now
  const othersPass = succeededAt !== undefined && succeededAt > firstAt
  const mostMs = !othersPass ? CLOSED_MS : returns ? RETURNING_MS : OTHERS_PASS_MS
  const isOwn = returns && throttling.own >= (returned ? MOST_OWN_AT_THE_END : MOST_OWN)
  if (isOwn || isOneTooMany(facts) || now - firstAt >= mostMs) return { throttling, afterMs: undefined }
  const ownMs = chance * Math.min(othersPass ? MOST_OWN_DELAY_MS : MOST_DELAY_MS, BASE_MS * 2 ** before.throttled)
  return { throttling, afterMs: Math.max(hintMs * (1 + chance / 10), ownMs) }
}

/**
 * Others pass while as many wait for long as may: one more would hold those up. Those that wait will show whether they were
 * refused for the limit's sake.
 */
const isOneTooMany = ({ hintMs, returns, returned, succeededAt, fullSince }: Facts): boolean =>
  returns &&
  !returned &&
  isLong(hintMs) &&
  fullSince !== undefined &&
  succeededAt !== undefined &&
  succeededAt > fullSince

function withThrottled(before: Throttling, { now, succeededAt, hintMs, returned }: Facts): Throttling {
  const { lastThrottledAt: lastAt } = before
  const othersPassed = lastAt !== undefined && succeededAt !== undefined && succeededAt > lastAt
  // Refused when the time is over that the server itself asked for: no need to try twice.
  const counts = hintMs === undefined || returned ? 1 : MOST_OWN
  return {
    throttled: before.throttled + 1,
    own: before.own + (othersPassed || returned ? counts : 0),
    firstThrottledAt: before.firstThrottledAt ?? now,
    lastThrottledAt: now,
  }
}
