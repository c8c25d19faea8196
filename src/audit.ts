import type { AuditConfig } from './config.ts'
import { AuditError, type Reason } from './domain/failure.ts'
import { conclusionOf, type Incompleteness, incompletenessOf, verdictOf } from './domain/gate.ts'
import { prerequisitesOf } from './domain/prerequisites.ts'
import type { PrincipalType } from './domain/principal.ts'
import { type Tally, tallyOfWorkspaces } from './domain/tally.ts'
import type { Workspace } from './domain/workspace.ts'
import { type Rendered, render } from './files/render.ts'
import type { ResultsFolder } from './files/results-folder.ts'
import type { CallCounts } from './http/calls.ts'
import { type DivergencesEnd, divergences } from './phases/divergences.ts'
import { type Listing, listed, targeted } from './phases/identities.ts'
import { workspaces } from './phases/workspaces.ts'
import type { Account, Clock, ListingPage, MatchSource, ResultsLog, Snapshot } from './ports.ts'
import type { Progress } from './progress.ts'
import type { Report } from './report/model.ts'
import { reportJsonOf } from './report/report-json.ts'
import { REPORT_FILE } from './report/tables.ts'

/** A call that waits for its retry takes no place of those in flight, so more are under way than are in flight. */
const UNDER_WAY_PER_PLACE = 4

/** Everything an audit works with; made by `main`, faked in tests. */
export interface World {
  readonly config: AuditConfig
  readonly toolVersion: string
  readonly docsUrl: string | undefined
  readonly account: Account
  readonly source: MatchSource
  readonly snapshot: Snapshot
  readonly results: ResultsLog
  readonly folder: ResultsFolder
  readonly progress: Progress
  readonly clock: Clock
  readonly calls: () => CallCounts
  /** What a fault of access means and what to change. */
  readonly explain: (fault: AuditError) => string
  readonly showNames: boolean
  /** Aborted when the job is cancelled. */
  readonly signal: AbortSignal
}

/** What the phases found out so far; whatever ends the audit, this much is reported. */
interface Findings {
  workspaces: readonly Workspace[] | undefined
  workspacesAsked: boolean
  readonly listings: Listing[]
  callerRoles: readonly string[] | undefined
  end: DivergencesEnd | undefined
  fault: AuditError | undefined
}

/** The whole audit: three phases, the files, the verdict. What went wrong is in the report; only a file that cannot be written throws. */
export async function audit(world: World): Promise<Report> {
  const [startedAt, startedMs] = [world.clock.date(), world.clock.now()]
  const findings: Findings = {
    workspaces: undefined,
    workspacesAsked: false,
    listings: [],
    callerRoles: undefined,
    end: undefined,
    fault: undefined,
  }
  try {
    await phases(world, findings)
  } catch (error) {
    findings.fault =
      error instanceof AuditError
        ? error
        : new AuditError('internal', 'The audit failed unexpectedly', { cause: error })
  }
  return await reported(world, findings, startedAt, startedMs)
}

async function phases(world: World, findings: Findings): Promise<void> {
  const { config, account, progress, signal } = world

  progress.phase('workspaces')
  findings.workspaces = await workspaces(account, signal)
  findings.workspacesAsked = true

  progress.phase('identities')
  for (const type of config.included) findings.listings.push(await identities(world, findings, type))

  progress.phase('divergences', world.snapshot)
  findings.end = await divergences({
    account,
    source: world.source,
    targeted: config.targets !== undefined,
    snapshot: world.snapshot,
    results: world.results,
    clock: world.clock,
    concurrency: config.maxConcurrency * UNDER_WAY_PER_PLACE,
    onFinished: ({ outcome }) => progress.finished(outcome.kind),
    signal,
  })
  findings.fault = findings.end.fault
}

async function identities(world: World, findings: Findings, type: PrincipalType): Promise<Listing> {
  const { config, account, snapshot, progress, signal } = world
  if (config.targets !== undefined) return await targeted(snapshot, type, config.targets)
  const onPage = (of: PrincipalType, soFar: number, page: ListingPage) => {
    progress.listed(of, soFar, page.promised)
    if (of === 'service-principals') findings.callerRoles ??= callerRoles(config, page)
  }
  return await listed(account, snapshot, type, onPage, signal)
}

