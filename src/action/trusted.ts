import type { Conclusion } from '../domain/gate.ts'
import {
  type EarlierContext,
  type EarlierResults,
  earlierResults,
  isOfUse,
  reportIn,
} from '../files/earlier-results.ts'
import { folderSource, type ResultsSource } from '../files/results-source.ts'
import { type TrustedQuery, type TrustedResult, trustedResults } from '../github/trusted-results.ts'
import type { EarlierReport } from '../report/earlier-report.ts'

/** What a baseline may be: an audit that was not finished tells too little. */
export const WHOLE: readonly Conclusion[] = ['passed', 'failed']
/** What can be evaluated; what ended `incomplete` evaluates to that. */
export const JUDGEABLE: readonly Conclusion[] = ['passed', 'failed', 'incomplete']

const sourceOf = ({ folder, run }: TrustedResult): Promise<ResultsSource> =>
  folderSource(folder, `run ${run.id}`, 'delete the artifact of that run, or run the audit again without a baseline')

export interface TrustedContext extends EarlierContext {
  /** The result that is judged: only what was made before it is of use. `undefined`: any. */
  readonly judged?: JudgedAudit | undefined
}

/** An earlier result that this run judges. */
export interface JudgedAudit {
  /** ISO 8601; `''`: it does not tell. */
  readonly finishedAt: string
  /** The run that made it; `undefined`: it was not downloaded. */
  readonly runId: string | undefined
}

/** What is downloaded already is not downloaded once more, only to be found too new. */
const earlierThan = (query: TrustedQuery, { judged }: TrustedContext): TrustedQuery =>
  judged?.runId === undefined ? query : { ...query, runId: judged.runId }

const isWanted = (report: EarlierReport, context: TrustedContext, conclusions: readonly Conclusion[]): boolean =>
  isOfUse(report, context) &&
  conclusions.includes(report.conclusion) &&
  (!context.judged?.finishedAt || Date.parse(report.finishedAt) < Date.parse(context.judged.finishedAt))

/**
 * Hands over the newest trusted result of this account that ended so; `undefined`: there is none. The files are gone when
 * `use` has ended. Throws `configuration` for one that is damaged: an older one is not taken in its place.
 */
export async function newestTrusted<T>(
  query: TrustedQuery,
  context: TrustedContext,
  conclusions: readonly Conclusion[],
  use: (results: EarlierResults & { readonly report: EarlierReport }, from: TrustedResult) => Promise<T>,
): Promise<T | undefined> {
  for await (const from of trustedResults(earlierThan(query, context))) {
    const source = await sourceOf(from)
    const report = await reportIn(source)
    if (report === undefined || !isWanted(report, context, conclusions)) continue
    return await use({ ...(await earlierResults(source, context)), report }, from)
  }
  return undefined
}

/** The reports of the last whole audits of this account, oldest first; fewer when they cannot be had. */
export async function lastReports(
  query: TrustedQuery,
  context: TrustedContext,
  most: number,
): Promise<EarlierReport[]> {
  const reports: EarlierReport[] = []
  try {
    for await (const from of trustedResults(earlierThan(query, context))) {
      const report = await reportIn(await sourceOf(from))
      if (report !== undefined && isWanted(report, context, WHOLE)) reports.push(report)
      if (reports.length === most) break
    }
  } catch {
    // A trend is an extra: what there is of it is shown.
  }
  return reports.reverse()
}
