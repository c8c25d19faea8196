import { concluded, type Findings } from './conclude.ts'
import type { AuditConfig } from './config.ts'
import { AuditError, unexpected } from './domain/failure.ts'
import type { PrincipalType } from './domain/principal.ts'
import type { Workspace } from './domain/workspace.ts'
import type { ResultsFolder } from './files/results-folder.ts'
import type { WorkFolder } from './files/work-folder.ts'
import type { CallCounts } from './http/calls.ts'
import { refusesAccess } from './phases/access.ts'
import { divergences } from './phases/divergences.ts'
import { begun, type Listing, listed, targeted } from './phases/identities.ts'
import type { Pages } from './phases/pages.ts'
import { recalled } from './phases/recall.ts'
import { workspaces } from './phases/workspaces.ts'
import type { PolicySetup } from './policy-setup.ts'
import type { Account, BulkMatchSource, Clock, ListedPrincipal, ListingPage, MatchSource, Unnamed } from './ports.ts'
import type { Progress } from './progress.ts'
import type { ContinuedFrom, Report } from './report/model.ts'

/** A call that waits for its retry takes no place of those in flight, so more are under way than are in flight. */
const UNDER_WAY_PER_PLACE = 4

/** Everything an audit works with; made by `main`. */
export interface World {
  readonly config: AuditConfig
  readonly toolVersion: string
  readonly docsUrl: string | undefined
  readonly account: Account
  readonly source: MatchSource
  /** The source, where it reads in bulk before it answers. */
  readonly bulk: BulkMatchSource | undefined
  /** Empty, or what an earlier run left. */
  readonly work: WorkFolder
  readonly continuedFrom: ContinuedFrom | undefined
  readonly unnamed: ReadonlyMap<PrincipalType, readonly Unnamed[]>
  readonly folder: ResultsFolder
  readonly progress: Progress
  readonly clock: Clock
  readonly calls: () => CallCounts
  /** The same, or what it means here and what to change. */
  readonly explain: (fault: AuditError) => AuditError
  readonly showNames: boolean
  readonly setup: PolicySetup
  /** Told of every commit, and of the end of a phase. */
  readonly onCommitted: () => void
  readonly onPhaseEnd: () => void
  /** Aborted when the time is up: stop gracefully. */
  readonly deadline: AbortSignal
  /** Aborted when the job is cancelled: stop at once. */
  readonly signal: AbortSignal
}

/** The whole audit: three phases, the files, the verdict. What went wrong is in the report; only a file that cannot be written throws. */
export async function audit(world: World): Promise<Report> {
  const { clock } = world
  const [startedAt, startedMs] = [clock.date(), clock.now()]
  const findings: Findings = {
    workspaces: undefined,
    workspacesAsked: false,
    unread: new Map(),
    listings: [],
    callerRoles: undefined,
    end: undefined,
    fault: undefined,
    stopped: undefined,
  }
  const over = new AbortController()
  try {
    await phases(world, findings, over.signal)
  } catch (error) {
    brokenOff(world, findings, error)
  } finally {
    over.abort()
  }
  const [finishedAt, durationMs] = [clock.date(), clock.now() - startedMs]
  const softDeleted = await world.bulk?.softDeleted()
  return await concluded(findings, { ...world, softDeleted, calls: world.calls(), startedAt, finishedAt, durationMs })
}

/** Before phase 3; what an earlier run found is told all the same. */
function brokenOff({ work, signal, unnamed }: World, findings: Findings, error: unknown): void {
  const fault = error instanceof AuditError ? error : unexpected('The audit', error)
  if (fault.reason === 'cancelled') findings.stopped = signal.aborted ? 'cancelled' : 'time-up'
  findings.fault = fault
  const { stopped, listings } = findings
  if (stopped === undefined || !work.results.hasAnswers) return
  findings.end = { stopped, fault, broken: false }
  const told = new Set(listings.map(({ type }) => type))
  // Not of a type whose findings still wait for their names: its files would look as if there were none.
  listings.push(...work.results.checkpoint.listings.filter(({ type }) => !told.has(type) && !unnamed.has(type)))
}

