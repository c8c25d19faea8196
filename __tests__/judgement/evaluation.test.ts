import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Row } from '../../src/domain/judgement/evidence.ts'
import { Judge } from '../../src/domain/judgement/judge.ts'
import type { Outcome } from '../../src/domain/outcome.ts'
import { PRINCIPAL_TYPES } from '../../src/domain/principal.ts'
import { Counter } from '../../src/domain/tally.ts'
import { earlierResults } from '../../src/files/earlier-results.ts'
import { evaluation } from '../../src/files/judging.ts'
import { textsSource } from '../../src/files/results-source.ts'
import { findingsJsonOf } from '../../src/report/findings-json.ts'
import { reportJsonOf } from '../../src/report/report-json.ts'
import { CLEAN, reportOf } from '../report/cast.ts'
import { allowList, domains, evidences, rules } from './arbitrary.ts'
import { ACCOUNT, audited, CONTEXT, found, maxFailures, read, textOf } from './audited.ts'
import { A, B, evidencesIn, policyOf, rowOf } from './cast.ts'

/** Principals in every state that an audit knows. */
const accountRow = fc
  .record({
    type: fc.constantFrom(...PRINCIPAL_TYPES),
    id: fc.integer({ min: 1, max: 999 }).map(String),
    externalId: fc.constantFrom('', A, B),
    idp: fc.option(fc.constantFrom('ada@example.com', 'other'), { nil: undefined }),
    nameMatches: fc.constantFrom([], [A]),
    ends: fc.constantFrom('checked', 'checked', 'failed', 'gone'),
  })
  .map(({ ends, ...given }): Row => {
    const row = rowOf(given)
    if (ends === 'gone') return { ...row, outcome: { kind: 'gone' } }
    const { type, id } = given
    return ends === 'failed'
      ? { ...row, outcome: { kind: 'failed', failure: { type, id, reason: 'timeout', code: '' } } }
      : row
  })

describe('evaluation', () => {
  test("over an audit's own results it gives the audit's verdict", async () => {
    await fc.assert(
      fc.asyncProperty(evidences, rules, domains, allowList, async (some, of, primaryDomains, entries) => {
        const policy = policyOf({ rules: of, primaryDomains, allowList: entries })
        const { files, judged, end, tally } = await audited(some, policy)
        const results = await earlierResults(textsSource(files, 'there'), CONTEXT)
        const again = await evaluation(results, { policy, baseline: undefined, maxFailures })
        expect(again.judged).toEqual(judged)
        expect(again.tally).toEqual(tally)
        expect({ conclusion: again.conclusion, ready: again.ready }).toEqual({
          conclusion: end.conclusion,
          ready: end.ready,
        })
      }),
      { numRuns: 60 },
    )
  })

  test('the tally is the one that the audit counted', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(accountRow, { maxLength: 20 }), async (some) => {
        const principals = Object.fromEntries(
          PRINCIPAL_TYPES.map((type) => {
            const counter = new Counter(20)
            for (const row of some) if (row.principal.type === type) counter.add(row.outcome as Outcome)
            return [type, counter.tally()]
          }),
        )
        const tally = { workspaces: CLEAN.workspaces, principals }
        const evidence = PRINCIPAL_TYPES.flatMap((type) =>
          evidencesIn(some.filter((row) => row.principal.type === type)),
        )
        const judge = new Judge(policyOf())
        const findings = evidence.flatMap((one) => judge.add(one)?.finding ?? [])
        const files = new Map([
          ['report.json', reportJsonOf(reportOf({ tally, accountId: ACCOUNT }))],
          ['findings.json', await textOf(findingsJsonOf([findings]))],
        ])
        expect((await read(files)).tally).toEqual(tally)
      }),
      { numRuns: 60 },
    )
  })

  test('the policy of today decides, not that of then', async () => {
    const { files } = await audited(found, policyOf())
    const results = await earlierResults(textsSource(files, 'there'), CONTEXT)
    const now = await evaluation(results, {
      policy: policyOf({ primaryDomains: ['example.com'] }),
      baseline: undefined,
      maxFailures,
    })
    expect(now.judged.classes).toEqual({ blocker: 1, review: 0, 'out-of-scope': 1, hygiene: 0 })
  })

  test('what ended incomplete evaluates to incomplete', async () => {
    const { files } = await audited(found, policyOf())
    const report = JSON.parse(files.get('report.json') ?? '')
    for (const incompleteness of [['time-up'], []]) {
      files.set('report.json', JSON.stringify({ ...report, conclusion: 'incomplete', incompleteness }))
      expect(await read(files)).toMatchObject({ conclusion: 'incomplete', ready: false })
    }
  })

  test('a layout of another tool is read too', async () => {
    const { files } = await audited(found, policyOf())
    const json = JSON.parse(files.get('findings.json') ?? '')
    for (const text of [JSON.stringify(json), JSON.stringify(json, null, 2)])
      expect((await read(new Map([...files, ['findings.json', text]]))).judged.classes.blocker).toBe(1)
  })
})
