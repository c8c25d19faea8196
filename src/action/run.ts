import { audit } from '../audit.ts'
import { endOf } from '../domain/checkpoint.ts'
import { clearCopy } from '../files/state-copy.ts'
import { WorkFolder } from '../files/work-folder.ts'
import { countsAsPublic, visibilityOf } from '../github/visibility.ts'
import { systemClock } from '../http/clock.ts'
import { Progress } from '../progress.ts'
import type { ContinuedFrom, Report } from '../report/model.ts'
import { FILE_NAMES } from '../report/tables.ts'
import { ProgressFile } from '../saved/progress-file.ts'
import { ProgressStore, type Restored } from '../saved/progress-store.ts'
import { VERSION } from '../version.ts'
import { handOver } from './hand-over.ts'
import { keepHeapSmall } from './heap.ts'
import { keepPolicy } from './kept-policy.ts'
import { policySetupOf } from './policy.ts'
import { freshCheckpoint, lastSavedOf, notContinuedText, progressStoreOf, type Store } from './saved-progress.ts'
import { type Settings, tempOf, workspaceOf } from './settings.ts'
import { settle } from './settle.ts'
import { docsUrlOf, log } from './telling.ts'
import { clientsOf } from './wiring.ts'

/** The main step. Throws `AuditError` when it cannot begin; a report is told however the audit ends. */
export async function run(settings: Settings, env: NodeJS.ProcessEnv, cancel: AbortSignal): Promise<Report> {
  const startedAt = systemClock.date().toISOString()
  const { context, config, folder } = settings
  // Before the folder is emptied: the baseline may lie in it.
  const setup = await policySetupOf(settings, env, cancel)
  const deadline = deadlineOf(config.progress.maxDurationMs)
  await folder.prepare(FILE_NAMES)
  for (const note of config.notes) log.info(note)
  if (context.runnerOs !== '' && context.runnerOs !== 'Linux')
    log.warning(`The audit is tested on Linux only; this runner is ${context.runnerOs}`)
  const isPublic = countsAsPublic(await visibilityOf(context, config.githubToken, cancel))
  const lastSaved = lastSavedOf(settings, startedAt)
  const onSaved = (savedBytes: number, mayBeTaken: boolean) => {
    handOver.savedBytes(savedBytes)
    if (mayBeTaken) lastSaved.note()
  }
  const store = progressStoreOf(settings, isPublic, 'main', { bytes: 0, onSaved })
  const begun = await begin(settings, store)
  const { work, continuedFrom, notContinued } = begun
  await keepPolicy(work.path, { texts: settings.policy, setup })
  handOver.begun({ work: work.path, isPublic, startedAt, continuedFrom, notContinued })
  // Until their names are back, what is in the cache knows more than the work folder does.
  let isWhole = begun.unnamed.size === 0
  if (isWhole) handOver.isWhole()

  const clients = clientsOf(config, env, cancel, work.results.checkpoint.paces)
  work.results.watch(clients.paces)
  // A source that reads in bulk holds much, which would be gone through too often.
  if (clients.bulk === undefined) keepHeapSmall()
  const progressFile = new ProgressFile(folder, work, systemClock)
  const progress = new Progress({
    ...{ log, clock: systemClock, maxConcurrency: config.maxConcurrency },
    ...{ ...clients, isBulk: clients.bulk !== undefined },
  })
  try {
    const report = await audit({
      ...{ config, folder, setup, progress, ...clients, ...begun, deadline, signal: cancel },
      toolVersion: VERSION,
      docsUrl: docsUrlOf(env),
      clock: systemClock,
      showNames: !isPublic,
      onCommitted() {
        progressFile.update()
        if (store instanceof ProgressStore) store.saveWhenDue(work)
      },
      onPhaseEnd() {
        isWhole = true
        handOver.isWhole()
        if (store instanceof ProgressStore) void store.save(work, false)
      },
    })
    progress.end()
    await progressFile.end(endOf(report) !== undefined)
    const outcome = { store, work, isWhole, continuedFrom, notContinued, isPublic, cancelled: cancel.aborted }
    await settle(settings, report, outcome, env)
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

interface Begun {
  readonly work: WorkFolder
  readonly unnamed: Extract<Restored, { state: 'continued' }>['unnamed']
  readonly continuedFrom: ContinuedFrom | undefined
  readonly notContinued: string
}

/** Goes on where an earlier run stopped, if there is one to go on from. */
async function begin(settings: Settings, store: Store): Promise<Begun> {
  const { config, context } = settings
  const parent = tempOf(context)
  const fresh = freshCheckpoint(settings)
  // What a killed run left in a workspace that is used again; in a run without saved progress nobody else looks for it.
  await clearCopy(workspaceOf(context))
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
