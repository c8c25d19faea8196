import type { Unchecked } from '../domain/baseline.ts'
import { uncheckedKey } from '../domain/baseline.ts'
import { SUBJECT_TYPES, type SubjectType } from '../domain/category.ts'
import type { Evidence } from '../domain/finding.ts'
import type { Conclusion, Incompleteness } from '../domain/gate.ts'
import { EvidenceTally } from '../domain/judgement/evidence-tally.ts'
import { PRINCIPAL_TYPES, type PrincipalType } from '../domain/principal.ts'
import { type Tally, type TypeTally, tellsFederation } from '../domain/tally.ts'
import { type EarlierReport, earlierReportOf } from '../report/earlier-report.ts'
import { FINDINGS_FILE } from '../report/findings-json.ts'
import { REPORT_FILE } from '../report/tables.ts'
import { earlierFindings } from './earlier-findings.ts'
import { failedIds, readKbResults } from './kb-results.ts'
import { type ResultsSource, unusable, wholeText } from './results-source.ts'

/** What an earlier audit left, judged by nobody yet. */
export interface EarlierResults {
  /** `prep-script`: the KB script's own files, which tell neither account nor time. */
  readonly from: 'audit' | 'prep-script'
  /** `undefined` of the prep script. */
  readonly report: EarlierReport | undefined
  /** All evidence in listing order, to be read once; what it adds up to is known at the end. */
  evidences(): AsyncGenerator<Evidence, ReadResults>
}

export interface ReadResults {
  readonly tally: Tally
  readonly unchecked: Unchecked
  readonly conclusion: Conclusion | undefined
  readonly incompleteness: readonly Incompleteness[]
}

export interface EarlierContext {
  /** The account that is asked about; a result of another one is refused. */
  readonly accountId: string
  /** For results that do not tell the host. */
  readonly idpIsEntra: boolean
}

/**
 * The report of an earlier audit; `undefined`: there is none, so these may be the prep script's files. Throws
 * `configuration` for a report that is of a newer schema or damaged, and for findings without one.
 */
export async function reportIn(source: ResultsSource): Promise<EarlierReport | undefined> {
  const text = await wholeText(source, REPORT_FILE)
  if (text === undefined) {
    if (await source.has(FINDINGS_FILE)) throw unusable(source, REPORT_FILE, 'is missing')
    return undefined
  }
  const report = earlierReportOf(text)
  if (report === 'newer') throw unusable(source, REPORT_FILE, 'is of a newer version; use that version of this action')
  if (report === 'damaged') throw unusable(source, REPORT_FILE, 'is damaged, or was not written by this action')
  return report
}

/** Is there something to judge in it, and is it of this account? */
export const isOfUse = ({ accountId, conclusion }: EarlierReport, context: EarlierContext): boolean =>
  conclusion !== 'error' && accountId === context.accountId.toLowerCase()

/**
 * Opens what an earlier audit left. Throws `configuration`, never giving an empty result, for what is missing, of another
 * account, of a newer schema, or damaged; the last may show only while it is being read.
 */
export async function earlierResults(source: ResultsSource, context: EarlierContext): Promise<EarlierResults> {
  const report = await reportIn(source)
  if (report === undefined) return { from: 'prep-script', report, evidences: () => readPrepScript(source, context) }
  if (report.accountId !== context.accountId.toLowerCase())
    throw unusable(
      source,
      REPORT_FILE,
      'is about another Databricks account; take one of this account, or correct databricks-account-id',
    )
  if (!isOfUse(report, context))
    throw unusable(source, REPORT_FILE, 'is of an audit that ended in an error, so it has no result')
  return { from: 'audit', report, evidences: () => readAudit(source, report) }
}

/** Reads all of it; `each` is called for all evidence in listing order. */
export async function readTo(
  { evidences }: Pick<EarlierResults, 'evidences'>,
  each: (evidence: Evidence) => void,
): Promise<ReadResults> {
  const reading = evidences()
  for (;;) {
    const { done, value } = await reading.next()
    if (done === true) return value
    each(value)
  }
}

async function* readPrepScript(source: ResultsSource, context: EarlierContext): AsyncGenerator<Evidence, ReadResults> {
  const { tally, failed } = yield* readKbResults(source, context)
  const types = SUBJECT_TYPES.filter(
    (type) => (type === 'workspaces' ? tally.workspaces : tally.principals[type]) === undefined,
  )
  return { tally, unchecked: { ids: failed, types: new Set(types) }, conclusion: undefined, incompleteness: [] }
}

async function* readAudit(source: ResultsSource, report: EarlierReport): AsyncGenerator<Evidence, ReadResults> {
  const counted = new EvidenceTally()
  for await (const evidence of earlierFindings(source)) {
    counted.add(evidence)
    yield evidence
  }
  const { conclusion, incompleteness } = report
  checkCounts(source, report, counted)
  return { tally: tallyOf(report, counted), unchecked: await uncheckedOf(source, report), conclusion, incompleteness }
}

/** Findings and counts were written by one audit, so they agree; else the files do not belong together. */
function checkCounts(source: ResultsSource, report: EarlierReport, counted: EvidenceTally): void {
  const { workspaces, totals } = report
  const expected = (type: SubjectType): number => {
    if (type !== 'workspaces') return totals[type]?.divergent ?? 0
    return workspaces !== undefined && tellsFederation(workspaces) ? workspaces.divergent : 0
  }
  if (SUBJECT_TYPES.some((type) => counted.divergent(type) !== expected(type)))
    throw unusable(source, FINDINGS_FILE, `does not fit ${REPORT_FILE}: it holds another number of findings`)
}

function tallyOf({ workspaces, totals }: EarlierReport, counted: EvidenceTally): Tally {
  const principals: Partial<Record<PrincipalType, TypeTally>> = {}
  for (const type of PRINCIPAL_TYPES) {
    const ofType = totals[type]
    if (ofType !== undefined) principals[type] = counted.tally(type, ofType)
  }
  return { workspaces, principals }
}

async function uncheckedOf(
  source: ResultsSource,
  { totals, workspaces, untrusted }: EarlierReport,
): Promise<Unchecked> {
  const failed = (await failedIds(source)) ?? new Map<SubjectType, Set<string>>()
  const keys = [...failed].flatMap(([type, ids]) => [...ids].map((id) => uncheckedKey(type, id)))
  const types = SUBJECT_TYPES.filter((type) => {
    if (untrusted.includes(type)) return true
    if (type === 'workspaces') return workspaces === undefined || !tellsFederation(workspaces)
    const ofType = totals[type]
    // Without the file that names them, whoever could not be checked may be anybody.
    return ofType === undefined || ofType.unreached > 0 || ofType.failed > (failed.get(type)?.size ?? 0)
  })
  return { ids: new Set(keys), types: new Set(types) }
}
