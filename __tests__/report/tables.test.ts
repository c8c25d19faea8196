import { describe, expect, test } from 'vitest'
import type { Divergence } from '../../src/domain/divergence.ts'
import { csvOf, headerOf } from '../../src/report/csv.ts'
import {
  DIVERGENCES_TABLES,
  FAILURES_TABLE,
  FILE_NAMES,
  filesOf,
  IDENTITIES_TABLES,
  WORKSPACES_TABLE,
} from '../../src/report/tables.ts'

const divergence = (of: Partial<Divergence>): Divergence => ({
  type: 'users',
  id: '1',
  name: 'n',
  externalId: 'e',
  nameMatches: [],
  localMembers: [],
  externalMembers: [],
  categories: ['EXTERNAL_ID_NOT_IN_IDP'],
  ...of,
})

test.each([
  [WORKSPACES_TABLE, 'divergence_workspaces.csv', 'workspaceId,errorCategories'],
  [IDENTITIES_TABLES.users, 'identities_to_process_users.csv', 'id'],
  [IDENTITIES_TABLES.groups, 'identities_to_process_groups.csv', 'id'],
  [IDENTITIES_TABLES['service-principals'], 'identities_to_process_service_principals.csv', 'id'],
  [
    DIVERGENCES_TABLES.users,
    'idp_divergence_users.csv',
    'id,username,externalId,externalIdWithUsernameMatch,errorCategories',
  ],
  [
    DIVERGENCES_TABLES.groups,
    'idp_divergence_groups.csv',
    'id,groupName,externalId,externalIdsWithGroupnameMatch,localMembersNotInIdpInternalIds,externalMembersNotInIdpInternalIds,errorCategories',
  ],
  [
    DIVERGENCES_TABLES['service-principals'],
    'idp_divergence_service_principals.csv',
    'id,applicationId,externalId,externalIdWithAppIdMatch,errorCategories',
  ],
  [FAILURES_TABLE, 'idp_divergence_failures.csv', 'id,type,error'],
])('tables: file and header %#', (table, file, header) => {
  expect(table.file).toBe(file)
  expect(headerOf(table)).toBe(`${header}\r\n`)
})

describe('rows', () => {
  test('lists are joined by semicolons, in their order', () => {
    const group = divergence({
      type: 'groups',
      name: 'test',
      externalId: '',
      nameMatches: ['b', 'a'],
      localMembers: ['2', '1'],
      externalMembers: ['9007199254740993'],
      categories: ['NAME_MATCH_EXTERNAL_ID_MISMATCH', 'GROUP_HAS_LOCAL_MEMBERS_WITH_EXTERNAL_ID'],
    })
    expect(csvOf('exact')([DIVERGENCES_TABLES.groups.cells(group)])).toBe(
      '1,test,,b;a,2;1,9007199254740993,NAME_MATCH_EXTERNAL_ID_MISMATCH;GROUP_HAS_LOCAL_MEMBERS_WITH_EXTERNAL_ID\r\n',
    )
  })

  test('a user', () => {
    const user = divergence({ name: 'a@example.com', nameMatches: ['f'] })
    expect(DIVERGENCES_TABLES.users.cells(user)).toEqual(['1', 'a@example.com', 'e', 'f', 'EXTERNAL_ID_NOT_IN_IDP'])
  })

  test('a workspace', () => {
    expect(WORKSPACES_TABLE.cells({ id: '7' })).toEqual(['7', 'IDENTITY_FEDERATION_DISABLED'])
  })

  test.each([
    ['users', 'USER'],
    ['groups', 'GROUP'],
    ['service-principals', 'SERVICE_PRINCIPAL'],
  ] as const)('a failure of %s', (type, code) => {
    expect(FAILURES_TABLE.cells({ type, id: '1', reason: 'server-error', code: '500' })).toEqual([
      '1',
      code,
      'server-error: 500',
    ])
  })
})

test('FILE_NAMES: eleven files, each once, and every file of a type among them', () => {
  expect(new Set(FILE_NAMES).size).toBe(11)
  expect(FILE_NAMES).toEqual(
    expect.arrayContaining([...filesOf('users'), ...filesOf('groups'), ...filesOf('service-principals')]),
  )
  expect(FILE_NAMES).toContain('report.json')
})
