import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Evidence } from '../../src/domain/finding.ts'
import { concludedOf } from '../../src/domain/judgement/conclusion.ts'
import { BaselineJudge, Judge, type Judged, type Policy } from '../../src/domain/judgement/judge.ts'
import type { JudgedVerdict } from '../../src/domain/judgement/verdict.ts'
import { accepted, accounts, allowList, domains, evidences, evidencesOfAccount, rules } from './arbitrary.ts'
import { EVERYTHING_CHECKED, judged, policyOf, tallyWith } from './cast.ts'

const SEVERITY = { passed: 0, failed: 1, incomplete: 2, error: 3 } as const
const NO_FAILURES = { count: 0, percentHundredths: undefined }

function judgedBy(policy: Policy, found: readonly Evidence[], earlier?: readonly Evidence[]) {
  const before = earlier && baselineOf(policy, earlier)
  const judge = new Judge(policy, before)
  for (const evidence of found) judge.add(evidence)
  // The same account every time: who is not in the findings agrees.
  const tally = tallyWith(found)
  const result = judge.result(tally, EVERYTHING_CHECKED)
  const circumstances = { tally, incompleteness: [], broken: false, checked: true, maxFailures: NO_FAILURES }
  return { result, end: concludedOf(circumstances, result) }
}

function baselineOf(policy: Policy, earlier: readonly Evidence[]) {
  const judge = new BaselineJudge(policy)
  for (const evidence of earlier) judge.add(evidence)
  return judge.baseline(tallyWith(earlier), EVERYTHING_CHECKED, '')
}

const policies = fc.record({
  primaryDomains: domains,
  rules,
  allowList,
  newOnly: fc.boolean(),
  ratchet: fc.boolean(),
})

/** What was found, and earlier: some of the same, or anything. Findings that look alike, too. */
const histories = fc
  .tuple(evidences, fc.integer({ min: 1, max: 4 }))
  .map(([found, times]) =>
    Array.from({ length: times }, (_, copy) => found.map((one) => ({ ...one, id: `${one.id}${copy || ''}` }))).flat(),
  )
  .chain((found) => fc.subarray(found))
  .chain((found) => fc.record({ found: fc.constant(found), earlier: fc.oneof(fc.subarray(found), evidences) }))

describe('judging', () => {
  test('adding a finding never improves a verdict, a conclusion or readiness', () => {
    fc.assert(
      fc.property(histories, policies, fc.nat(), ({ found, earlier }, policy, which) => {
        if (found.length === 0) return
        const without = found.filter((_, index) => index !== which % found.length)
        const [fewer, all] = [without, found].map((some) => judgedBy(policyOf(policy), some, earlier)) as [
          ReturnType<typeof judgedBy>,
          ReturnType<typeof judgedBy>,
        ]
        all.result.verdicts.forEach((verdict, index) => {
          expect(verdict.value).toBeGreaterThanOrEqual(fewer.result.verdicts[index]?.value ?? 0)
          if (fewer.result.verdicts[index]?.state === 'exceeded') expect(verdict.state).toBe('exceeded')
        })
        expect(SEVERITY[all.end.conclusion]).toBeGreaterThanOrEqual(SEVERITY[fewer.end.conclusion])
        if (all.end.ready) expect(fewer.end.ready).toBe(true)
      }),
      { numRuns: 1_000 },
    )
  })

  test('nor does an identity that is added to the account', () => {
    fc.assert(
      fc.property(accounts, policies, fc.nat(), (account, policy, which) => {
        if (account.length === 0) return
        const without = account.filter((_, index) => index !== which % account.length)
        const [fewer, all] = [without, account].map((some) => {
          const found = evidencesOfAccount(some)
          // As many identities, so that percentages are of the same.
          return judgedBy(policyOf({ ...policy, ratchet: false, newOnly: false }), found).result
        }) as [Judged, Judged]
        all.verdicts.forEach((verdict, index) => {
          // A heavier class is left for a lighter one by nobody; the rules about lighter classes may lose to it.
          if (verdict.rule.classes.every((of) => of === 'blocker'))
            expect(verdict.value).toBeGreaterThanOrEqual(fewer.verdicts[index]?.value ?? 0)
        })
        expect(all.classes.blocker).toBeGreaterThanOrEqual(fewer.classes.blocker)
      }),
      { numRuns: 400 },
    )
  })

  test('accepting never changes another finding, nor what was found', () => {
    fc.assert(
      fc.property(accepted, domains, rules, ([found, entries], primaryDomains, some) => {
        const plain = judged(found, policyOf({ primaryDomains, rules: some }))
        const accepting = judged(found, policyOf({ primaryDomains, rules: some, allowList: entries }))
        expect(accepting.findings.map(({ finding }) => finding)).toEqual(plain.findings.map(({ finding }) => finding))
        accepting.findings.forEach((one, index) => {
          const isNamed = entries.some(({ type, id }) => type === one.finding.type && id === one.finding.id)
          if (!isNamed) expect(one).toEqual(plain.findings[index])
        })
        expect(accepting.result.rawClasses).toEqual(plain.result.classes)
        accepting.result.verdicts.forEach(({ rule, raw, checked, value, accepted }, index) => {
          const { value: before, checked: of } = plain.result.verdicts[index] as JudgedVerdict
          expect([raw, checked]).toEqual([before, of])
          // What is no blocker any more may be something to review.
          if (rule.classes.length === 0) expect(value + accepted).toBe(before)
        })
      }),
    )
  })

  test('accepting never makes a finding worse', () => {
    const order = [undefined, 'hygiene', 'out-of-scope', 'review', 'blocker']
    fc.assert(
      fc.property(accepted, domains, ([found, entries], primaryDomains) => {
        for (const { finding, class: of } of judged(found, policyOf({ primaryDomains, allowList: entries })).findings)
          expect(order.indexOf(of)).toBeLessThanOrEqual(order.indexOf(finding.class))
      }),
    )
  })

  test('an audit compared with itself has nothing new, changed or fixed, and exceeds nothing by new-only', () => {
    fc.assert(
      fc.property(evidences, domains, rules, allowList, (found, primaryDomains, some, entries) => {
        const policy = policyOf({ primaryDomains, rules: some, allowList: entries, newOnly: true, ratchet: true })
        const { result } = judgedBy(policy, found, found)
        expect(result.changes).toMatchObject({ new: 0, changed: 0, fixed: 0 })
        for (const { value, state, open, before } of result.verdicts) {
          expect([value, state]).toEqual([0, 'within'])
          expect(open).toBe(before)
        }
      }),
    )
  })

  test('the order of findings does not matter', () => {
    fc.assert(
      fc.property(evidences, policies, (found, policy) => {
        const [there, back] = [found, found.toReversed()].map((some) => judgedBy(policyOf(policy), some).result)
        expect(back?.verdicts).toEqual(there?.verdicts)
        expect(back?.classes).toEqual(there?.classes)
        expect(back?.tasks).toEqual(there?.tasks)
      }),
    )
  })
})
