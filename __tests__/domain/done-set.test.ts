import fc from 'fast-check'
import { expect, test } from 'vitest'
import { DoneSet } from '../../src/domain/done-set.ts'

test('DoneSet holds what a plain set would hold, as sorted ranges apart from one another', () => {
  fc.assert(
    fc.property(fc.array(fc.nat({ max: 60 })), (positions) => {
      const [done, plain] = [new DoneSet(), new Set<number>()]
      for (const position of positions) {
        done.add(position)
        plain.add(position)
      }
      expect(done.size).toBe(plain.size)
      for (let position = 0; position <= 61; position++) expect(done.has(position)).toBe(plain.has(position))
      const ranges = done.ranges()
      for (const [index, [start, end]] of ranges.entries()) {
        expect(start).toBeLessThan(end)
        if (index > 0) expect(start).toBeGreaterThan(ranges[index - 1]?.[1] ?? 0)
      }
      expect(new DoneSet(ranges).ranges()).toEqual(ranges)
    }),
  )
})

test.each([
  [[[2, 1]]],
  [[[0, 0]]],
  [
    [
      [3, 4],
      [1, 2],
    ],
  ],
  [
    [
      [0, 2],
      [2, 3],
    ],
  ],
  [[[-1, 2]]],
  [[[0, 11]]],
  [[[0, 1.5]]],
])('case 62: DoneSet refuses ranges that no set can have: %j', (ranges) =>
  expect(() => new DoneSet(ranges as never, 10)).toThrow(RangeError),
)
