import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { DirectoryObjects } from '../../src/domain/directory.ts'
import { directoryMatch } from '../../src/domain/directory-match.ts'
import { divergenceOf } from '../../src/domain/divergence.ts'
import { AuditError } from '../../src/domain/failure.ts'
import { loadPlanOf } from '../../src/domain/load-plan.ts'
import { Roster } from '../../src/domain/roster.ts'
import { TextIndex, Texts } from '../../src/domain/texts.ts'

/** Any code units, lone surrogates too; few different ones, so that they repeat. */
const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.constantFrom('', 'a', 'A', 'é', 'É', '\ud83d', 'a\ud83d', '\u0000', '日本'),
)
const fold = (text: string) => text.toLowerCase()

describe('Texts, TextIndex', () => {
  test('keep every code unit, in order', () => {
    fc.assert(
      fc.property(fc.array(anyText, { maxLength: 700 }), (all) => {
        const texts = new Texts()
        for (const text of all) texts.add(text)
        expect(all.map((_, row) => texts.at(row))).toEqual(all)
        expect(texts.at(all.length)).toBe('')
      }),
      { numRuns: 30 },
    )
  })

  test('find all rows of a text, as a plain map does', () => {
    fc.assert(
      fc.property(fc.array(anyText, { maxLength: 1500 }), anyText, (all, other) => {
        const index = new TextIndex(fold)
        const model = new Map<string, number[]>()
        for (const [row, text] of all.entries()) {
          index.add(text)
          model.set(fold(text), [...(model.get(fold(text)) ?? []), row])
        }
        for (const text of [...all, other]) expect(index.rowsOf(text)).toEqual(model.get(fold(text)) ?? [])
      }),
      { numRuns: 20 },
    )
  })

  test('texts longer than a chunk, and many chunks', () => {
    const texts = new Texts()
    const all = Array.from({ length: 40 }, (_, at) => (at % 7 === 3 ? 'ж' : 'x').repeat(at * 60_001))
    for (const text of all) texts.add(text)
    expect(all.every((text, row) => texts.at(row) === text)).toBe(true)
  })
})

test('Roster: what was told first stands; external ids come once', () => {
  const roster = new Roster()
  roster.add({ type: 'users', id: '1', name: 'a', externalId: 'e' })
  roster.add({ type: 'users', id: '1', name: 'b', externalId: 'f' })
  roster.add({ type: 'users', id: '2', name: 'c', externalId: 'e' })
  roster.add({ type: 'groups', id: '3', name: 'c', externalId: '' })
  expect(roster.find('users', '1')).toEqual({ type: 'users', id: '1', name: 'a', externalId: 'e' })
  expect(roster.find('groups', '1')).toBeUndefined()
  expect(roster.findOfAnyType('3')?.type).toBe('groups')
  expect([...roster.externalIds('users')]).toEqual(['e'])
  expect([...roster.externalIds('groups')]).toEqual([])
})

const objects = (...all: { id: string; name: string; guestMail?: string }[]): DirectoryObjects => {
  const result = new DirectoryObjects()
  for (const { id, name, guestMail = '' } of all) result.add({ id, name, guestMail, hidden: false })
  return result
}
const user = (name: string, externalId: string) => ({ type: 'users', id: '1', name, externalId }) as const
const categoriesOf = (match: Parameters<typeof divergenceOf>[0]) => divergenceOf(match)?.categories ?? []

describe('directoryMatch', () => {
  test('looks names up without regard to case, and compares them exactly', () => {
    const match = directoryMatch(user('ada@example.com', 'o-1'), objects({ id: 'o-1', name: 'Ada@example.com' }))
    expect(match).toMatchObject({ byExternalId: { name: 'Ada@example.com' }, nameMatches: ['o-1'] })
    expect(categoriesOf(match)).toEqual(['EXTERNAL_ID_MATCH_NAME_MISMATCH'])
  })

  test('compares external ids exactly', () => {
    const match = directoryMatch(user('ada@example.com', 'O-1'), objects({ id: 'o-1', name: 'ada@example.com' }))
    expect(categoriesOf(match)).toEqual(['EXTERNAL_ID_NOT_IN_IDP', 'NAME_MATCH_EXTERNAL_ID_MISMATCH'])
  })

  test('takes the address of a guest for the look-up by name only', () => {
    const guest = { id: 'o-1', name: 'ada_home.example#EXT#@example.com', guestMail: 'Ada@home.example' }
    const linked = directoryMatch(user('ada@home.example', 'o-1'), objects(guest))
    expect(linked.nameMatches).toEqual(['o-1'])
    expect(categoriesOf(linked)).toEqual(['EXTERNAL_ID_MATCH_NAME_MISMATCH'])
    expect(directoryMatch(user('ada@home.example', ''), objects(guest)).nameMatches).toEqual(['o-1'])
    // Who has it as user principal name comes first.
    const both = objects(guest, { id: 'o-2', name: 'ada@home.example' })
    expect(directoryMatch(user('ada@home.example', ''), both).nameMatches).toEqual(['o-2'])
  })

  test('gives every group of the name, sorted', () => {
    const groups = objects({ id: 'o-3', name: 'Ops' }, { id: 'o-1', name: 'ops' }, { id: 'o-2', name: 'other' })
    const match = directoryMatch({ type: 'groups', id: '1', name: 'OPS', externalId: '' }, groups)
    expect(match.nameMatches).toEqual(['o-1', 'o-3'])
  })

  test('an object whose name cannot be read is no match and no mismatch', () => {
    const unreadable = objects({ id: 'o-1', name: '' })
    expect(() => directoryMatch(user('ada', 'o-1'), unreadable)).toThrow(AuditError)
    expect(directoryMatch(user('', 'o-2'), unreadable).nameMatches).toEqual([])
  })
})

describe('loadPlanOf', () => {
  test('never chooses look-ups that may cost more than the listing', () => {
    const facts = fc.record({
      type: fc.constantFrom('users' as const, 'groups' as const, 'service-principals' as const),
      inTenant: fc.option(fc.nat({ max: 2_000_000 }), { nil: undefined }),
      linked: fc.nat({ max: 500_000 }),
      named: fc.nat({ max: 500_000 }),
    })
    fc.assert(
      fc.property(facts, ({ type, inTenant, linked, named }) => {
        const most = 2 * Math.ceil(linked / 1000) + (type === 'users' ? 2 : 1) * Math.ceil(named / 15)
        const listing = inTenant === undefined ? 0 : Math.max(1, Math.ceil(inTenant / 999))
        const plan = loadPlanOf({ type, inTenant, linked, named })
        expect(plan).toBe(inTenant !== undefined && most <= listing ? 'look-up' : 'list')
      }),
    )
  })
})
