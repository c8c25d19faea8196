import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { matchOf } from '../../src/databricks/decode-match.ts'
import { divergenceOf } from '../../src/domain/divergence.ts'
import { AuditError } from '../../src/domain/failure.ts'
import { outcomeOf } from '../../src/domain/outcome.ts'
import { PRINCIPAL_TYPES } from '../../src/domain/principal.ts'
import { ACCOUNT, thrownBy } from './wire.ts'

const asked = { accountId: ACCOUNT, id: '42' }
const reasonOf = (act: () => unknown) => thrownBy(act).reason

const user = (fields: object = {}) => ({ internal_id: 42, username: 'ada@contoso.com', external_id: 'x-1', ...fields })
const users = (answer: object) => matchOf('users', answer, asked, 'the match')
const groups = (answer: object) => matchOf('groups', answer, asked, 'the match')

describe('matchOf', () => {
  test('reads a user that agrees', () => {
    const match = users({
      databricks_user: user({ account_id: ACCOUNT.toUpperCase() }),
      idp_match_by_username: user({ internal_id: undefined }),
      idp_match_by_external_id: user({ internal_id: undefined }),
    })
    expect(match).toEqual({
      principal: { type: 'users', id: '42', name: 'ada@contoso.com', externalId: 'x-1' },
      byExternalId: { name: 'ada@contoso.com' },
      nameMatches: ['x-1'],
      localMembers: [],
      externalMembers: [],
    })
    expect(outcomeOf(match)).toEqual({ kind: 'linked' })
  })

  test('reads a group with candidates and members in the order of the answer', () => {
    const match = groups({
      databricks_group: { internal_id: '42', group_name: 'Ops', external_id: 'x-1' },
      idp_match_by_external_id: { group_name: 'Operations', external_id: 'x-1' },
      idp_matches_by_group_name: [{ external_id: 'x-9' }, { group_name: 'Ops' }, {}, { external_id: 'x-2' }],
      local_members_not_in_idp: [{ principal_id: 7, principal_type: 'USER' }, { principal_id: '6' }],
      external_members_not_in_idp: [{ principal_id: 5, external_id: 'x-5' }],
    })
    expect(match.principal.name).toBe('Ops')
    expect(match.byExternalId).toEqual({ name: 'Operations' })
    expect(match.nameMatches).toEqual(['x-9', 'x-2'])
    expect(match.localMembers).toEqual(['7', '6'])
    expect(match.externalMembers).toEqual(['5'])
  })

  test('reads a service principal by its application id', () => {
    const match = matchOf(
      'service-principals',
      {
        databricks_service_principal: { internal_id: 42, application_id: 'app-1', display_name: 'robot' },
        idp_match_by_app_id: { application_id: 'app-1', external_id: 'x-3' },
      },
      asked,
      'the match',
    )
    expect(match.principal).toEqual({ type: 'service-principals', id: '42', name: 'app-1', externalId: '' })
    expect(match.nameMatches).toEqual(['x-3'])
    expect(match.byExternalId).toBeUndefined()
  })

  test.each([
    ['users', 'databricks_user', 'user_id'],
    ['groups', 'databricks_group', 'group_id'],
    ['service-principals', 'databricks_service_principal', 'service_principal_id'],
  ] as const)('takes the id of %s from the newer field, too', (type, own, field) => {
    expect(matchOf(type, { [own]: { [field]: '42', external_id: 'x' } }, asked, 'w').principal.id).toBe('42')
    expect(matchOf(type, { [own]: { internal_id: null, [field]: 42 } }, asked, 'w').principal.id).toBe('42')
    expect(reasonOf(() => matchOf(type, { [own]: { internal_id: 41, [field]: 42 } }, asked, 'w'))).toBe(
      'wrong-identity',
    )
  })

  test.each(PRINCIPAL_TYPES)('an answer about nobody is never clean (case 19, case 47): %s', (type) => {
    const answers = [null, [], {}, 'text', 7, { error_code: 'INTERNAL', message: 'x' }]
    const own = {
      users: 'databricks_user',
      groups: 'databricks_group',
      'service-principals': 'databricks_service_principal',
    }
    const empty = [null, {}, { internal_id: null, external_id: '', name: { given_name: '' }, roles: [{}] }]
    for (const answer of [...answers, ...empty.map((value) => ({ [own[type]]: value }))])
      expect(reasonOf(() => matchOf(type, answer, asked, 'w'))).toBe('unexpected-answer')
  })

  test('an identity without an id is not an answer', () => {
    expect(reasonOf(() => users({ databricks_user: { username: 'ada', external_id: 'x' } }))).toBe('unexpected-answer')
  })

  test('a wrong type is told by its JSON path, never by its value (case 19)', () => {
    const error = thrownBy(() => users({ databricks_user: user({ username: { secret: 'hunter2' } }) }))
    expect(error.reason).toBe('unexpected-answer')
    expect(error.message).toContain('databricks_user.username')
    expect(error.message).not.toContain('hunter2')
    const inList = thrownBy(() =>
      groups({
        databricks_group: { internal_id: 42 },
        local_members_not_in_idp: [{ principal_id: 1 }, { display_name: 'x' }],
      }),
    )
    expect(inList.message).toContain('local_members_not_in_idp[1].principal_id')
  })

  test('unknown fields and enum values are accepted (case 20)', () => {
    const match = groups({
      databricks_group: { internal_id: 42, group_name: 'Ops', external_id: 'x', account_group_status: 'FROZEN_2031' },
      local_members_not_in_idp: [{ principal_id: 1, principal_type: 'AGENT', membership_source: 'UNSPECIFIED' }],
      idp_confidence: { level: 3 },
    })
    expect(match.localMembers).toEqual(['1'])
  })

  test('ids beyond 2^53 survive (case 27)', () => {
    const big = { accountId: ACCOUNT, id: '9007199254740993' }
    const answer = {
      databricks_group: { internal_id: '9007199254740993', external_id: 'x' },
      idp_match_by_external_id: { external_id: 'x' },
      external_members_not_in_idp: [{ principal_id: '9223372036854775807' }],
    }
    const match = matchOf('groups', answer, big, 'w')
    expect(match.principal.id).toBe('9007199254740993')
    expect(match.externalMembers).toEqual(['9223372036854775807'])
    // A number that has lost its last digits is no id.
    expect(reasonOf(() => users({ databricks_user: user({ internal_id: 2 ** 60 }) }))).toBe('unexpected-answer')
  })

  test.each(['../1', '1/2', '1?x', '1#', ' 42', '-1', '1.5', 1.5, -1, 'x', '1'.repeat(21), true])(
    'a bad id is no id (case 28): %j',
    (bad) => {
      expect(reasonOf(() => users({ databricks_user: user({ internal_id: bad }) }))).toBe('unexpected-answer')
      const members = { databricks_group: { internal_id: 42 }, local_members_not_in_idp: [{ principal_id: bad }] }
      expect(reasonOf(() => groups(members))).toBe('unexpected-answer')
    },
  )

  test.each([
    [undefined, ''],
    [null, ''],
    ['', ''],
    ['n'.repeat(10_000), 'n'.repeat(10_000)],
    ['\ud800', '\ud800'],
    ['a\nb', 'a\nb'],
  ])('any name will do (case 29)', (username, name) => {
    expect(users({ databricks_user: user({ username }) }).principal.name).toBe(name)
  })

  test.each([undefined, null, ''])('no external id is the same in every form (case 30): %j', (external_id) => {
    const match = users({
      databricks_user: user({ external_id }),
      idp_match_by_username: { username: 'ada@contoso.com', external_id },
      idp_match_by_external_id: { username: '', external_id },
    })
    expect(match.principal.externalId).toBe('')
    expect(match.nameMatches).toEqual([])
    expect(match.byExternalId).toBeUndefined()
    expect(outcomeOf(match)).toEqual({ kind: 'local-only' })
  })

  test.each([' x ', '{0B1C2D3E-4F50-6172-8394-A5B6C7D8E9F0}', 'urn:uuid:0b1c2d3e', '00u1abcdEFGH'])(
    'an external id is kept as it came, GUID or not (case 31, case 32): %j',
    (external_id) => {
      const match = users({ databricks_user: user({ external_id }), idp_match_by_username: { external_id } })
      expect(match.principal.externalId).toBe(external_id)
      expect(match.nameMatches).toEqual([external_id])
      const other = users({
        databricks_user: user({ external_id }),
        idp_match_by_external_id: { username: 'ada@contoso.com' },
        idp_match_by_username: { external_id: external_id.toLowerCase().trim() },
      })
      const differs = external_id !== external_id.toLowerCase().trim()
      expect(divergenceOf(other) !== undefined).toBe(differs)
    },
  )

  test('two identities may have one external id (case 33)', () => {
    const second = { accountId: ACCOUNT, id: '43' }
    const first = users({ databricks_user: user(), idp_match_by_external_id: user() })
    const other = matchOf(
      'users',
      { databricks_user: user({ internal_id: 43, username: 'eve' }), idp_match_by_external_id: user() },
      second,
      'w',
    )
    expect(divergenceOf(first)).toBeUndefined()
    expect(divergenceOf(other)?.categories).toEqual(['EXTERNAL_ID_MATCH_NAME_MISMATCH'])
  })

  test('an answer for another id or account is refused (case 34, case 35)', () => {
    expect(reasonOf(() => users({ databricks_user: user({ internal_id: 43 }) }))).toBe('wrong-identity')
    expect(reasonOf(() => users({ databricks_user: user({ account_id: 'another' }) }))).toBe('wrong-identity')
  })

  test('whatever comes, it is a match for the asked id or an AuditError', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(...PRINCIPAL_TYPES), (own, type) => {
        const answer = { databricks_user: own, databricks_group: own, databricks_service_principal: own }
        try {
          return matchOf(type, answer, asked, 'w').principal.id === '42'
        } catch (error) {
          return error instanceof AuditError
        }
      }),
    )
  })

  test('an answer nested without end is an AuditError, too', () => {
    let deep: unknown = ''
    for (let level = 0; level < 50_000; level++) deep = [deep]
    expect(reasonOf(() => users({ databricks_user: deep }))).toBe('unexpected-answer')
  })
})
