import { concluded, type Findings } from '../conclude.ts'
import { endOf } from '../domain/checkpoint.ts'
import { WorkFolder } from '../files/work-folder.ts'
import { writeSummary } from '../github/outputs.ts'
import { systemClock } from '../http/clock.ts'
import type { ProgressState } from '../report/model.ts'
import { summaryOf } from '../report/summary.ts'
import { notSavedText } from '../report/summary-progress.ts'
import type { LastSaved } from '../saved/last-saved.ts'
import { ProgressFile } from '../saved/progress-file.ts'
import { ProgressStore } from '../saved/progress-store.ts'
import { VERSION } from '../version.ts'
import { handedOver } from './hand-over.ts'
import { keptPolicy } from './kept-policy.ts'
import { lastSavedOf, progressStoreOf, type Store } from './saved-progress.ts'
import { auditOf, settingsOf } from './settings.ts'
import { docsUrlOf, log, uploaded } from './telling.ts'

/**
 * The post step: what a main step that was cancelled or killed could not do any more. It takes up what is committed on
 * disk, saves it for the next run, renders the partial files and uploads them.
 */
export async function post(env: NodeJS.ProcessEnv): Promise<void> {
  const begun = handedOver.begun()
  if (handedOver.settled() || begun === undefined) return
  const work = await WorkFolder.reopen(begun.work, systemClock)
  if (work === undefined) return
  const nobody = new AbortController().signal
  const { texts: known, setup } = await keptPolicy(work.path)
  const settings = auditOf(await settingsOf(env, nobody, { known }))
  const { isPublic, continuedFrom, notContinued } = begun
  const lastSaved = lastSavedOf(settings, begun.startedAt)
  const onSaved = (_: number, mayBeTaken: boolean) => mayBeTaken && lastSaved.note()
  const saved = { bytes: handedOver.savedBytes(), onSaved }
  const store = progressStoreOf(settings, isPublic, 'post', saved)

  // Before anything else that could fail or take its time.
  let progress = await savedBy(store, work, lastSaved)
  const { results } = work
  const startedAt = new Date(begun.startedAt)
  const finishedAt = systemClock.date()
  const report = await concluded(await findingsOf(work), {
    ...settings,
    work,
    toolVersion: VERSION,
    docsUrl: docsUrlOf(env),
    showNames: !isPublic,
    setup,
    continuedFrom,
    calls: {},
    softDeleted: undefined,
    startedAt,
    finishedAt,
    durationMs: finishedAt.getTime() - startedAt.getTime(),
    explain: (fault) => fault,
  })
  const ended = endOf(report)
  if (ended !== undefined && results.checkpoint.ended === undefined) {
    await results.end(ended)
    progress = await savedBy(store, work, lastSaved)
  }
  await new ProgressFile(settings.folder, work, systemClock).end(ended !== undefined)
  const artifact = await uploaded(report, settings, isPublic)
  await tell(settings.config.jobSummary, summaryOf(report, artifact, progress, notContinued), progress, env)
  if (artifact.state === 'failed') log.warning(`The artifact was not uploaded: ${artifact.why}`)
  await work.remove()
}

/** What the main step told already is not told again, unless it promised too much. */
async function tell(isWanted: boolean, summary: string, progress: ProgressState, env: NodeJS.ProcessEnv) {
  if (progress.state === 'failed') log.warning(`Progress could not be saved: ${progress.why}`)
  if (!isWanted) return
  if (!handedOver.told()) await writeSummary({ env, log }, summary)
  else if (progress.state === 'failed') await writeSummary({ env, log }, `${notSavedText(progress.why)}\n`)
}

/** A copy of the work folder, or a mark that there is nothing to continue. */
async function savedBy(store: Store, work: WorkFolder, lastSaved: LastSaved): Promise<ProgressState> {
  if (!(store instanceof ProgressStore)) return store
  const { ended } = work.results.checkpoint
  // What this run went on from, or what a later step has saved since, is in the cache and knows more than the work folder.
  if ((ended === undefined && !handedOver.isWhole()) || lastSaved.isByLater) {
    await store.clear()
    return { state: ended === undefined ? 'saved' : 'ended' }
  }
  await store.save(work, true)
  if (store.problem !== undefined) return { state: 'failed', why: store.problem }
  return { state: ended === undefined ? 'saved' : 'ended' }
}

async function findingsOf(work: WorkFolder): Promise<Findings> {
  const { listings, ended } = work.results.checkpoint
  const workspaces = await work.workspaces()
  // It had ended when the main step was stopped: only telling was left.
  const stopped = ended === 'passed' || ended === 'failed' ? undefined : 'cancelled'
  return {
    workspaces,
    workspacesAsked: false,
    unread: new Map(),
    listings: [...listings],
    callerRoles: undefined,
    end: work.results.hasAnswers || stopped === undefined ? { stopped, fault: undefined, broken: false } : undefined,
    fault: undefined,
    stopped,
  }
}
