import type { AccessToken } from './token-answer.ts'

/** A token in hand. All times in ms of the clock, counted from its receipt. */
export interface HeldToken {
  readonly token: string
  /** From here on a new one is fetched in the background. */
  readonly staleAt: number
  /** From here on it is not sent any more; a little before its real end. */
  readonly expiresAt: number
}

const MOST_AHEAD_MS = 20 * 60_000
const MOST_SKEW_MS = 40_000
const DEFAULT_LIFETIME_MS = 10 * 60_000

export function heldTokenOf({ token, lifetimeMs }: AccessToken, now: number): HeldToken {
  const lifetime = Number.isFinite(lifetimeMs) && lifetimeMs > 0 ? lifetimeMs : DEFAULT_LIFETIME_MS
  return {
    token,
    staleAt: now + lifetime - Math.min(lifetime / 2, MOST_AHEAD_MS),
    expiresAt: now + lifetime - Math.min(lifetime / 10, MOST_SKEW_MS),
  }
}

const FIRST_PATIENCE_MS = 2 * 60_000
const LATER_PATIENCE_MS = 10 * 60_000
const [BASE_MS, MOST_DELAY_MS] = [500, 20_000]

/**
 * How long until the sign-in is tried again; `undefined` when patience is over. A run that never signed in is told soon,
 * one that is under way has more to lose.
 */
export function signInDelayMs(
  { retryAfterMs = 0 }: { retryAfterMs?: number | undefined },
  { tries, elapsedMs, first, chance }: { tries: number; elapsedMs: number; first: boolean; chance: number },
): number | undefined {
  const own = chance * Math.min(MOST_DELAY_MS, BASE_MS * 2 ** (tries - 1))
  const delay = Math.max(own, retryAfterMs)
  return elapsedMs + delay > (first ? FIRST_PATIENCE_MS : LATER_PATIENCE_MS) ? undefined : delay
}
