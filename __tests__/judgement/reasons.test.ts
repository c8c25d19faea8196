import { describe, expect, test } from 'vitest'
import {
  FINDING_CLASSES,
  FINDING_REASONS,
  type FindingClass,
  type FindingReason,
  MARKS,
  OWNERS,
} from '../../src/domain/finding.ts'
import { evidenceOfWorkspace } from '../../src/domain/judgement/evidence.ts'
import { findingOf } from '../../src/domain/judgement/judged.ts'
import { STEPS, stepOf } from '../../src/domain/judgement/steps.ts'
import { classesOfMark, JUDGEMENTS } from '../../src/domain/judgement/table.ts'
import { A, B, C, evidencesIn, type Given, rowOf } from './cast.ts'

const finding = (given: Given, primaryDomains: readonly string[] = []) => {
  const [evidence] = evidencesIn([rowOf(given)])
  return evidence && findingOf(evidence, primaryDomains)
}

interface Case {
  readonly name: string
  readonly given: Given
  readonly domains?: readonly string[]
  readonly reasons: readonly FindingReason[]
  readonly class: FindingClass
}

const LINKED = { externalId: A, idp: 'other@example.com' } as const

const CASES: readonly Case[] = [
  { name: 'a real name mismatch', given: LINKED, reasons: [], class: 'blocker' },
  {
    name: 'the look-up by name gives the same object',
    given: { ...LINKED, nameMatches: [A] },
    reasons: ['SAME_OBJECT'],
    class: 'review',
  },
  {
    name: 'names in another case',
    given: { ...LINKED, idp: 'Ada@Example.com' },
    reasons: ['CASE_ONLY'],
    class: 'review',
  },
  {
    name: 'a guest by name',
    given: { ...LINKED, idp: 'ada_example.com#EXT#@t.onmicrosoft.com' },
    reasons: ['GUEST'],
    class: 'review',
  },
  {
    name: 'a guest by what the directory says',
    given: { ...LINKED, isGuest: true },
    reasons: ['GUEST'],
    class: 'review',
  },
  {
    name: 'id and name lead to two objects',
    given: { ...LINKED, nameMatches: [B] },
    reasons: ['CONFLICT'],
    class: 'blocker',
  },
  {
    name: 'a guest whose id and name lead to two objects stays a blocker',
    given: { ...LINKED, isGuest: true, nameMatches: [B] },
    reasons: ['GUEST', 'CONFLICT'],
    class: 'blocker',
  },
  {
    name: 'case 31: one object whose id is written in another case is no conflict, but its link is not right either',
    given: { ...LINKED, externalId: A.toUpperCase(), nameMatches: [A] },
    reasons: ['SAME_OBJECT'],
    class: 'blocker',
  },
  { name: 'known by name only', given: { externalId: '', nameMatches: [B] }, reasons: [], class: 'blocker' },
  { name: 'a dead link of our domain', given: {}, domains: ['example.com'], reasons: [], class: 'hygiene' },
  {
    name: 'a dead link of another domain',
    given: {},
    domains: ['example.net'],
    reasons: ['FOREIGN_DOMAIN'],
    class: 'out-of-scope',
  },
  {
    name: 'a domain is compared whole',
    given: { name: 'a@sub.example.net' },
    domains: ['example.net'],
    reasons: ['FOREIGN_DOMAIN'],
    class: 'out-of-scope',
  },
  {
    name: 'and without letter case',
    given: { name: 'a@EXAMPLE.net' },
    domains: ['example.net'],
    reasons: [],
    class: 'hygiene',
  },
  { name: 'without domains nobody is foreign', given: {}, reasons: [], class: 'hygiene' },
  {
    name: 'a username without a domain is of none',
    given: { name: 'ada' },
    domains: ['example.net'],
    reasons: [],
    class: 'hygiene',
  },
  {
    name: 'nor is one without anybody before the sign',
    given: { name: '@octo/team' },
    domains: ['example.net'],
    reasons: [],
    class: 'hygiene',
  },
  {
    name: 'whom the IdP knows by name is in it, whatever the domain',
    given: { nameMatches: [B] },
    domains: ['example.net'],
    reasons: [],
    class: 'blocker',
  },
  {
    name: 'case 32: an id that is no GUID',
    given: { externalId: '00u1' },
    reasons: ['MALFORMED_EXTERNAL_ID'],
    class: 'hygiene',
  },
  {
    name: 'a GUID in braces is none',
    given: { externalId: `{${A}}` },
    reasons: ['MALFORMED_EXTERNAL_ID'],
    class: 'hygiene',
  },
  {
    name: 'a service principal with a dead link',
    given: { type: 'service-principals' },
    reasons: ['STALE_SERVICE_PRINCIPAL'],
    class: 'blocker',
  },
  {
    name: 'even when it is known to be active',
    given: { type: 'service-principals', active: true },
    reasons: ['STALE_SERVICE_PRINCIPAL'],
    class: 'blocker',
  },
  {
    name: 'not when it is known to be inactive',
    given: { type: 'service-principals', active: false },
    reasons: [],
    class: 'hygiene',
  },
  { name: 'a group with a dead link', given: { type: 'groups' }, reasons: [], class: 'hygiene' },
  {
    name: 'one namesake of a group',
    given: { type: 'groups', externalId: '', nameMatches: [B] },
    reasons: [],
    class: 'blocker',
  },
  {
    name: 'several namesakes',
    given: { type: 'groups', externalId: '', nameMatches: [B, C] },
    reasons: ['AMBIGUOUS_NAME'],
    class: 'blocker',
  },
  {
    name: 'a member outside',
    given: { type: 'groups', idp: 'ada@example.com', localMembers: ['7'] },
    reasons: [],
    class: 'review',
  },
  {
    name: 'a group as a member outside',
    given: { type: 'groups', idp: 'ada@example.com', externalMembers: ['7', '8'], groupMembers: ['8'] },
    reasons: ['NESTED_GROUP_MEMBER'],
    class: 'review',
  },
]

