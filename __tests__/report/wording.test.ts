import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { counted, duration, moment, number, part, share } from '../../src/report/wording.ts'

test.each([
  [0, '0'],
  [999, '999'],
  [1039, '1,039'],
  [1234567, '1,234,567'],
])('number: %d', (value, text) => {
  expect(number(value)).toBe(text)
})

test('counted: one and many', () => {
  expect([0, 1, 2000].map((count) => counted(count, 'rule', 'rules'))).toEqual(['0 rules', '1 rule', '2,000 rules'])
})

describe('share', () => {
  test.each([
    [0, 0, ''],
    [0, 5, '0%'],
    [5, 5, '100%'],
    [1039, 2504, '41.5%'],
    [1, 100_000, '<0.1%'],
    [99_999, 100_000, '>99.9%'],
    [16, 20, '80.0%'],
  ])('%d of %d', (value, of, text) => {
    expect(share(value, of)).toBe(text)
  })

  test('only nothing looks like nothing, and only all like all', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1_000_000 }), fc.nat(1_000_000), (of, seed) => {
        const value = seed % (of + 1)
        expect(['0%', '0.0%'].includes(share(value, of))).toBe(value === 0)
        expect(['100%', '100.0%'].includes(share(value, of))).toBe(value === of)
      }),
    )
  })
})

test('part: of nothing there is no share', () => {
  expect(part(0, 0)).toBe('0')
  expect(part(1039, 2504)).toBe('1,039 of 2,504 (41.5%)')
})

test.each([
  [0, '0 s'],
  [8.4, '8 s'],
  [60, '1 min 0 s'],
  [848, '14 min 8 s'],
  [3600, '1 h 0 min'],
  [19_980, '5 h 33 min'],
  [-1, '0 s'],
])('duration: %d s', (seconds, text) => {
  expect(duration(seconds)).toBe(text)
})

test('moment: minutes, in UTC', () => {
  expect(moment('2026-11-22T04:10:03.000Z')).toBe('2026-11-22 04:10 UTC')
})
