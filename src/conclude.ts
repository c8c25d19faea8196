import { azureEnvironmentOf } from './config/host.ts'
import type { AuditConfig } from './config.ts'
import { type Unchecked, uncheckedKey } from './domain/baseline.ts'
import { SUBJECT_TYPES, type SubjectType } from './domain/category.ts'
import type { SoftDeleted } from './domain/directory-reading.ts'
import type { AuditError, Reason } from './domain/failure.ts'
import type { Incompleteness } from './domain/gate.ts'
import { concludedOf } from './domain/judgement/conclusion.ts'
import { Judge, type Judged } from './domain/judgement/judge.ts'
import { prerequisitesOf } from './domain/prerequisites.ts'
import type { PrincipalType } from './domain/principal.ts'
import { type Tally, tallyOfWorkspaces } from './domain/tally.ts'
import type { Workspace } from './domain/workspace.ts'
import { evidencesOf, judging } from './files/judging.ts'
import { render } from './files/render.ts'
import type { ResultsFolder } from './files/results-folder.ts'
import { rowsOf } from './files/rows.ts'
import type { WorkFolder } from './files/work-folder.ts'
import type { CallCounts } from './http/calls.ts'
import type { DivergencesEnd } from './phases/divergences.ts'
import type { Listing } from './phases/identities.ts'
import type { PolicySetup } from './policy-setup.ts'
import { toldFault } from './report/causes.ts'
import { FINDINGS_FILE, findingsJsonOf } from './report/findings-json.ts'
import { type JudgementSamples, SampleKeeper } from './report/judgement.ts'
import type { ContinuedFrom, Directory, Report } from './report/model.ts'
import { reportJsonOf } from './report/report-json.ts'
import { REPORT_FILE } from './report/tables.ts'

/** What the phases found out so far; whatever ends the audit, this much is reported. */
export interface Findings {
  workspaces: readonly Workspace[] | undefined
  workspacesAsked: boolean
  /** Why a listing broke off, the last time that it did. */
  readonly unread: Map<SubjectType, AuditError>
  readonly listings: Listing[]
  callerRoles: readonly string[] | undefined
  /** `undefined`: phase 3 was not reached. */
  end: DivergencesEnd | undefined
  fault: AuditError | undefined
  /** What ended the audit before phase 3 or from outside. */
  stopped: Incompleteness | undefined
}

/** What else a report says. */
export interface Circumstances {
  readonly config: AuditConfig
  readonly toolVersion: string
  readonly docsUrl: string | undefined
  readonly folder: ResultsFolder
  readonly work: WorkFolder
  readonly showNames: boolean
  readonly setup: PolicySetup
  /** Of the tenant, where it was read in bulk. */
  readonly softDeleted: readonly SoftDeleted[] | undefined
  readonly continuedFrom: ContinuedFrom | undefined
  readonly calls: CallCounts
  readonly startedAt: Date
  readonly finishedAt: Date
  readonly durationMs: number
  /** The same, or what it means here and what to change. */
  readonly explain: (fault: AuditError) => AuditError
}

/** Writes the files from the records, counts from the same records, and judges. Throws only when a file cannot be written. */
export async function concluded(findings: Findings, circumstances: Circumstances): Promise<Report> {
  const { config, folder, work, continuedFrom } = circumstances
  const { workspaces, listings, end, fault } = findings
  const types = listings.map(({ type }) => type)
  const done = types.map((type) => [type, work.results.doneCount(type)] as const).filter(([, count]) => count > 0)
  const rendered = await render({
    folder,
    format: config.csvFormat,
    workspaces,
    types,
    snapshot: work.snapshot,
    results: work.results,
    done: end === undefined || end.broken ? undefined : new Map(done),
  })
  const tally: Tally = {
    workspaces: workspaces === undefined ? undefined : tallyOfWorkspaces(workspaces),
    principals: rendered.principals,
  }
  const { judged, samples } = await judgedFindings(findings, circumstances, tally)
  const { maxFailures } = config
  const incompleteness = broughtAbout(findings)
  const facts = { tally, incompleteness, broken: isBroken(findings), checked: end !== undefined, maxFailures }
  const { ready, ...concluded } = concludedOf(facts, judged)
  const { policy, redaction, policyFiles, policyUnknown, trend } = circumstances.setup
  const report: Report = {
    toolVersion: circumstances.toolVersion,
    docsUrl: circumstances.docsUrl,
    accountId: config.accountId,
    host: config.host,
    matchSource: config.matchSource.type,
    directory: directoryOf(circumstances),
    startedAt: circumstances.startedAt.toISOString(),
    finishedAt: circumstances.finishedAt.toISOString(),
    durationSeconds: Math.round(circumstances.durationMs / 1000),
    ...concluded,
    warnOnly: config.warnOnly,
    fault: fault && toldFault(circumstances.explain(fault)),
    tally,
    verdicts: judged.verdicts,
    judgement: {
      ...{ judged, ready, newOnly: policy.newOnly, ratchet: policy.ratchet, redaction, policyFiles, policyUnknown },
      ...{ samples, trend, result: undefined },
    },
    maxFailures: config.maxFailuresText,
    failureReasons: rendered.failureReasons,
    prerequisites: prerequisitesOf(workspaces, findings.callerRoles),
    samples: rendered.samples,
    apiCalls: circumstances.calls,
    untrustedListings: untrusted(findings),
    resultsPath: folder.shown,
    files: [...folder.files, REPORT_FILE],
    showNames: circumstances.showNames,
    continuedFrom,
    // Until the names are back there is less than what it goes on from.
    finishedHere: Math.max(0, done.reduce((sum, [, count]) => sum + count, 0) - (continuedFrom?.done ?? 0)),
  }
  await folder.write(REPORT_FILE, [reportJsonOf(report)])
  return report
}

