import fc from 'fast-check'
import { expect, test } from 'vitest'
import { IdSet } from '../../src/domain/id-set.ts'

const digits = fc.string({ unit: fc.constantFrom(...'0019'), minLength: 1, maxLength: 20 })
const id = fc.oneof(digits, fc.nat(50).map(String), fc.bigInt(1n, 10n ** 20n - 1n).map(String))

test('IdSet holds what a plain set would hold, leading zeros and long ids included', () => {
  fc.assert(
    fc.property(fc.array(id, { maxLength: 300 }), (ids) => {
      const [set, plain] = [new IdSet(), new Set<string>()]
      for (const one of ids) {
        expect(set.add(one)).toBe(!plain.has(one))
        plain.add(one)
        expect(set.size).toBe(plain.size)
      }
    }),
  )
})

test.each([1, 3, 2 ** 20, 10 ** 9, 10 ** 9 + 1])('IdSet grows with ids %d apart from one another', (step) => {
  const set = new IdSet()
  const ids = Array.from({ length: 20_000 }, (_, at) => String((at + 1) * step))
  expect(ids.every((one) => set.add(one))).toBe(true)
  expect(ids.some((one) => set.add(one))).toBe(false)
  expect(set.size).toBe(ids.length)
})
