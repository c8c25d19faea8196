import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { CATEGORIES_OF, type ErrorCategory, type SubjectType } from '../../src/domain/category.ts'
import {
  conclusionOf,
  exceeds,
  exitCodeOf,
  incompletenessOf,
  isProblem,
  limitOf,
  type Rule,
  ruleOf,
} from '../../src/domain/gate.ts'
import type { Outcome } from '../../src/domain/outcome.ts'
import { PRINCIPAL_TYPES, type PrincipalType } from '../../src/domain/principal.ts'
import { Counter, type Tally, tallyOfWorkspaces } from '../../src/domain/tally.ts'
import type { Workspace } from '../../src/domain/workspace.ts'
import { verdictOf } from './verdict.ts'

const ALL: SubjectType[] = ['workspaces', ...PRINCIPAL_TYPES]

function rule(key: string, limit: string, included: SubjectType[] = ALL): Rule {
  const made = ruleOf(key, limit, included)
  if (isProblem(made)) throw new Error(made.problem)
  return made
}

const divergent = (
  type: PrincipalType,
  categories: ErrorCategory[],
  externalId = 'e',
  nameMatches: string[] = [],
): Outcome => ({
  kind: 'divergent',
  divergence: { type, id: '1', name: 'n', externalId, nameMatches, localMembers: [], externalMembers: [], categories },
})

function tallyOf(outcomes: Partial<Record<PrincipalType, Outcome[]>>, workspaces: Workspace[] | undefined = []): Tally {
  const principals: Partial<Record<PrincipalType, ReturnType<Counter['tally']>>> = {}
  for (const type of PRINCIPAL_TYPES) {
    const of = outcomes[type]
    if (of === undefined) continue
    const counter = new Counter(of.length)
    for (const outcome of of) counter.add(outcome)
    principals[type] = counter.tally()
  }
  return { workspaces: workspaces === undefined ? undefined : tallyOfWorkspaces(workspaces), principals }
}

const linked: Outcome = { kind: 'linked' }
const failed: Outcome = { kind: 'failed', failure: { type: 'users', id: '1', reason: 'timeout', code: '' } }
const gone: Outcome = { kind: 'gone' }
const times = (count: number, outcome: Outcome): Outcome[] => Array.from({ length: count }, () => outcome)

describe('ruleOf', () => {
  const problems: [string, string, SubjectType[]?][] = [
    ['EXTERNAL_ID_NOT_IN_IPD', '0'],
    ['user.EXTERNAL_ID_NOT_IN_IDP', '0'],
    ['users.GROUP_HAS_LOCAL_MEMBERS_*', '0'],
    ['workspaces.EXTERNAL_ID_NOT_IN_IDP', '0'],
    ['GROUP_HAS_LOCAL_MEMBERS_*', '0', ['workspaces', 'users']],
    ['groups.*', '0', ['workspaces', 'users']],
    ['EXTERNAL_*_IDP', '0'],
    ['**', '0'],
    ['', '0'],
    ['users.', '0'],
    ['*', '-1'],
    ['*', '100.01%'],
    ['*', '101%'],
    ['*', 'many'],
    ['*', '1e3'],
    ['*', '5 or 6'],
    ['*', ''],
    ['*', '0x10'],
    ['*', '０'],
  ]
  for (const [key, limit, included] of problems)
    test(`"${key}: ${limit}" is a configuration error`, () =>
      expect(isProblem(ruleOf(key, limit, included ?? ALL))).toBe(true))

  test('a rule without type is about the included types in which the category can occur', () => {
    expect(rule('EXTERNAL_ID_NOT_IN_IDP', '50%').types).toEqual(PRINCIPAL_TYPES)
    expect(rule('EXTERNAL_ID_NOT_IN_IDP', '50%', ['workspaces', 'groups']).types).toEqual(['groups'])
    expect(rule('GROUP_HAS_LOCAL_MEMBERS_*', '1').types).toEqual(['groups'])
    expect(rule('IDENTITY_FEDERATION_DISABLED', '1').types).toEqual(['workspaces'])
  })

  test('"*" alone never includes workspaces, "workspaces.*" does', () => {
    expect(rule('*', '100').types).toEqual(PRINCIPAL_TYPES)
    expect(rule('workspaces.*', '100').types).toEqual(['workspaces'])
  })

  test('a pattern names the categories that begin so, as far as they can occur', () => {
    expect(rule('groups.GROUP_HAS_LOCAL_MEMBERS_*', '10 or 2%').categories).toEqual(CATEGORIES_OF.groups.slice(3))
    expect(rule('service-principals.*', '0').categories).toEqual(CATEGORIES_OF.users)
  })
})