describe('findingOf', () => {
  test.each(CASES)('$name: $class', ({ given, domains, ...expected }) => {
    expect(finding(given, domains)).toMatchObject({ reasons: expected.reasons, class: expected.class })
  })

  test('what agrees, and what is local only, is no finding', () => {
    expect(finding({ idp: 'ada@example.com' })).toBeUndefined()
    expect(finding({ externalId: '' })).toBeUndefined()
  })

  test('where the IdP is not Entra, an external id may be anything', () => {
    const [evidence] = evidencesIn([rowOf({ externalId: '00u1' })], [], false)
    expect(evidence?.reasons).toEqual([])
  })

  test('undoing is impossible only where an external id would have to be emptied again, which groups can', () => {
    expect(finding({ externalId: '', nameMatches: [B] })?.reversible).toBe(false)
    expect(finding({ type: 'service-principals', externalId: '', nameMatches: [B] })?.reversible).toBe(false)
    expect(finding({ type: 'groups', externalId: '', nameMatches: [B] })?.reversible).toBe(true)
    expect(finding({ externalId: A, nameMatches: [B] })?.reversible).toBe(true)
    expect(finding({})?.reversible).toBe(true)
  })

  test('a workspace without federation wants a look', () => {
    const evidence = evidenceOfWorkspace({ id: '5', federation: 'disabled' })
    expect(evidence && findingOf(evidence, [])).toMatchObject({ type: 'workspace', class: 'review', reasons: [] })
    expect(evidenceOfWorkspace({ id: '5', federation: 'enabled' })).toBeUndefined()
  })

  test('both sides are told', () => {
    expect(finding({ ...LINKED, nameMatches: [B], active: true })?.compared).toEqual({
      databricks: { name: 'ada@example.com', externalId: A, active: true },
      idp: { name: 'other@example.com', externalIds: [B], knowsExternalId: true },
    })
  })
})

describe('the table', () => {
  test('every category and reason has types, and in each of them a step for each class that it may have', () => {
    for (const mark of MARKS) {
      expect(JUDGEMENTS[mark].types, mark).not.toEqual([])
      for (const type of JUDGEMENTS[mark].types)
        for (const of of classesOfMark(mark, type))
          expect(stepOf(type, [{ mark, class: of }], of), `${mark} ${type} ${of}`).toMatchObject({ class: of })
    }
  })

  test('what blocks comes first, and what has time comes last', () => {
    const order = STEPS.map((step) => FINDING_CLASSES.indexOf(step.class))
    expect(order).toEqual(order.toSorted())
  })

  test('every step has an owner and names no type that its mark cannot have', () => {
    for (const { marks, types, owner } of STEPS) {
      expect(OWNERS).toContain(owner)
      for (const type of types) expect(marks.some((mark) => JUDGEMENTS[mark].types.includes(type))).toBe(true)
    }
  })

  test('reasons are a closed set, each found by something above', () => {
    const found = new Set(CASES.flatMap(({ reasons }) => reasons))
    const elsewhere: FindingReason[] = ['DUPLICATE_EXTERNAL_ID', 'TARGET_TAKEN']
    expect(FINDING_REASONS.filter((reason) => !found.has(reason))).toEqual(elsewhere)
  })
})
