import type { Evidence, Finding } from '../../src/domain/finding.ts'
import { concludedOf } from '../../src/domain/judgement/conclusion.ts'
import { Judge, type Policy } from '../../src/domain/judgement/judge.ts'
import { earlierResults } from '../../src/files/earlier-results.ts'
import { evaluation } from '../../src/files/judging.ts'
import { textsSource } from '../../src/files/results-source.ts'
import { findingsJsonOf } from '../../src/report/findings-json.ts'
import { reportJsonOf } from '../../src/report/report-json.ts'
import { reportOf } from '../report/cast.ts'
import { A, B, EVERYTHING_CHECKED, evidencesOf, policyOf, tallyWith } from './cast.ts'

export const ACCOUNT = '0f4b4c5e-6d1c-4d6a-9d0e-3b1f5a2c9c1e'
export const CONTEXT = { accountId: ACCOUNT, idpIsEntra: true }
export const maxFailures = { count: 0, percentHundredths: undefined }

export async function textOf(pieces: AsyncIterable<string>): Promise<string> {
  let text = ''
  for await (const piece of pieces) text += piece
  return text
}

/** What an audit of this account leaves behind, and how it ended. */
export async function audited(found: readonly Evidence[], policy: Policy) {
  const judge = new Judge(policy)
  const findings: Finding[] = found.flatMap((evidence) => judge.add(evidence)?.finding ?? [])
  const tally = tallyWith(found)
  const judged = judge.result(tally, EVERYTHING_CHECKED)
  const end = concludedOf({ tally, incompleteness: [], broken: false, checked: true, maxFailures }, judged)
  const report = reportOf({ tally, conclusion: end.conclusion, incompleteness: end.incompleteness, accountId: ACCOUNT })
  const files = new Map([
    ['report.json', reportJsonOf(report)],
    ['findings.json', await textOf(findingsJsonOf([findings]))],
    ['idp_divergence_failures.csv', 'id,type,error\r\n'],
  ])
  return { files, judged, end, findings, tally }
}

export const found = evidencesOf({ externalId: '', nameMatches: [A] }, { externalId: B, name: 'b@example.net' })
export const read = async (files: ReadonlyMap<string, string>) =>
  await evaluation(await earlierResults(textsSource(files, 'there'), CONTEXT), {
    policy: policyOf(),
    baseline: undefined,
    maxFailures,
  })
