import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Places } from '../../src/files/places.ts'

const record = fc.record({
  position: fc.nat(2_000),
  place: fc.record({ offset: fc.maxSafeNat(), length: fc.integer({ min: 1, max: 2 ** 31 - 1 }) }),
  isFailure: fc.boolean(),
})

test('Places give what a sorted list would give, whatever order the records came in', () => {
  fc.assert(
    fc.property(fc.uniqueArray(record, { selector: ({ position }) => position }), (records) => {
      const places = new Places()
      for (const { position, place, isFailure } of records) places.set(position, place, isFailure)
      const inOrder = records.toSorted((one, other) => one.position - other.position)
      expect([...places.all()]).toEqual(inOrder.map(({ place }) => place))
      expect([...places.failures()]).toEqual(inOrder.filter(({ isFailure }) => isFailure).map(({ place }) => place))
    }),
  )
})