describe('limitOf and exceeds', () => {
  test('case 70: exactly at the limit is within, one over exceeds', () => {
    expect(exceeds(5, 100, limitOf('5') as never)).toBe(false)
    expect(exceeds(6, 100, limitOf('5') as never)).toBe(true)
    expect(exceeds(2, 100, limitOf('2%') as never)).toBe(false)
    expect(exceeds(3, 100, limitOf('2%') as never)).toBe(true)
  })

  test('case 70: a percentage of nothing is not exceeded', () => {
    expect(exceeds(0, 0, limitOf('0%') as never)).toBe(false)
  })

  test('percentages compare without rounding', () => {
    expect(exceeds(1, 3, limitOf('33.33%') as never)).toBe(true)
    expect(exceeds(1, 3, limitOf('33.34%') as never)).toBe(false)
    expect(exceeds(999_999_999, 999_999_999, limitOf('99.99%') as never)).toBe(true)
  })

  test('"10 or 2%" fails when either is exceeded, in any order', () => {
    for (const text of ['10 or 2%', '2% or 10']) {
      const limit = limitOf(text) as never
      expect(exceeds(11, 10_000, limit)).toBe(true)
      expect(exceeds(3, 100, limit)).toBe(true)
      expect(exceeds(2, 100, limit)).toBe(false)
    }
  })
})

describe('verdictOf', () => {
  test('a rule counts each identity once, whatever it carries', () => {
    const tally = tallyOf({ groups: [divergent('groups', [...CATEGORIES_OF.groups]), linked, gone, failed] })
    expect(verdictOf(rule('groups.*', '0'), tally)).toMatchObject({ value: 1, checked: 2, state: 'exceeded' })
  })

  test('workspaces: counts rows, takes a percentage of those that tell', () => {
    const workspace = (federation: Workspace['federation']): Workspace => ({ id: '1', federation, pricingTier: '' })
    const tally = tallyOf({}, [workspace('enabled'), workspace('disabled'), workspace('unknown')])
    expect(verdictOf(rule('workspaces.*', '2'), tally)).toMatchObject({ value: 2, checked: 2, state: 'within' })
  })

  test('workspaces of which none tells, or that could not be listed, are unknown', () => {
    const silent = tallyOf({}, [{ id: '1', federation: 'unknown', pricingTier: '' }])
    expect(verdictOf(rule('workspaces.*', '9'), silent).state).toBe('unknown')
    expect(verdictOf(rule('workspaces.*', '9'), { workspaces: undefined, principals: {} }).state).toBe('unknown')
    expect(verdictOf(rule('workspaces.*', '0'), tallyOf({}, [])).state).toBe('within')
  })
})

describe('incompletenessOf', () => {
  const none = limitOf('0') as never
  test('case 71: when all identities fail it is incomplete whatever max-failures says', () => {
    expect(incompletenessOf(tallyOf({ users: times(3, failed) }), limitOf('100%') as never, [])).toContain(
      'nothing-checked',
    )
    expect(incompletenessOf(tallyOf({ users: times(3, failed) }), none, [])).toContain('too-many-failures')
  })

  test('a share of failures is of the listed identities less those gone', () => {
    const tally = tallyOf({ users: [failed, linked, gone, gone] })
    expect(incompletenessOf(tally, limitOf('50%') as never, [])).toEqual([])
    expect(incompletenessOf(tally, limitOf('49.99%') as never, [])).toEqual(['too-many-failures'])
  })

  test('case 23: no identity listed at all is incomplete', () => {
    expect(incompletenessOf(tallyOf({ users: [], groups: [] }), none, [])).toEqual(['nothing-listed'])
  })

  const lost = divergent('users', ['EXTERNAL_ID_NOT_IN_IDP'])
  test('ten links of all types together, all lost, no name known: the IdP was not readable', () => {
    const tally = (count: number, ...more: Outcome[]) =>
      tallyOf({
        users: [...times(count - 1, lost), ...more],
        groups: [divergent('groups', ['EXTERNAL_ID_NOT_IN_IDP'])],
      })
    expect(incompletenessOf(tally(10), none, [])).toEqual(['idp-unreadable'])
    expect(incompletenessOf(tally(9), none, [])).toEqual([])
    expect(incompletenessOf(tally(10, linked), none, [])).toEqual([])
    const named = divergent('users', ['NAME_MATCH_EXTERNAL_ID_MISMATCH'], '', ['e2'])
    expect(incompletenessOf(tally(10, named), none, [])).toEqual([])
    expect(incompletenessOf(tally(10, { kind: 'local-only' }), none, [])).toEqual(['idp-unreadable'])
  })
})

