import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { httpDateOf, retryAfterMsOf } from '../../src/http/retry-after.ts'

const now = new Date('2026-01-05T08:00:00Z')
const answered = { date: 'Mon, 05 Jan 2026 08:00:00 GMT' }

describe('retryAfterMsOf(), case 44', () => {
  const cases: readonly [string, Record<string, string | string[]>, number | undefined][] = [
    ['no header', {}, undefined],
    ['an integer', { 'retry-after': '7' }, 7_000],
    ['a decimal', { 'retry-after': '1.5' }, 1_500],
    ['less than a millisecond', { 'retry-after': '0.0001' }, 1],
    ['zero', { 'retry-after': '0' }, undefined],
    ['a negative number', { 'retry-after': '-5' }, undefined],
    ['garbage', { 'retry-after': 'abc' }, undefined],
    ['garbage after a number', { 'retry-after': '5 s' }, undefined],
    ['an exponent', { 'retry-after': '1e3' }, undefined],
    ['an empty header', { 'retry-after': '' }, undefined],
    ['eleven days', { 'retry-after': '999999' }, 999_999_000],
    ['a date to come', { ...answered, 'retry-after': 'Mon, 05 Jan 2026 08:01:30 GMT' }, 90_000],
    ['a date in the RFC 850 form', { ...answered, 'retry-after': 'Monday, 05-Jan-26 08:00:10 GMT' }, 10_000],
    ['a date in the asctime form', { ...answered, 'retry-after': 'Mon Jan  5 08:00:20 2026' }, 20_000],
    ['a date gone by', { ...answered, 'retry-after': 'Mon, 05 Jan 2026 07:59:00 GMT' }, undefined],
    ['an impossible date', { ...answered, 'retry-after': 'Mon, 05 Foo 2026 08:00:00 GMT' }, undefined],
    ['two headers', { 'retry-after': ['3', '10'] }, 10_000],
    ['two headers, joined by a proxy', { 'retry-after': '3, 10' }, 10_000],
    ['two headers, one of them garbage', { 'retry-after': ['abc', '2'] }, 2_000],
    ['milliseconds', { 'retry-after-ms': '250' }, 250],
    ['milliseconds by the other name', { 'x-ms-retry-after-ms': '125.5' }, 126],
    ['seconds and milliseconds that differ', { 'retry-after': '1', 'retry-after-ms': '2500' }, 2_500],
  ]
  for (const [name, headers, expected] of cases) test(name, () => expect(retryAfterMsOf(headers, now)).toBe(expected))

  test('case 52: a date is read against the Date of the answer, not against a clock that is wrong', () => {
    const headers = { ...answered, 'retry-after': 'Mon, 05 Jan 2026 08:00:30 GMT' }
    for (const skew of [-600_000, 0, 600_000])
      expect(retryAfterMsOf(headers, new Date(now.getTime() + skew))).toBe(30_000)
  })

  test('a date in an answer without Date is read against the clock here', () =>
    expect(retryAfterMsOf({ 'retry-after': 'Mon, 05 Jan 2026 08:00:05 GMT' }, now)).toBe(5_000))

  test('is total: whatever the headers say, it is nothing or a whole positive number', () => {
    const value = fc.oneof(fc.string(), fc.stringMatching(/^[\d.,: GMTa-c-]{0,24}$/), fc.float().map(String))
    const headers = fc.dictionary(
      fc.constantFrom('retry-after', 'retry-after-ms', 'x-ms-retry-after-ms', 'date'),
      fc.oneof(value, fc.array(value, { maxLength: 3 })),
    )
    fc.assert(
      fc.property(headers, fc.date({ noInvalidDate: true }), (given, date) => {
        const wait = retryAfterMsOf(given, date)
        return wait === undefined || (Number.isSafeInteger(wait) && wait > 0)
      }),
    )
  })

  test('httpDateOf() reads back what toUTCString() writes', () => {
    const dates = fc.date({ min: new Date('1970-01-01'), max: new Date('9999-12-31'), noInvalidDate: true })
    fc.assert(
      fc.property(dates, (date) => httpDateOf(date.toUTCString(), now) === Math.floor(date.getTime() / 1000) * 1000),
    )
  })

  test('httpDateOf() takes a two-digit year for the nearest that is not far ahead', () => {
    expect(httpDateOf('Sunday, 06-Nov-94 08:49:37 GMT', now)).toBe(Date.UTC(1994, 10, 6, 8, 49, 37))
    expect(httpDateOf('Sunday, 06-Nov-40 08:49:37 GMT', now)).toBe(Date.UTC(2040, 10, 6, 8, 49, 37))
  })
})
