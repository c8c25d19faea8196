/** A match that waits as long as it was asked to, if that is long. Times in ms of the clock. */
export interface LongWait {
  readonly since: number
  readonly until: number
}

/** Who waits for longer than this is missed among those that are under way, once there are many. */
export const LONG_MS = 2_000

/** `hintMs`: what a refusal asks to wait; `undefined`: it does not say. */
export const isLong = (hintMs = 0): boolean => hintMs > LONG_MS

export const stillWaiting = (waits: readonly LongWait[], now: number): readonly LongWait[] =>
  waits.filter(({ until }) => until > now)

/** Since when `most` have waited at a time; `undefined`: fewer wait. `waits`: the latest last. */
export const fullSince = (waits: readonly LongWait[], most: number): number | undefined => waits.at(-most)?.since
