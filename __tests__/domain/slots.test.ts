import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Slots } from '../../src/domain/slots.ts'

const step = fc.oneof(
  fc.record({ does: fc.constant('add' as const), value: fc.nat(9) }),
  fc.record({ does: fc.constant('remove' as const), which: fc.nat(30) }),
  fc.record({ does: fc.constant('take' as const), value: fc.nat(9) }),
)

test('Slots hold what a plain set would hold, however often an item is taken out', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const [slots, plain] = [new Slots<{ value: number }>(), new Set<{ value: number }>()]
      const added: { item: { value: number }; remove: () => void }[] = []
      for (const one of steps) {
        if (one.does === 'add') {
          const item = { value: one.value }
          added.push({ item, remove: slots.add(item) })
          plain.add(item)
        } else if (one.does === 'remove') {
          const known = added[one.which]
          known?.remove()
          if (known !== undefined) plain.delete(known.item)
        } else {
          const wanted = [...plain].filter(({ value }) => value === one.value)
          const taken = slots.take(({ value }) => value === one.value)
          expect(new Set(taken)).toEqual(new Set(wanted))
          for (const item of taken) plain.delete(item)
        }
        expect(slots.size).toBe(plain.size)
        expect(slots.all()).toHaveLength(plain.size)
        expect(new Set(slots.all())).toEqual(plain)
      }
    }),
  )
})
