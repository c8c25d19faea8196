import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ERROR_CATEGORIES } from '../../src/domain/category.ts'
import { divergenceOf, isLocalOnly } from '../../src/domain/divergence.ts'
import type { Match } from '../../src/domain/match.ts'
import { outcomeOf } from '../../src/domain/outcome.ts'

const aMatch = (changes: Partial<Omit<Match, 'principal'>> & { externalId?: string; name?: string } = {}): Match => {
  const { externalId = 'e1', name = 'ada', ...rest } = changes
  return {
    principal: { type: 'groups', id: '1', name, externalId },
    byExternalId: { name: 'ada' },
    nameMatches: [],
    localMembers: [],
    externalMembers: [],
    ...rest,
  }
}

describe('divergenceOf', () => {
  const cases: { name: string; match: Match; categories: readonly string[] }[] = [
    { name: 'linked, same name', match: aMatch(), categories: [] },
    { name: 'linked, name known under the same id', match: aMatch({ nameMatches: ['e1'] }), categories: [] },
    {
      name: 'case 30: no external id and no name match is local-only',
      match: aMatch({ externalId: '', byExternalId: undefined }),
      categories: [],
    },
    {
      name: 'external id that the IdP does not know',
      match: aMatch({ byExternalId: undefined }),
      categories: ['EXTERNAL_ID_NOT_IN_IDP'],
    },
    {
      name: 'same id, name differs in letter case only',
      match: aMatch({ byExternalId: { name: 'Ada' } }),
      categories: ['EXTERNAL_ID_MATCH_NAME_MISMATCH'],
    },
    {
      name: 'same id, the IdP object has no name',
      match: aMatch({ byExternalId: { name: '' } }),
      categories: ['EXTERNAL_ID_MATCH_NAME_MISMATCH'],
    },
    {
      name: 'same object by id and by name, names differ',
      match: aMatch({ byExternalId: { name: 'other' }, nameMatches: ['e1'] }),
      categories: ['EXTERNAL_ID_MATCH_NAME_MISMATCH'],
    },
    {
      name: 'case 31: ids that differ in case only are two ids',
      match: aMatch({ externalId: 'E1', byExternalId: undefined, nameMatches: ['e1'] }),
      categories: ['EXTERNAL_ID_NOT_IN_IDP', 'NAME_MATCH_EXTERNAL_ID_MISMATCH'],
    },
    {
      name: 'case 32: an id that is no GUID is compared like any other',
      match: aMatch({ externalId: '00u1a-okta', nameMatches: ['00u1a-okta'] }),
      categories: [],
    },
    {
      name: 'not linked, name taken by several',
      match: aMatch({ externalId: '', byExternalId: undefined, nameMatches: ['e2', 'e3'] }),
      categories: ['NAME_MATCH_EXTERNAL_ID_MISMATCH'],
    },
    { name: 'one of several name matches is ours', match: aMatch({ nameMatches: ['e2', 'e1'] }), categories: [] },
    {
      name: 'members on both sides',
      match: aMatch({ localMembers: ['7'], externalMembers: ['8'] }),
      categories: ['GROUP_HAS_LOCAL_MEMBERS_WITHOUT_EXTERNAL_ID', 'GROUP_HAS_LOCAL_MEMBERS_WITH_EXTERNAL_ID'],
    },
    {
      name: 'members of a group whose id is not found: nothing to compare with',
      match: aMatch({ byExternalId: undefined, localMembers: ['7'], externalMembers: ['8'] }),
      categories: ['EXTERNAL_ID_NOT_IN_IDP'],
    },
    {
      name: 'members of a group without external id',
      match: aMatch({ externalId: '', byExternalId: undefined, localMembers: ['7'] }),
      categories: [],
    },
  ]
  for (const { name, match, categories } of cases)
    test(name, () => expect(divergenceOf(match)?.categories ?? []).toEqual(categories))

  test('a group without IdP group shows no members that nobody compared', () => {
    const row = divergenceOf(aMatch({ byExternalId: undefined, localMembers: ['7'], externalMembers: ['8'] }))
    expect(row).toMatchObject({ localMembers: [], externalMembers: [] })
  })

  const anyMatch = fc.record({
    externalId: fc.constantFrom('', 'a', 'A', 'b'),
    name: fc.constantFrom('', 'x', 'X'),
    byExternalId: fc.option(fc.record({ name: fc.constantFrom('', 'x', 'X') }), { nil: undefined }),
    nameMatches: fc.array(fc.constantFrom('a', 'A', 'b')),
    localMembers: fc.array(fc.constantFrom('1', '2')),
    externalMembers: fc.array(fc.constantFrom('3', '4')),
  })

  test('categories are in the order of the closed set, each once, and never empty', () => {
    fc.assert(
      fc.property(anyMatch, (parts) => {
        const row = divergenceOf(aMatch(parts))
        if (row === undefined) return
        expect(row.categories.length).toBeGreaterThan(0)
        expect(row.categories).toEqual(ERROR_CATEGORIES.filter((category) => row.categories.includes(category)))
      }),
    )
  })

  test('an outcome is divergent, local-only or linked to an object of the same name', () => {
    fc.assert(
      fc.property(anyMatch, (parts) => {
        const match = aMatch(parts)
        const outcome = outcomeOf(match)
        if (outcome.kind === 'linked') {
          expect(match.principal.externalId).not.toBe('')
          expect(match.byExternalId?.name).toBe(match.principal.name)
        }
        if (outcome.kind === 'local-only') expect(isLocalOnly(match)).toBe(true)
      }),
    )
  })
})