function directoryOf({ work, softDeleted }: Circumstances): Directory | undefined {
  const readings = work.results.checkpoint.directory
  return readings.length === 0 ? undefined : { readings, softDeleted }
}

/** Writes `findings.json` while the findings are judged. A phase 3 that never got an answer found nothing. */
async function judgedFindings(
  { workspaces, listings, end }: Findings,
  { work, folder, config, setup }: Circumstances,
  tally: Tally,
): Promise<{ judged: Judged; samples: JudgementSamples }> {
  const { snapshot, results } = work
  const judge = new Judge(setup.policy, setup.baseline)
  const keeper = new SampleKeeper()
  const types = listings.map(({ type }) => type)
  if (end !== undefined && !end.broken) {
    const records = {
      types,
      rows: (type: PrincipalType) => rowsOf(type, snapshot, results),
      workspaces,
      idpIsEntra: config.matchSource.type === 'graph' || azureEnvironmentOf(config.host) !== undefined,
    }
    const findings = judging(evidencesOf(records), judge, (one) => keeper.keep(one))
    await folder.write(FINDINGS_FILE, findingsJsonOf(findings))
  }
  return { judged: judge.result(tally, await uncheckedIn(listings, work)), samples: keeper.samples() }
}

/** What this audit says nothing about: types that were left out or not reached whole, and identities that failed. */
async function uncheckedIn(listings: readonly Listing[], { snapshot, results }: WorkFolder): Promise<Unchecked> {
  const ids = new Set<string>()
  const whole = new Set<SubjectType>(['workspaces'])
  for (const { type, trusted } of listings) {
    if (trusted && results.doneCount(type) >= snapshot.count(type)) whole.add(type)
    for await (const { id } of results.failures(type)) ids.add(uncheckedKey(type, id))
  }
  return { ids, types: new Set(SUBJECT_TYPES.filter((type) => !whole.has(type))) }
}

function untrusted({ listings, workspaces, workspacesAsked, unread }: Findings): Report['untrustedListings'] {
  const why = (type: SubjectType) => unread.get(type)?.message ?? ''
  const isUnread = workspacesAsked && workspaces === undefined
  return [
    ...(isUnread ? [{ type: 'workspaces' as const, listed: 0, promised: undefined, why: why('workspaces') }] : []),
    ...listings
      .filter(({ trusted }) => !trusted)
      .map(({ type, listed, promised }) => ({ type, listed, promised, why: why(type) })),
  ]
}

/** What happened on the way that leaves the result incomplete. */
function broughtAbout(findings: Findings): Incompleteness[] {
  const { end, stopped, fault } = findings
  const ended = end?.stopped ?? stopped ?? (fault && stoppedBy(fault.reason))
  return [
    ...(ended === undefined ? [] : [ended]),
    ...(untrusted(findings).length > 0 ? (['listing-untrusted'] as const) : []),
  ]
}

const stoppedBy = (reason: Reason): Incompleteness | undefined =>
  reason === 'cancelled' ? 'cancelled' : reason === 'outage' ? 'unavailable' : undefined

/** Ended without any result worth keeping: nothing to judge. */
function isBroken({ end, fault, stopped }: Findings): boolean {
  if (end !== undefined) return end.broken
  return fault !== undefined && stopped === undefined && stoppedBy(fault.reason) === undefined
}
