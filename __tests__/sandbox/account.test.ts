import { parse } from 'csv-parse/sync'
import { describe, expect, it } from 'vitest'
import { makeAccount } from './account.ts'
import { bothSidesOf } from './idp-answer.ts'
import { expectedFiles } from './oracle.ts'

const rowsOf = (files: Map<string, Buffer>, name: string): Record<string, string>[] =>
  parse(files.get(name) ?? Buffer.alloc(0), { columns: true })

const countBy = (rows: Record<string, string>[], column: string) =>
  Object.fromEntries(
    Map.groupBy(rows, (row) => row[column] ?? '')
      .entries()
      .map(([key, { length }]) => [key, length]),
  )

describe('makeAccount', () => {
  const files = expectedFiles(makeAccount(), { csvFormat: 'exact' })

  it('has the sizes and the categories of the real account that it is modelled on', () => {
    const sizes = ['users', 'groups', 'service_principals'].map(
      (type) => rowsOf(files, `identities_to_process_${type}.csv`).length,
    )
    expect(sizes).toEqual([2504, 341, 173])
    expect(rowsOf(files, 'divergence_workspaces.csv')).toHaveLength(16)
    expect(countBy(rowsOf(files, 'idp_divergence_users.csv'), 'errorCategories')).toEqual({
      EXTERNAL_ID_NOT_IN_IDP: 1029,
      'EXTERNAL_ID_NOT_IN_IDP;NAME_MATCH_EXTERNAL_ID_MISMATCH': 10,
      NAME_MATCH_EXTERNAL_ID_MISMATCH: 59,
      EXTERNAL_ID_MATCH_NAME_MISMATCH: 31,
    })
    expect(countBy(rowsOf(files, 'idp_divergence_service_principals.csv'), 'errorCategories')).toEqual({
      NAME_MATCH_EXTERNAL_ID_MISMATCH: 3,
      EXTERNAL_ID_MATCH_NAME_MISMATCH: 2,
      EXTERNAL_ID_NOT_IN_IDP: 3,
    })
    const candidates = rowsOf(files, 'idp_divergence_groups.csv').map(
      (row) => row.externalIdsWithGroupnameMatch?.split(';').length,
    )
    expect(candidates.sort()).toEqual([1, 1, 1, 1, 1, 1, 7])
  })

  it('has its self-contradicting mismatches, foreign users, shared external ids and long ids', () => {
    const users = rowsOf(files, 'idp_divergence_users.csv')
    const mismatches = users.filter(({ errorCategories }) => errorCategories === 'EXTERNAL_ID_MATCH_NAME_MISMATCH')
    expect(mismatches.filter((row) => row.externalId === row.externalIdWithUsernameMatch)).toHaveLength(28)
    expect(users.filter(({ username }) => username?.endsWith('@example.net'))).toHaveLength(17)
    const shared = Object.values(
      countBy(
        users.filter(({ externalId }) => externalId !== ''),
        'externalId',
      ),
    )
    expect(shared.filter((times) => times > 1).length).toBeGreaterThan(50)
    expect(users.filter(({ id }) => Number(id) > Number.MAX_SAFE_INTEGER).length).toBeGreaterThan(2)
  })

  it('is the same for the same seed and another for another', () => {
    expect(expectedFiles(makeAccount())).toEqual(expectedFiles(makeAccount({ seed: 1 })))
    expect(makeAccount({ seed: 2, users: 20 })).not.toEqual(makeAccount({ seed: 3, users: 20 }))
  })

  it.each([1, 12, 300])(
    'keeps its proportions at %i users, with members that only Databricks has where asked for',
    (users) => {
      const account = makeAccount({ users, groups: 60, driftedGroups: 5 })
      expect(account.principals.users).toHaveLength(users)
      const groups = rowsOf(expectedFiles(account), 'idp_divergence_groups.csv')
      expect(groups.filter(({ errorCategories }) => errorCategories?.includes('LOCAL_MEMBERS')).length).toBeGreaterThan(
        0,
      )
    },
  )
})

describe('bothSidesOf', () => {
  it('finds the same divergent members as the oracle, which looks for itself', () => {
    const account = makeAccount({ users: 300, groups: 60, driftedGroups: 5 })
    const sides = bothSidesOf(account)
    for (const row of rowsOf(expectedFiles(account), 'idp_divergence_groups.csv')) {
      const group = sides.principal('groups', row.id ?? '')
      const text = group === undefined ? '' : sides.match(group)
      const lists = ['local_members_not_in_idp', 'external_members_not_in_idp'].map(
        (field) => [...(JSON.parse(text)[field] ?? [])].length,
      )
      const expected = [row.localMembersNotInIdpInternalIds, row.externalMembersNotInIdpInternalIds]
      expect(lists).toEqual(expected.map((cell) => (cell === '' ? 0 : cell?.split(';').length)))
    }
  })
})
