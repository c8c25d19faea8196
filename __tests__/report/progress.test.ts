import { describe, expect, test } from 'vitest'
import { estimateOf, type PhaseProgress, progressLineOf } from '../../src/report/progress.ts'

const progress = (of: Partial<PhaseProgress>): PhaseProgress => ({
  subject: 'divergences',
  done: 1200,
  total: 2504,
  failed: 0,
  ratePerSecond: 12.34,
  etaMs: 106_000,
  throttled: 0,
  waiting: undefined,
  ...of,
})

describe('progressLineOf', () => {
  test.each([
    [{}, 'divergences: 1,200 of 2,504 (47.9%), 12.3 a second, about 1 min 46 s left'],
    [
      { subject: 'service-principals' as const, etaMs: undefined },
      'service principals: 1,200 of 2,504 (47.9%), 12.3 a second',
    ],
    [{ subject: 'users' as const, total: undefined, etaMs: undefined, ratePerSecond: 0 }, 'users: 1,200'],
    [
      { failed: 3, throttled: 1, waiting: 'as-asked' as const },
      'divergences: 1,200 of 2,504 (47.9%), 12.3 a second, about 1 min 46 s left, 3 failed, asked to slow down 1 time, waiting as asked',
    ],
    [
      { ratePerSecond: 14_682.6, waiting: 'for-answers' as const, etaMs: undefined },
      'divergences: 1,200 of 2,504 (47.9%), 14,683 a second, waiting, for the server does not answer',
    ],
    [{ done: 0, total: 0, ratePerSecond: 0, etaMs: undefined }, 'divergences: 0 of 0'],
    [{ done: 11, total: 10, ratePerSecond: 0, etaMs: undefined }, 'divergences: 11 of 10 (100%)'],
  ])('%#', (of, line) => {
    expect(progressLineOf(progress(of))).toBe(line)
  })
})

describe('estimateOf', () => {
  test('one call an identity, so many at a time', () => {
    const { calls, ms, text } = estimateOf({ users: 2504, groups: 341, 'service-principals': 173 }, 64, 1_500)
    expect({ calls, ms }).toEqual({ calls: 3018, ms: 72_000 })
    expect(text).toContain('3,018 match calls')
    expect(text).toContain('1 min 12 s')
  })

  test('nothing to check takes no time', () => {
    expect(estimateOf({ users: 0 }, 64)).toMatchObject({ calls: 0, ms: 0 })
    expect(estimateOf({}, 64)).toMatchObject({ calls: 0, ms: 0 })
  })
})
