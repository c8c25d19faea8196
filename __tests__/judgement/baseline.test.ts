import { describe, expect, test } from 'vitest'
import type { Unchecked } from '../../src/domain/baseline.ts'
import type { Evidence } from '../../src/domain/finding.ts'
import { BaselineJudge, Judge, type Policy } from '../../src/domain/judgement/judge.ts'
import { untoldBy } from '../../src/domain/judgement/verdict.ts'
import { A, B, C, EVERYTHING_CHECKED, evidencesOf, policyOf, rule, tallyWith } from './cast.ts'

function baseline(earlier: readonly Evidence[], policy: Policy, unchecked: Unchecked = EVERYTHING_CHECKED) {
  const judge = new BaselineJudge(policy)
  for (const evidence of earlier) judge.add(evidence)
  return judge.baseline(tallyWith(earlier), unchecked, '2026-11-21T04:10:00Z')
}

function compared(
  earlier: readonly Evidence[],
  now: readonly Evidence[],
  changes: Partial<Policy> = {},
  unchecked = EVERYTHING_CHECKED,
) {
  const policy = policyOf({ rules: [rule('*'), rule('blockers')], ...changes })
  const judge = new Judge(policy, baseline(earlier, policy))
  const findings = now.map((evidence) => judge.add(evidence)?.change)
  const result = judge.result(tallyWith(now), unchecked)
  return { findings, result, values: result.verdicts.map(({ value }) => value) }
}

const DEAD = { externalId: A }
const NAMED = { externalId: '', nameMatches: [B] }

describe('a baseline', () => {
  test('what was there already is existing; what was not is new; what is gone is fixed', () => {
    const { findings, result } = compared(
      evidencesOf(DEAD, NAMED),
      evidencesOf(DEAD, { idp: 'ada@example.com', externalId: C }, NAMED),
    )
    expect(findings).toEqual(['existing', 'new'])
    expect(result.changes).toEqual({ new: 1, changed: 0, existing: 1, fixed: 1 })
  })

  test('another external id or target makes it changed; letter case and order do not', () => {
    const change = (before: object, now: object) => compared(evidencesOf(before), evidencesOf(now)).findings[0]
    expect(change(DEAD, { externalId: B })).toBe('changed')
    expect(change(NAMED, { ...NAMED, nameMatches: [C] })).toBe('changed')
    expect(change(DEAD, { externalId: A.toUpperCase() })).toBe('existing')
    const group = { type: 'groups', externalId: '' }
    expect(change({ ...group, nameMatches: [B, C] }, { ...group, nameMatches: [C, B] })).toBe('existing')
  })

  test('a name that differs in earnest now is changed, though category and link are what they were', () => {
    const [before, now] = ['ADA@example.com', 'other@example.com'].map((idp) => evidencesOf({ externalId: A, idp }))
    const { findings, values } = compared(before ?? [], now ?? [], { newOnly: true })
    expect(findings).toEqual(['changed'])
    expect(values).toEqual([1, 1])
    expect(compared(now ?? [], before ?? [], { newOnly: true }).result.verdicts.map(({ state }) => state)).toEqual([
      'within',
      'within',
    ])
  })

  test('another category of the same identity is new', () => {
    const { findings } = compared(evidencesOf(DEAD), evidencesOf({ ...DEAD, nameMatches: [B] }))
    expect(findings).toEqual(['new'])
  })

  test('what could not be looked at is not fixed', () => {
    const earlier = evidencesOf(DEAD, NAMED)
    const fixed = (unchecked: Unchecked) => compared(earlier, [], {}, unchecked).result.changes?.fixed
    expect(fixed(EVERYTHING_CHECKED)).toBe(2)
    expect(fixed({ ids: new Set(['users 1']), types: new Set() })).toBe(1)
    expect(fixed({ ids: new Set(), types: new Set(['users']) })).toBe(0)
  })

  test('new-only gates on what is new or changed; the rest stays visible', () => {
    const now = evidencesOf(DEAD, NAMED, { externalId: '', nameMatches: [C] })
    const earlier = evidencesOf(DEAD, NAMED)
    expect(compared(earlier, now).values).toEqual([3, 2])
    const { values, result } = compared(earlier, now, { newOnly: true })
    expect(values).toEqual([1, 1])
    expect(result.verdicts[0]).toMatchObject({ raw: 3, open: 3, existing: 2, before: 2 })
    expect(result.classes.blocker).toBe(2)
  })

  test('ratchet: no rule may count more than before, whatever its limit', () => {
    const rules = [rule('*', '100')]
    const verdict = (earlier: Evidence[], now: Evidence[]) =>
      compared(earlier, now, { rules, ratchet: true }).result.verdicts[0]
    expect(verdict(evidencesOf(DEAD), evidencesOf(DEAD, NAMED))).toMatchObject({
      state: 'exceeded',
      exceededBy: 'ratchet',
    })
    expect(verdict(evidencesOf(DEAD), evidencesOf(NAMED))).toMatchObject({ state: 'within' })
    expect(verdict(evidencesOf(DEAD, NAMED), evidencesOf(DEAD))).toMatchObject({ state: 'within' })
  })

  test('what is accepted today counts on neither side', () => {
    const entry = {
      type: 'user',
      id: '2',
      mark: 'NAME_MATCH_EXTERNAL_ID_MISMATCH',
      reason: 'r',
      owner: 'o',
      expires: '2027-01-01',
      line: 1,
    } as const
    const { result } = compared(evidencesOf(DEAD), evidencesOf(DEAD, NAMED), {
      ratchet: true,
      allowList: [entry],
      rules: [rule('*', '9')],
    })
    expect(result.verdicts[0]).toMatchObject({ state: 'within', before: 1, open: 1 })
  })

  test('what a baseline that was not finished does not tell of counts as new', () => {
    const policy = policyOf({ rules: [rule('*'), rule('blockers')], newOnly: true })
    const unfinished = baseline(evidencesOf(DEAD), policy, { ids: new Set(), types: new Set(['users']) })
    const judge = new Judge(policy, unfinished)
    const now = evidencesOf(DEAD, NAMED)
    for (const evidence of now) judge.add(evidence)
    const { verdicts } = judge.result(tallyWith(now), EVERYTHING_CHECKED)
    expect(verdicts.map(({ value, state, before }) => [value, state, before])).toEqual([
      [1, 'exceeded', undefined],
      [1, 'exceeded', undefined],
    ])
  })

  test('a type that it does not tell of is no ratchet', () => {
    const policy = policyOf({ rules: [rule('*'), rule('groups.*')] })
    const partial = baseline([], policy, { ids: new Set(), types: new Set(['groups']) })
    expect(partial.subjects).toEqual(['workspaces', 'users', 'service-principals'])
    expect(untoldBy(policy.rules, partial).map(({ text }) => text)).toEqual(['*', 'groups.*'])
  })
})
