import { changedTypes } from '../domain/directory-reading.ts'
import type { Verdict } from '../domain/gate.ts'
import { PRINCIPAL_TYPES } from '../domain/principal.ts'
import { countsOf, sumOf, totalsOf, unfederated, unreached } from './figures.ts'
import type { ArtifactState, Report } from './model.ts'
import { judgementJsonOf } from './summary-judgement.ts'

export const SCHEMA_VERSION = 1

const rule = ({ rule, value, checked, state }: Verdict) => ({
  rule: rule.text,
  value,
  checked,
  limit: rule.limitText,
  verdict: state,
})

const sorted = (entries: Iterable<readonly [string, number]>): Record<string, number> =>
  Object.fromEntries([...entries].sort(([a], [b]) => (a < b ? -1 : 1)))

function totals({ tally }: Report) {
  const sum = sumOf(tally)
  const { workspaces } = tally
  return {
    all: sum === undefined ? null : { ...sum, unreached: unreached(sum) },
    ...Object.fromEntries(
      PRINCIPAL_TYPES.flatMap((type) => {
        const ofType = tally.principals[type]
        if (ofType === undefined) return []
        const totals = totalsOf(ofType)
        return [[type, { ...totals, unreached: unreached(totals) }]]
      }),
    ),
    workspaces:
      workspaces === undefined
        ? null
        : {
            listed: workspaces.listed,
            telling: workspaces.telling,
            federated: workspaces.federated,
            divergent: unfederated(tally) ?? null,
          },
  }
}

function directoryJsonOf({ directory }: Report) {
  if (directory === undefined) return null
  const { readings, softDeleted } = directory
  return { readings, changedBetweenReadings: changedTypes(readings), softDeleted: softDeleted ?? null }
}

/**
 * The text of `report.json`: keys in a fixed order, so that equal audits differ only in their times. Holds counts and
 * ids of the account, no name. `artifact`: left out where it is not known yet, as in the copy within the artifact.
 */
export function reportJsonOf(report: Report, artifact?: ArtifactState): string {
  const { fault, failureReasons, apiCalls, prerequisites } = report
  const content = {
    schemaVersion: SCHEMA_VERSION,
    toolVersion: report.toolVersion,
    accountId: report.accountId,
    host: report.host,
    matchSource: report.matchSource,
    startedAt: report.startedAt,
    finishedAt: report.finishedAt,
    durationSeconds: report.durationSeconds,
    resumed: report.continuedFrom !== undefined,
    conclusion: report.conclusion,
    warnOnly: report.warnOnly,
    incompleteness: report.incompleteness,
    fault: fault === undefined ? null : { reason: fault.reason, message: fault.message },
    totals: totals(report),
    counts: countsOf(report),
    rules: report.verdicts.map(rule),
    maxFailures: report.maxFailures,
    ...(report.judgement === undefined ? {} : judgementJsonOf(report.judgement)),
    failuresByReason: sorted(failureReasons),
    apiCalls: sorted(Object.entries(apiCalls)),
    prerequisites: {
      federatedWorkspace: prerequisites.federatedWorkspace,
      premiumTier: prerequisites.premiumTier,
      accountAdmin: prerequisites.accountAdmin,
    },
    untrustedListings: report.untrustedListings.map(({ type, listed, promised, why }) => ({
      type,
      listed,
      promised: promised ?? null,
      why,
    })),
    directory: directoryJsonOf(report),
    resultsPath: report.resultsPath,
    files: report.files,
    ...(artifact === undefined ? {} : { artifact }),
  }
  return `${JSON.stringify(content, null, 2)}\n`
}
