import { tmpdir } from 'node:os'
import * as core from '@actions/core'
import { audit } from '../audit.ts'
import { endOf } from '../domain/checkpoint.ts'
import { WorkFolder } from '../files/work-folder.ts'
import { fingerprintOf } from '../fingerprint.ts'
import { removeEntries } from '../github/progress-cache.ts'
import { countsAsPublic, visibilityOf } from '../github/visibility.ts'
import { systemClock } from '../http/clock.ts'
import { Progress } from '../progress.ts'
import type { ContinuedFrom, ProgressState, Report } from '../report/model.ts'
import { FILE_NAMES } from '../report/tables.ts'
import { ProgressFile } from '../saved/progress-file.ts'
import { progressKeysOf } from '../saved/progress-keys.ts'
import { ProgressStore, type Restored } from '../saved/progress-store.ts'
import { VERSION } from '../version.ts'
import { freshCheckpoint, notContinuedText, progressStoreOf } from './saved-progress.ts'
import { type Settings, settingsOf } from './settings.ts'
import { docsUrlOf, log, told, uploaded } from './telling.ts'
import { clientsOf } from './wiring.ts'

/** What the post step finds of the main one, by name. */
export const STATES = { work: 'work', isPublic: 'is-public', told: 'told', settled: 'settled' } as const

/** The main step. Throws `AuditError` when it cannot begin; a report is told however the audit ends. */
export async function run(env: NodeJS.ProcessEnv, cancel: AbortSignal): Promise<Report> {
  const settings = await settingsOf(env)
  const { context, config, folder } = settings
  await folder.prepare(FILE_NAMES)
  for (const note of config.notes) log.info(note)
  if (context.runnerOs !== '' && context.runnerOs !== 'Linux')
    log.warning(`The audit is tested on Linux only; this runner is ${context.runnerOs}`)
  const isPublic = countsAsPublic(await visibilityOf(context, config.githubToken, cancel))
  const store = progressStoreOf(settings, isPublic, 'main')
  const begun = await begin(settings, store)
  core.saveState(STATES.work, begun.work.path)
  core.saveState(STATES.isPublic, String(isPublic))

  const deadline = deadlineOf(config.progress.maxDurationMs)
  const clients = clientsOf(config, env, cancel)
  const progressFile = new ProgressFile(folder, begun.work, systemClock)
  const progress = new Progress({ log, clock: systemClock, ...clients, maxConcurrency: config.maxConcurrency })
  try {
    const report = await audit({
      ...{ config, folder, progress, ...clients, ...begun, deadline, signal: cancel },
      toolVersion: VERSION,
      docsUrl: docsUrlOf(env),
      clock: systemClock,
      showNames: !isPublic,
      onCommitted() {
        progressFile.update()
        if (store instanceof ProgressStore) store.saveWhenDue(begun.work)
      },
      onPhaseEnd: () => store instanceof ProgressStore && void store.save(begun.work),
    })
    progress.end()
    await progressFile.end(endOf(report.conclusion, report.incompleteness) !== undefined)
    await settle(settings, report, { store, begun, isPublic, cancelled: cancel.aborted }, env)
    return report
  } finally {
    progress.end()
    await clients.close()
  }
}

/** The first timer that a 32-bit count of ms holds is enough: the longest duration is five days. */
function deadlineOf(ms: number): AbortSignal {
  const deadline = new AbortController()
  setTimeout(() => deadline.abort(), ms).unref()
  return deadline.signal
}

type Store = ReturnType<typeof progressStoreOf>

interface Begun {
  readonly work: WorkFolder
  readonly unnamed: Extract<Restored, { state: 'continued' }>['unnamed']
  readonly continuedFrom: ContinuedFrom | undefined
  readonly notContinued: string
}

/** Goes on where an earlier run stopped, if there is one to go on from. */
async function begin(settings: Settings, store: Store): Promise<Begun> {
  const { config, context } = settings
  const parent = context.temp || tmpdir()
  const fresh = freshCheckpoint(settings)
  const restored =
    store instanceof ProgressStore ? await store.restore(parent, fresh, config.progress.resumeMaxAgeMs) : undefined
  if (restored?.state !== 'continued') {
    const notContinued = notContinuedText(restored)
    if (notContinued !== '') log.notice(notContinued)
    return {
      work: await WorkFolder.create(parent, fresh, systemClock),
      unnamed: new Map(),
      continuedFrom: undefined,
      notContinued,
    }
  }
  const { from, work, unnamed } = restored
  const done = Object.values(from.done)
    .flat()
    .reduce((sum, [start, end]) => sum + end - start, 0)
  const total = from.listings.reduce((sum, { listed }) => sum + listed, 0)
  log.info(
    `Continuing the audit of run ${from.run.id}, attempt ${from.run.attempt}: ${done} of ${total} identities are done`,
  )
  return {
    work,
    unnamed,
    continuedFrom: { runId: from.run.id, attempt: from.run.attempt, done, total },
    notContinued: '',
  }
}

interface Outcome {
  readonly store: Store
  readonly begun: Begun
  readonly isPublic: boolean
  readonly cancelled: boolean
}

/** Saves what is left to continue, uploads, tells. A cancelled run has seconds only: uploading is left to the post step. */
async function settle(settings: Settings, report: Report, outcome: Outcome, env: NodeJS.ProcessEnv): Promise<void> {
  const { store, begun, isPublic, cancelled } = outcome
  const { notContinued } = begun
  const withSummary = settings.config.jobSummary
  if (cancelled) {
    const progress: ProgressState = store instanceof ProgressStore ? { state: 'post' } : store
    await told(report, { artifact: { state: 'post' }, progress, notContinued, withSummary }, env)
    core.saveState(STATES.told, 'true')
    return
  }
  const progress = store instanceof ProgressStore ? await saved(settings, report, store, begun) : store
  const artifact = await uploaded(report, settings, isPublic)
  await told(report, { artifact, progress, notContinued, withSummary }, env)
  core.saveState(STATES.settled, 'true')
  await begun.work.remove()
}

/**
 * An audit that is not finished is saved for the next run. One that is finished leaves a mark where progress was saved
 * before, so that nobody goes on with it, and takes the rest away.
 */
async function saved(
  { config, context }: Settings,
  report: Report,
  store: ProgressStore,
  begun: Begun,
): Promise<ProgressState> {
  const { work, continuedFrom } = begun
  const ended = endOf(report.conclusion, report.incompleteness)
  await store.idle()
  if (ended !== undefined) await work.results.end(ended)
  if (ended === undefined || continuedFrom !== undefined || store.lastKey !== '') await store.save(work)
  if (store.problem !== undefined) {
    log.warning(`Progress could not be saved: ${store.problem}`)
    return { state: 'failed', why: store.problem }
  }
  if (ended === undefined) return { state: 'saved' }
  if (store.lastKey !== '') {
    const { audit } = progressKeysOf(context, fingerprintOf(config), 'main')
    await removeEntries(context, config.githubToken, audit, store.lastKey)
  }
  return { state: 'ended' }
}
