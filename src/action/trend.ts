import type { Config } from '../config.ts'
import { within } from '../github/timed.ts'
import type { EarlierReport } from '../report/earlier-report.ts'
import type { TrendPoint } from '../report/judgement.ts'
import type { Settings } from './settings.ts'
import { lastReports, type TrustedContext } from './trusted.ts'
import { knownBranchOf, trustedQueryOf } from './trusted-query.ts'

const POINTS = 5
const LIMIT_MS = 45_000
/** What takes longer than a moment to download is not worth a line of figures. */
const MOST_BYTES = 32 * 1024 ** 2

/** How the last audits ended, oldest first; an extra, so whatever is in the way leaves it out. */
export async function trendOf(
  settings: Settings<Config>,
  env: NodeJS.ProcessEnv,
  signal: AbortSignal,
  trusted: TrustedContext,
): Promise<TrendPoint[]> {
  const { config, context, policy } = settings
  // Where GitHub did not tell of a file, it tells less of other runs; and a line of figures is not worth another question.
  if (!config.jobSummary || policy.unknown.length > 0 || knownBranchOf(context) === '') return []
  // Whoever waits no longer wants nothing more to be asked either.
  const enough = AbortSignal.any([signal, AbortSignal.timeout(LIMIT_MS)])
  const reports = async () => {
    const query = await trustedQueryOf(settings, env, enough, 'trend')
    return await lastReports({ ...query, mostBytes: MOST_BYTES, most: 2 * POINTS }, trusted, POINTS)
  }
  return (await within(LIMIT_MS, 'The look at earlier audits', reports()).catch(() => [])).map(pointOf)
}

const pointOf = ({ finishedAt, totals, blockers }: EarlierReport): TrendPoint => ({
  finishedAt,
  divergent: Object.values(totals).reduce((sum, { divergent }) => sum + divergent, 0),
  blockers,
})
