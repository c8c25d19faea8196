import { describe, expect, test } from 'vitest'
import { isProblem, ruleOf } from '../../src/domain/gate.ts'
import { A, B, evidencesOf, judged, policyOf, rule } from './cast.ts'

/** Two real mismatches, one of them only cosmetic; a foreign dead link, one of ours. */
const FOUND = evidencesOf(
  { idp: 'x@example.com' },
  { externalId: B, idp: 'y@example.com', nameMatches: [B] },
  { externalId: '00000000-0000-4000-8000-000000000001', name: 'a@example.net' },
  { externalId: '00000000-0000-4000-8000-000000000002' },
)

const value = (key: string, limit = '0') => {
  const policy = policyOf({ primaryDomains: ['example.com'], rules: [rule(key, limit)] })
  const [verdict] = judged(FOUND, policy).result.verdicts
  return { value: verdict?.value, checked: verdict?.checked, state: verdict?.state }
}

describe('ruleOf', () => {
  test.each([
    ['blockers', ['users', 'groups', 'service-principals']],
    ['review', ['users', 'groups', 'service-principals']],
    ['workspaces.review', ['workspaces']],
    ['out-of-scope', ['users']],
    ['hygiene', ['users', 'groups', 'service-principals']],
    ['users.blockers', ['users']],
    ['DUPLICATE_EXTERNAL_ID', ['users', 'groups', 'service-principals']],
    ['groups.DUPLICATE_EXTERNAL_ID', ['groups']],
    ['STALE_SERVICE_PRINCIPAL', ['service-principals']],
  ])('%s is about %j', (key, types) => {
    expect(rule(key).types).toEqual(types)
  })

  test.each([
    'workspaces.blockers',
    'groups.out-of-scope',
    'users.STALE_SERVICE_PRINCIPAL',
    'workspaces.DUPLICATE_EXTERNAL_ID',
    'blocker',
    'Blockers',
    'DUPLICATE_*',
    'same_object',
  ])('%s can never match, or is no name', (key) => {
    expect(isProblem(ruleOf(key, '0', ['workspaces', 'users', 'groups', 'service-principals']))).toBe(true)
  })

  test('a class of a type that the audit leaves out is a problem', () => {
    expect(isProblem(ruleOf('groups.blockers', '0', ['workspaces', 'users']))).toBe(true)
    expect(rule('blockers', '0', ['workspaces', 'users']).types).toEqual(['users'])
  })

  test('a star names categories only, so a rule means the same whatever reasons there are', () => {
    expect(rule('users.*').reasons).toEqual([])
    expect(rule('*').classes).toEqual([])
  })
})

describe('a verdict', () => {
  test('of a class counts each identity by the most severe that it has', () => {
    expect(value('blockers')).toEqual({ value: 1, checked: 3_000, state: 'exceeded' })
    expect(value('review')).toEqual({ value: 1, checked: 3_000, state: 'exceeded' })
    expect(value('out-of-scope', '1')).toEqual({ value: 1, checked: 1_000, state: 'within' })
    expect(value('hygiene', '0.01%')).toEqual({ value: 1, checked: 3_000, state: 'exceeded' })
  })

  test('of a category counts every carrier, the same object included', () => {
    expect(value('EXTERNAL_ID_MATCH_NAME_MISMATCH', '1')).toMatchObject({ value: 2, state: 'exceeded' })
  })

  test('of a reason counts its carriers', () => {
    expect(value('SAME_OBJECT', '1')).toMatchObject({ value: 1, state: 'within' })
    expect(value('FOREIGN_DOMAIN', '0')).toMatchObject({ value: 1, state: 'exceeded' })
  })

  test('an identity that shares its id counts for the reason, but for no category', () => {
    const found = evidencesOf({ idp: 'ada@example.com' }, { idp: 'ada@example.com', externalId: A })
    const rules = [rule('DUPLICATE_EXTERNAL_ID'), rule('*'), rule('blockers')]
    const { verdicts } = judged(found, policyOf({ rules })).result
    expect(verdicts.map(({ value }) => value)).toEqual([2, 0, 2])
  })
})
