import type { AuditError } from '../domain/failure.ts'
import { toldFault } from './causes.ts'
import type { Report } from './model.ts'

/** What is told when an audit could not even begin: the fault, and that nothing is known. A cancel is no fault. */
export function faultReportOf(fault: AuditError, toolVersion: string, at: Date, docsUrl?: string): Report {
  const isCancelled = fault.reason === 'cancelled'
  return {
    toolVersion,
    docsUrl,
    accountId: '',
    host: '',
    matchSource: 'databricks',
    directory: undefined,
    startedAt: at.toISOString(),
    finishedAt: at.toISOString(),
    durationSeconds: 0,
    conclusion: isCancelled ? 'incomplete' : 'error',
    warnOnly: false,
    incompleteness: isCancelled ? ['cancelled'] : [],
    fault: isCancelled ? undefined : toldFault(fault),
    tally: { workspaces: undefined, principals: {} },
    verdicts: [],
    judgement: undefined,
    maxFailures: '',
    failureReasons: new Map(),
    prerequisites: { federatedWorkspace: 'unknown', premiumTier: 'unknown', accountAdmin: 'unknown' },
    samples: { principals: {}, workspaces: [], failures: [] },
    apiCalls: {},
    untrustedListings: [],
    resultsPath: '',
    files: [],
    showNames: false,
    continuedFrom: undefined,
    finishedHere: 0,
  }
}