/** Are we in this page of service principals? What we may do is then told by our roles. */
function callerRoles({ signIn }: AuditConfig, page: ListingPage): readonly string[] | undefined {
  const ours = signIn.clientId?.toLowerCase()
  return page.principals.find(({ name }) => name !== '' && name.toLowerCase() === ours)?.roles
}

async function reported(world: World, findings: Findings, startedAt: Date, startedMs: number): Promise<Report> {
  const { config, folder, clock } = world
  const rendered = await rendering(world, findings)
  const tally: Tally = {
    workspaces: findings.workspaces === undefined ? undefined : tallyOfWorkspaces(findings.workspaces),
    principals: rendered.principals,
  }
  const verdicts = config.rules.map((rule) => verdictOf(rule, tally))
  const incompleteness = [
    ...broughtAbout(findings),
    ...(findings.end === undefined ? [] : incompletenessOf(tally, config.maxFailures, verdicts)),
  ]
  const finished = clock.date()
  const report: Report = {
    toolVersion: world.toolVersion,
    docsUrl: world.docsUrl,
    accountId: config.accountId,
    host: config.host,
    matchSource: 'databricks',
    startedAt: startedAt.toISOString(),
    finishedAt: finished.toISOString(),
    durationSeconds: Math.round((clock.now() - startedMs) / 1000),
    conclusion: conclusionOf(isBroken(findings), incompleteness, verdicts),
    warnOnly: config.warnOnly,
    incompleteness: [...new Set(incompleteness)],
    fault: findings.fault && { reason: findings.fault.reason, message: world.explain(findings.fault) },
    tally,
    verdicts,
    maxFailures: config.maxFailuresText,
    failureReasons: rendered.failureReasons,
    prerequisites: prerequisitesOf(findings.workspaces, findings.callerRoles),
    samples: rendered.samples,
    apiCalls: world.calls(),
    untrustedListings: untrusted(findings),
    resultsPath: folder.shown,
    files: [...folder.files, REPORT_FILE],
    showNames: world.showNames,
    resumed: false,
  }
  await folder.write(REPORT_FILE, [reportJsonOf(report)])
  return report
}

/** What the records say, in files and in counts. A phase 3 that never got an answer has no result to show. */
const rendering = (world: World, { workspaces, listings, end }: Findings): Promise<Rendered> =>
  render({
    folder: world.folder,
    format: world.config.csvFormat,
    workspaces,
    types: listings.map(({ type }) => type),
    snapshot: world.snapshot,
    results: world.results,
    done: end === undefined || end.broken ? undefined : end.done,
  })

function untrusted({ listings, workspaces, workspacesAsked }: Findings): Report['untrustedListings'] {
  const short = listings.filter(({ trusted }) => !trusted)
  return [
    ...(workspacesAsked && workspaces === undefined
      ? [{ type: 'workspaces' as const, listed: 0, promised: undefined }]
      : []),
    ...short.map(({ type, listed, promised }) => ({ type, listed, promised })),
  ]
}

/** What happened on the way that leaves the result incomplete. */
function broughtAbout(findings: Findings): Incompleteness[] {
  const stopped = findings.end?.stopped ?? (findings.fault && stoppedBy(findings.fault.reason))
  return [
    ...(stopped === undefined ? [] : [stopped]),
    ...(untrusted(findings).length > 0 ? (['listing-untrusted'] as const) : []),
  ]
}

const stoppedBy = (reason: Reason): Incompleteness | undefined =>
  reason === 'cancelled' ? 'cancelled' : reason === 'outage' ? 'unavailable' : undefined

/** Ended without any result worth keeping: nothing to judge. */
function isBroken({ end, fault }: Findings): boolean {
  if (end !== undefined) return end.broken
  return fault !== undefined && stoppedBy(fault.reason) === undefined
}