describe('conclusionOf', () => {
  const over = verdictOf(rule('*', '0'), tallyOf({ users: [divergent('users', ['EXTERNAL_ID_NOT_IN_IDP'])] }))

  test('error before incomplete before failed before passed', () => {
    expect(conclusionOf(true, ['cancelled'], [over])).toBe('error')
    expect(conclusionOf(false, ['cancelled'], [over])).toBe('incomplete')
    expect(conclusionOf(false, [], [over])).toBe('failed')
    expect(conclusionOf(false, [], [])).toBe('passed')
  })

  test('incomplete and error never exit 0; failed only with warn-only', () => {
    for (const warnOnly of [true, false]) {
      expect(exitCodeOf('error', warnOnly)).toBe(1)
      expect(exitCodeOf('incomplete', warnOnly)).toBe(1)
      expect(exitCodeOf('passed', warnOnly)).toBe(0)
      expect(exitCodeOf('failed', warnOnly)).toBe(warnOnly ? 0 : 1)
    }
  })

  const RANK = { passed: 0, failed: 1, incomplete: 2, error: 3 }
  const categories = (type: PrincipalType) =>
    fc.subarray([...CATEGORIES_OF[type]], { minLength: 1 }).map((of) => divergent(type, of))
  const outcome = (type: PrincipalType) =>
    fc.oneof(categories(type), fc.constant(linked), fc.constant(gone), fc.constant<Outcome>({ kind: 'local-only' }))
  const outcomes = fc.record({
    users: fc.array(outcome('users')),
    groups: fc.array(outcome('groups')),
    'service-principals': fc.array(outcome('service-principals')),
  })
  const rules = fc.array(
    fc
      .tuple(
        fc.constantFrom(
          '*',
          'users.*',
          'groups.GROUP_HAS_LOCAL_MEMBERS_*',
          'EXTERNAL_ID_NOT_IN_IDP',
          'service-principals.NAME_*',
        ),
        fc.constantFrom('0', '1', '3', '10%', '50%', '2 or 25%', '100%'),
      )
      .map(([key, limit]) => rule(key, limit)),
  )

  test('an identity that turns from linked to divergent never improves the verdict', () => {
    fc.assert(
      fc.property(outcomes, rules, fc.constantFrom(...PRINCIPAL_TYPES), fc.nat(), (all, given, type, pick) => {
        const conclude = (of: typeof all) => {
          const tally = tallyOf(of)
          const verdicts = given.map((one) => verdictOf(one, tally))
          return conclusionOf(false, incompletenessOf(tally, limitOf('0') as never, verdicts), verdicts)
        }
        const clean = { ...all, [type]: [...all[type], linked] }
        const worse = {
          ...all,
          [type]: [
            ...all[type],
            divergent(type, [CATEGORIES_OF[type][pick % CATEGORIES_OF[type].length] as ErrorCategory]),
          ],
        }
        expect(RANK[conclude(worse)]).toBeGreaterThanOrEqual(RANK[conclude(clean)])
      }),
    )
  })

  test('one divergent identity more never lowers a count or a share of carriers', () => {
    fc.assert(
      fc.property(outcomes, rules, (all, given) => {
        const more = { ...all, users: [...all.users, divergent('users', ['EXTERNAL_ID_NOT_IN_IDP'])] }
        for (const one of given) {
          const [before, after] = [verdictOf(one, tallyOf(all)), verdictOf(one, tallyOf(more))]
          expect(after.value).toBeGreaterThanOrEqual(before.value)
          if (
            one.types.includes('users') &&
            one.categories.includes('EXTERNAL_ID_NOT_IN_IDP') &&
            before.state === 'exceeded'
          )
            expect(after.state).toBe('exceeded')
        }
      }),
    )
  })
})
