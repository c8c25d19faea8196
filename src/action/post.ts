import * as core from '@actions/core'
import { concluded, type Findings } from '../conclude.ts'
import { PRINCIPAL_TYPES } from '../domain/principal.ts'
import { WorkFolder } from '../files/work-folder.ts'
import { writeSummary } from '../github/outputs.ts'
import { systemClock } from '../http/clock.ts'
import type { ProgressState } from '../report/model.ts'
import { summaryOf } from '../report/summary.ts'
import { ProgressFile } from '../saved/progress-file.ts'
import { ProgressStore } from '../saved/progress-store.ts'
import { VERSION } from '../version.ts'
import { STATES } from './run.ts'
import { progressStoreOf } from './saved-progress.ts'
import { settingsOf } from './settings.ts'
import { docsUrlOf, log, uploaded } from './telling.ts'

/**
 * The post step: what a main step that was cancelled or killed could not do any more. It takes up what is committed on
 * disk, saves it for the next run, renders the partial files and uploads them.
 */
export async function post(env: NodeJS.ProcessEnv): Promise<void> {
  const path = core.getState(STATES.work)
  if (core.getState(STATES.settled) === 'true' || path === '') return
  const work = await WorkFolder.reopen(path, systemClock)
  if (work === undefined) return
  const settings = await settingsOf(env)
  const isPublic = core.getState(STATES.isPublic) !== 'false'

  const store = progressStoreOf(settings, isPublic, 'post')
  const progress = store instanceof ProgressStore ? await savedBy(store, work) : store
  const report = await concluded(await findingsOf(work), {
    ...settings,
    work,
    toolVersion: VERSION,
    docsUrl: docsUrlOf(env),
    showNames: !isPublic,
    continuedFrom: undefined,
    calls: {},
    startedAt: new Date(work.results.checkpoint.startedAt),
    finishedAt: systemClock.date(),
    durationMs: systemClock.date().getTime() - Date.parse(work.results.checkpoint.startedAt),
    explain: ({ message }) => message,
  })
  await new ProgressFile(settings.folder, work, systemClock).end(false)
  const artifact = await uploaded(report, settings, isPublic)
  if (settings.config.jobSummary && core.getState(STATES.told) !== 'true')
    await writeSummary({ env, log }, summaryOf(report, artifact, progress))
  if (artifact.state === 'failed') log.warning(`The artifact was not uploaded: ${artifact.why}`)
  await work.remove()
}

async function savedBy(store: ProgressStore, work: WorkFolder): Promise<ProgressState> {
  if (work.results.checkpoint.ended !== undefined) return { state: 'ended' }
  await store.save(work)
  if (store.problem === undefined) return { state: 'saved' }
  log.warning(`Progress could not be saved: ${store.problem}`)
  return { state: 'failed', why: store.problem }
}

async function findingsOf(work: WorkFolder): Promise<Findings> {
  const { listings } = work.results.checkpoint
  const workspaces = await work.workspaces()
  const hasAnswers = PRINCIPAL_TYPES.some((type) => work.results.doneCount(type) > 0)
  return {
    workspaces,
    workspacesAsked: false,
    listings: [...listings],
    callerRoles: undefined,
    end: hasAnswers ? { stopped: 'cancelled', fault: undefined, broken: false } : undefined,
    fault: undefined,
    stopped: 'cancelled',
  }
}
