import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { afterThrottled, notThrottled } from '../../src/http/throttled-policy.ts'

const MINUTE = 60_000
const facts = {
  ...{ now: 0, chance: 0.5, succeededAt: undefined, hintMs: undefined, returns: true, returned: false },
  fullSince: undefined,
}

/** Refused at these times; others passed just before those of `passing`. Gives how often it was refused until given up. */
function refusals(
  times: readonly number[],
  passing: readonly number[],
  given: { hintMs?: number; returns?: boolean; returned?: boolean; fullSince?: number } = {},
): number {
  let throttling = notThrottled
  for (const [count, now] of times.entries()) {
    const succeededAt = passing.filter((at) => at <= now).at(-1)
    const step = afterThrottled(throttling, {
      ...facts,
      ...given,
      now,
      ...(succeededAt && { succeededAt: succeededAt - 1 }),
    })
    if (step.afterMs === undefined) return count + 1
    throttling = step.throttling
  }
  return Number.POSITIVE_INFINITY
}

const seconds = (...values: number[]) => values.map((value) => value * 1_000)

describe('afterThrottled()', () => {
  test('one that returns is given up when it was refused twice more while others passed', () => {
    expect(refusals(seconds(1, 2, 3, 4), seconds(2, 3, 4))).toBe(3)
    expect(refusals(seconds(1, 2, 3, 4, 5), seconds(3, 5))).toBe(5)
  })

  test('what nobody else got either does not count', () => {
    expect(refusals(seconds(1, 2, 3, 4, 5, 6), [])).toBe(Number.POSITIVE_INFINITY)
    expect(refusals(seconds(1, 2, 3, 4, 5, 6), seconds(2))).toBe(Number.POSITIVE_INFINITY)
  })

  test('when it has waited as long as it was asked to, once is enough', () => {
    expect(refusals(seconds(1, 5, 9), seconds(5, 9), { hintMs: 4_000 })).toBe(2)
  })

  test('one that is asked to wait for long is given up at once while as many wait as may, if others pass', () => {
    const given = { hintMs: 30_000, fullSince: 2_000 }
    expect(refusals(seconds(5, 35, 65), seconds(5), given)).toBe(1)
    expect(refusals(seconds(5, 35, 65), seconds(1), given)).toBe(Number.POSITIVE_INFINITY)
    expect(refusals(seconds(5, 35, 65), [], given)).toBe(Number.POSITIVE_INFINITY)
  })

  test('but not for a short wait, not in the second pass, and not if it does not return', () => {
    const given = { hintMs: 30_000, fullSince: 2_000 }
    expect(refusals(seconds(5, 7, 9), seconds(5), { ...given, hintMs: 2_000 })).toBe(Number.POSITIVE_INFINITY)
    expect(refusals(seconds(5, 35), seconds(5), { ...given, returned: true })).toBe(Number.POSITIVE_INFINITY)
    expect(refusals(seconds(5, 35), seconds(5), { ...given, returns: false })).toBe(Number.POSITIVE_INFINITY)
  })

  test('in the second pass it has six tries, whoever passes', () => {
    expect(refusals(seconds(1, 2, 3, 4, 5, 6, 7), [], { returned: true })).toBe(6)
  })

  test('one that does not return has a quarter of an hour, and half of one when nobody gets through', () => {
    const minutes = Array.from({ length: 40 }, (_, minute) => minute * MINUTE + 1_000)
    expect(refusals(minutes, minutes, { returns: false })).toBe(16)
    expect(refusals(minutes, [], { returns: false })).toBe(31)
  })

  test('it waits no less than it is asked to, and otherwise no more than 2 minutes', () => {
    const given = fc.record({
      now: fc.constant(1_000),
      chance: fc.double({ min: 0, max: 1, noNaN: true }),
      succeededAt: fc.option(fc.integer({ min: 0, max: 1_000 }), { nil: undefined }),
      hintMs: fc.option(fc.integer({ min: 1, max: 900_000 }), { nil: undefined }),
      returns: fc.boolean(),
      returned: fc.boolean(),
      fullSince: fc.option(fc.integer({ min: 0, max: 1_000 }), { nil: undefined }),
    })
    fc.assert(
      fc.property(given, fc.nat({ max: 50 }), (each, throttled) => {
        const { afterMs } = afterThrottled({ ...notThrottled, throttled }, each)
        if (afterMs === undefined) return
        expect(afterMs).toBeGreaterThanOrEqual(each.hintMs ?? 0)
        expect(afterMs).toBeLessThanOrEqual(Math.max(2 * MINUTE, (each.hintMs ?? 0) * 1.1))
      }),
    )
  })
})
