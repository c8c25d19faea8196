import { describe, expect, test } from 'vitest'
import { countsDown, toldAfter } from '../../src/http/pacing/told-end.ts'

const refused = (endedAt: number, retryAfterMs?: number) => ({
  ...{ sentAt: endedAt - 50, endedAt, result: 'throttled' as const },
  ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
})

describe('toldAfter()', () => {
  test('is the soonest end that was told and is not past', () => {
    const first = toldAfter(null, refused(0, 30_000))
    expect(first).toEqual({ toldAt: 0, until: 30_000, kind: 8 })
    expect(toldAfter(first, refused(1_000, 300_000))).toBe(first)
    expect(toldAfter(first, refused(1_000, 5_000))?.until).toBe(6_000)
    expect(toldAfter(first, refused(30_000, 300_000))?.until).toBe(330_000)
  })

  test('is nothing of short waits, or of none', () => {
    expect(toldAfter(null, refused(0, 2_000))).toBeNull()
    expect(toldAfter(null, refused(0))).toBeNull()
  })
})

describe('countsDown()', () => {
  const told = { toldAt: 0, until: 30_000, kind: 8 } as const

  test('when the same end is told a few seconds later, to the second', () => {
    expect(countsDown(told, refused(4_000, 26_000))).toBe(true)
    expect(countsDown(told, refused(4_900, 26_000))).toBe(true)
  })

  test('not when the same wait is, nor at once', () => {
    expect(countsDown(told, refused(4_000, 30_000))).toBe(false)
    expect(countsDown(told, refused(500, 30_000))).toBe(false)
    expect(countsDown(null, refused(4_000, 26_000))).toBe(false)
    expect(countsDown(told, refused(4_000))).toBe(false)
  })
})
