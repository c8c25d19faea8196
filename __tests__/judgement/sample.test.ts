import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { concludedOf } from '../../src/domain/judgement/conclusion.ts'
import { Judge, type JudgedFinding } from '../../src/domain/judgement/judge.ts'
import { earlierResults, readTo } from '../../src/files/earlier-results.ts'
import { folderSource } from '../../src/files/results-source.ts'
import { policyOf, rule } from './cast.ts'

const SAMPLE = join(import.meta.dirname, '../fixtures/sample-results')
const NO_LIMIT = { count: 0, percentHundredths: undefined }

async function sample(policy = policyOf({ primaryDomains: ['example.com'] })) {
  const results = await earlierResults(await folderSource(SAMPLE, 'sample'), { accountId: '', idpIsEntra: true })
  const judge = new Judge(policy)
  const findings: JudgedFinding[] = []
  const { tally, unchecked, incompleteness } = await readTo(results, (evidence) => {
    const finding = judge.add(evidence)
    if (finding !== undefined) findings.push(finding)
  })
  const result = judge.result(tally, unchecked)
  const end = concludedOf({ tally, incompleteness, broken: false, checked: true, maxFailures: NO_LIMIT }, result)
  return { results, findings, result, tally, end }
}

const having = (findings: readonly JudgedFinding[], reason: string, type = 'user') =>
  findings.filter(({ finding }) => finding.type === type && (finding.reasons as string[]).includes(reason)).length

describe("a real account's scan by the prep script", () => {
  test('with primary-domains example.com: 28 users are the same object, 17 out of scope, 1,012 hygiene', async () => {
    const { findings, result, end } = await sample()
    expect(having(findings, 'SAME_OBJECT')).toBe(28)
    expect(having(findings, 'FOREIGN_DOMAIN')).toBe(17)
    const users = (of: string) =>
      findings.filter(({ finding }) => finding.type === 'user' && finding.class === of).length
    expect({ blocker: users('blocker'), review: users('review'), hygiene: users('hygiene') }).toEqual({
      blocker: 72,
      review: 28,
      hygiene: 1_012,
    })
    expect(users('out-of-scope')).toBe(17)
    // 72 users, 7 groups, and all service principals: 3 to link, 2 misnamed, 3 whose jobs may stop.
    expect(result.classes).toEqual({ blocker: 87, review: 28, 'out-of-scope': 17, hygiene: 1_012 })
    expect(end).toMatchObject({ conclusion: 'passed', ready: false, incompleteness: [] })
  })

  test('what else it becomes', async () => {
    const { findings } = await sample()
    expect(having(findings, 'AMBIGUOUS_NAME', 'group')).toBe(1)
    expect(having(findings, 'STALE_SERVICE_PRINCIPAL', 'service-principal')).toBe(3)
    // 59 external ids are held by two or three users; the IdP knows none of them, so they block nothing.
    expect(having(findings, 'DUPLICATE_EXTERNAL_ID')).toBe(120)
    expect(findings.filter(({ finding }) => !finding.reversible).length).toBeGreaterThan(0)
    expect(findings.filter(({ finding }) => finding.type === 'workspace' && finding.class === 'review')).toHaveLength(
      16,
    )
  })

  test('without primary domains nobody is foreign', async () => {
    const { findings, result } = await sample(policyOf())
    expect(having(findings, 'FOREIGN_DOMAIN')).toBe(0)
    expect(result.classes.hygiene).toBe(1_012 + 17)
  })

  test('can be gated like an audit: percentages are of what was checked', async () => {
    const { result } = await sample(
      policyOf({
        primaryDomains: ['example.com'],
        rules: [
          rule('users.EXTERNAL_ID_NOT_IN_IDP', '50%'),
          rule('blockers', '86'),
          rule('review', '28'),
          rule('out-of-scope', '17'),
          rule('DUPLICATE_EXTERNAL_ID', '0'),
          rule('users.EXTERNAL_ID_MATCH_NAME_MISMATCH', '30'),
        ],
      }),
    )
    expect(result.verdicts.map(({ value, checked, state }) => [value, checked, state])).toEqual([
      [1_039, 2_504, 'within'],
      [87, 3_018, 'exceeded'],
      [28, 3_018, 'within'],
      [17, 2_504, 'within'],
      [120, 3_018, 'exceeded'],
      [31, 2_504, 'exceeded'],
    ])
  })
})
