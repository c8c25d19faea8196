/** Clocks of two runners may differ by so much. */
const SKEW_MS = 15 * 60_000
const HOUR_MS = 3_600_000

/** Whole hours, rounded down, since an audit ended; both ISO 8601. */
export const ageHoursOf = (finishedAt: string, now: string): number =>
  Math.max(0, Math.floor((Date.parse(now) - Date.parse(finishedAt)) / HOUR_MS))

/** Why a result may not be judged any more, and what to do; `undefined`: it may. Exactly as old as the limit is not older. */
export function ageProblemOf(finishedAt: string, now: string, maxHours: number): string | undefined {
  const ageMs = Date.parse(now) - Date.parse(finishedAt)
  if (ageMs < -SKEW_MS)
    return `the result says that it was made at ${finishedAt}, which is still to come; compare the clocks of the runners`
  return ageMs > maxHours * HOUR_MS
    ? `the result is ${ageHoursOf(finishedAt, now)} hours old, and ${maxHours} are allowed; run the audit again, or raise max-result-age`
    : undefined
}
