import type { Attempt } from '../admission.ts'
import { isLong } from '../long-wait.ts'
import { type Kind, kindOf } from './refusal-kind.ts'

/** When the server accepts again, as a refusal said that came at `toldAt`. */
export interface ToldEnd {
  readonly toldAt: number
  readonly until: number
  readonly kind: Kind
}

/** Waits are told in whole seconds, rounded up. */
export const ROUNDED_MS = 1_000
const SAME_MS = 1_500
/** By then the same wait, asked for again, has another end. */
const APART_MS = 3_000

/** The soonest that is not past: a request's own may ask for any time. Of short waits nothing is kept. */
export function toldAfter(before: ToldEnd | null, { endedAt, retryAfterMs }: Attempt): ToldEnd | null {
  if (retryAfterMs === undefined || !isLong(retryAfterMs)) return before
  const told = { toldAt: endedAt, until: endedAt + retryAfterMs, kind: kindOf(retryAfterMs) }
  return before !== null && before.until > endedAt && before.until <= told.until ? before : told
}

/** Was the same end told a while ago? Then the server counts down to it, for all. */
export const countsDown = (before: ToldEnd | null, { endedAt, retryAfterMs }: Attempt): boolean =>
  before !== null &&
  retryAfterMs !== undefined &&
  endedAt - before.toldAt >= APART_MS &&
  Math.abs(endedAt + retryAfterMs - before.until) <= SAME_MS