/** `over`: aborted when they have ended, however they did. */
async function phases(world: World, findings: Findings, over: AbortSignal): Promise<void> {
  const { config, account, work, progress, deadline } = world
  const signal = AbortSignal.any([world.signal, deadline, over])

  // Before anything is asked of anybody: without the permission to read, everything would look absent.
  const { bulk } = world
  await read(findings, bulk?.preflight(config.included, signal))

  progress.phase('workspaces')
  findings.workspaces = await workspaces(account, (failure) => findings.unread.set('workspaces', failure), signal)
  findings.workspacesAsked = true
  await kept(work, findings.workspaces)

  progress.phase('identities')
  const fresh = config.included.filter((type) => listingOf(work, type) === undefined)
  const pages = begun(account, config.targets === undefined ? fresh : [], signal)
  for (const type of config.included)
    findings.listings.push(await identities(world, findings, type, pages.get(type), signal))
  world.onPhaseEnd()
  if (bulk !== undefined) {
    await progress.reading(bulk, read(findings, bulk.prepare(work.snapshot, signal)))
    await work.results.directoryRead(bulk.readings())
  }

  progress.phase('divergences', work)
  findings.end = await divergences({
    account,
    source: world.source,
    targeted: config.targets !== undefined,
    isBulk: bulk !== undefined,
    snapshot: work.snapshot,
    results: work.results,
    clock: world.clock,
    concurrency: config.maxConcurrency * UNDER_WAY_PER_PLACE,
    onFinished: ({ outcome }) => progress.finished(outcome.kind),
    onCommitted: world.onCommitted,
    deadline,
    signal: world.signal,
  })
  findings.fault = findings.end.fault
  await bulk?.softDeleted()
}

/** As with a listing of Databricks: what refuses us is an error, what cannot be read leaves the audit incomplete. */
async function read(findings: Findings, reading: Promise<void> | undefined): Promise<void> {
  try {
    await reading
  } catch (error) {
    if (error instanceof AuditError && !refusesAccess(error)) findings.stopped = 'unavailable'
    throw error
  }
}

/** For the post step, should this run be killed. */
const kept = async (work: WorkFolder, list: readonly Workspace[] | undefined): Promise<void> => {
  if (list !== undefined) await work.keepWorkspaces(list)
}

/** Of an earlier run. */
const listingOf = ({ results }: WorkFolder, of: PrincipalType): Listing | undefined =>
  results.checkpoint.listings.find(({ type }) => type === of)

async function identities(
  world: World,
  findings: Findings,
  type: PrincipalType,
  pages: Pages | undefined,
  signal: AbortSignal,
): Promise<Listing> {
  const { config, account, work, progress } = world
  const expect = (promised: number) => {
    if (config.targets === undefined) world.bulk?.expect(type, promised, signal)
  }
  const learn = (of: PrincipalType, principals: readonly ListedPrincipal[]) => {
    world.bulk?.learn(of, principals)
    if (of === 'service-principals') findings.callerRoles ??= callerRoles(config, principals)
  }
  const known = listingOf(work, type)
  if (known !== undefined) {
    const unnamed = world.unnamed.get(type) ?? []
    const { snapshot, results } = work
    expect(known.listed)
    if (config.targets === undefined || unnamed.length > 0)
      await recalled({ account, snapshot, results, signal, learn }, type, unnamed)
    return known
  }
  const onPage = (of: PrincipalType, soFar: number, page: ListingPage) => {
    progress.listed(of, soFar, page.promised)
    expect(page.promised)
    learn(of, page.principals)
  }
  const onUnread = (of: PrincipalType, failure: AuditError) => findings.unread.set(of, failure)
  const listing =
    config.targets === undefined
      ? await listed(account, work.snapshot, type, { onPage, onUnread }, signal, pages)
      : await targeted(work.snapshot, type, config.targets)
  await work.results.listed(listing)
  return listing
}

/** Are we among these service principals? What we may do is then told by our roles. */
function callerRoles({ signIn }: AuditConfig, principals: readonly ListedPrincipal[]): readonly string[] | undefined {
  const ours = signIn.clientId?.toLowerCase()
  return principals.find(({ name }) => name !== '' && name.toLowerCase() === ours)?.roles
}
