import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type DirectoryObject, DirectoryObjects } from '../../src/domain/directory.ts'
import { changedTypes, type DirectoryReading, type TypeReading } from '../../src/domain/directory-reading.ts'

const digestOf = (objects: readonly DirectoryObject[]): string => {
  const all = new DirectoryObjects()
  for (const object of objects) all.add(object)
  return all.digest
}

const anyObjects = fc.uniqueArray(
  fc.record({ id: fc.uuid(), name: fc.string({ maxLength: 12 }), guestMail: fc.string(), hidden: fc.boolean() }),
  { selector: ({ id }) => id, minLength: 1, maxLength: 20 },
)

describe('DirectoryObjects.digest', () => {
  test('does not depend on the order, nor on what comes twice', () => {
    fc.assert(
      fc.property(anyObjects, (objects) => {
        const other = [...objects.toReversed(), ...objects]
        expect(digestOf(other)).toBe(digestOf(objects))
        expect(digestOf(objects)).toMatch(/^[0-9a-f]{16}$/)
      }),
    )
  })

  test('tells one that is renamed, gone, or hidden by now', () => {
    fc.assert(
      fc.property(anyObjects, fc.nat(), (objects, at) => {
        const index = at % objects.length
        const changed = objects[index] as DirectoryObject
        const digest = digestOf(objects)
        for (const other of [
          [{ ...changed, name: `${changed.name}x` }],
          [{ ...changed, guestMail: `x${changed.guestMail}` }],
          [{ ...changed, hidden: !changed.hidden }],
          [],
        ])
          expect(digestOf(objects.toSpliced(index, 1, ...other))).not.toBe(digest)
      }),
    )
  })
})

describe('changedTypes', () => {
  const users: TypeReading = {
    ...{ type: 'users', plan: 'list', readAt: '2026-11-22T04:10:03.000Z', inTenant: 7, read: 7 },
    digest: '0123456789abcdef',
  }
  const groups: TypeReading = { ...users, type: 'groups' }
  const reading = (attempt: number, ...types: TypeReading[]): DirectoryReading => ({ run: { id: '1', attempt }, types })

  test.each([
    ['one reading', [reading(1, users, groups)], []],
    ['equal ones', [reading(1, users, groups), reading(2, users, groups)], []],
    [
      'another digest',
      [reading(1, users, groups), reading(2, users, { ...groups, digest: 'f'.repeat(16) })],
      ['groups'],
    ],
    [
      'a change that was undone',
      [reading(1, users), reading(2, { ...users, digest: 'f'.repeat(16) }), reading(3, users)],
      ['users'],
    ],
    [
      'the same tenant read in another way',
      [reading(1, users), reading(2, { ...users, plan: 'look-up', read: 3, digest: 'f'.repeat(16) })],
      [],
    ],
    ['another size', [reading(1, users), reading(2, { ...users, plan: 'look-up', inTenant: 8 })], ['users']],
  ])('%s', (_, readings, changed) => expect(changedTypes(readings)).toEqual(changed))
})
