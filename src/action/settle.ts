import { endOf } from '../domain/checkpoint.ts'
import type { WorkFolder } from '../files/work-folder.ts'
import { removeEntries } from '../github/progress-cache.ts'
import { systemClock } from '../http/clock.ts'
import type { ContinuedFrom, ProgressState, Report } from '../report/model.ts'
import { isOver } from '../saved/progress-keys.ts'
import { ProgressStore } from '../saved/progress-store.ts'
import { commented } from './commenting.ts'
import { handOver } from './hand-over.ts'
import type { Store } from './saved-progress.ts'
import type { Settings } from './settings.ts'
import { log, told, uploaded } from './telling.ts'

/** How the audit went, apart from its report. */
export interface Outcome {
  readonly store: Store
  readonly work: WorkFolder
  /** The work folder holds no less than the copy that it goes on from. */
  readonly isWhole: boolean
  readonly continuedFrom: ContinuedFrom | undefined
  readonly notContinued: string
  readonly isPublic: boolean
  readonly cancelled: boolean
}

/** Saves what is left to continue, uploads, tells. A cancelled run has seconds only: uploading is left to the post step. */
export async function settle(
  settings: Settings,
  report: Report,
  outcome: Outcome,
  env: NodeJS.ProcessEnv,
): Promise<void> {
  const { store, work, isPublic, cancelled, notContinued } = outcome
  const withSummary = settings.config.jobSummary
  if (cancelled) {
    const ended = endOf(report)
    if (ended !== undefined) await work.results.end(ended)
    const progress: ProgressState =
      store instanceof ProgressStore ? { state: ended === undefined ? 'post' : 'ended' } : store
    await told(report, { artifact: { state: 'post' }, progress, notContinued, withSummary }, env)
    handOver.told()
    return
  }
  const [progress, artifact] = await Promise.all([
    store instanceof ProgressStore ? saved(settings, report, store, outcome) : store,
    uploaded(report, settings, isPublic),
  ])
  await told(report, { artifact, progress, notContinued, withSummary }, env)
  await commented(report, artifact, settings, new AbortController().signal)
  handOver.settled()
  await work.remove()
}

/** An audit that is not finished is saved for the next run, unless what is in the cache already is as good. */
async function saved(
  settings: Settings,
  report: Report,
  store: ProgressStore,
  outcome: Outcome,
): Promise<ProgressState> {
  const { work, continuedFrom, isWhole } = outcome
  await store.idle()
  const ended = endOf(report)
  if (ended !== undefined) {
    await work.results.end(ended)
    await markEnded(settings, store, work, continuedFrom)
  } else if (isWhole && (report.conclusion !== 'error' || report.finishedHere > 0)) await store.save(work, true)
  else return { state: continuedFrom !== undefined || store.savedKey !== '' ? 'saved' : 'ended' }

  if (store.problem === undefined) return { state: ended === undefined ? 'saved' : 'ended' }
  log.warning(`Progress could not be saved: ${store.problem}`)
  return { state: 'failed', why: store.problem }
}

/**
 * Leaves a mark where progress of an audit that has ended was saved before, so that nobody goes on with it, and takes the
 * rest away.
 */
async function markEnded(
  { config, context }: Settings,
  store: ProgressStore,
  work: WorkFolder,
  continuedFrom: ContinuedFrom | undefined,
): Promise<void> {
  if (continuedFrom === undefined && !store.mayHaveSaved) return
  await store.save(work, true)
  const { audit, ofRun } = store.keys
  const runs = [context.runId, ...(continuedFrom === undefined ? [] : [continuedFrom.runId])].map(ofRun)
  // Without the mark, what was saved before must go all the more.
  const kept = store.problem === undefined ? store.savedKey : ''
  const over = isOver({ runs, kept, now: systemClock.date() })
  await removeEntries(context, config.githubToken, audit, over)
}
