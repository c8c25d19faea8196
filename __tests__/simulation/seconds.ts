export const sum = (values: Float64Array, from = 0): number =>
  values.subarray(from).reduce((all, value) => all + value, 0)

const STRETCH_S = 10

/** Until the first stretch of 10 s, begun after the change, in which 90 % of what is allowed was answered; its end. */
export function secondsUntil(accepted: Float64Array, from: number, allowedAt: (second: number) => number): number {
  for (let end = from + STRETCH_S; end < accepted.length; end += 1) {
    const stretch = sum(accepted.subarray(end - STRETCH_S, end))
    if (stretch >= 0.9 * STRETCH_S * allowedAt(end - 1)) return end - from
  }
  return Number.POSITIVE_INFINITY
}
