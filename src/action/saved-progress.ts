import { randomBytes, randomUUID } from 'node:crypto'
import * as cache from '@actions/cache'
import { type Checkpoint, type Refusal, STATE_SCHEMA } from '../domain/checkpoint.ts'
import { COPY_FOLDER, type CopyProblem } from '../files/state-copy.ts'
import { fingerprintOf } from '../fingerprint.ts'
import { ProgressCache } from '../github/progress-cache.ts'
import { systemClock } from '../http/clock.ts'
import type { ProgressState } from '../report/model.ts'
import { LastSaved } from '../saved/last-saved.ts'
import { progressKeysOf } from '../saved/progress-keys.ts'
import { ProgressStore, type Restored, type StoreOptions } from '../saved/progress-store.ts'
import { VERSION } from '../version.ts'
import { type Settings, tempOf, workspaceOf } from './settings.ts'

/** Where progress is kept in this run, or why it is not. */
export type Store = ProgressStore | Extract<ProgressState, { state: 'off' | 'public' | 'failed' }>

export function progressStoreOf(
  { config, context }: Settings,
  isPublic: boolean,
  step: 'main' | 'post',
  saved: { readonly bytes: number; readonly onSaved: StoreOptions['onSaved'] },
): Store {
  const { resume, key, maxDurationMs } = config.progress
  if (!resume) return { state: 'off' }
  if (isPublic && key === undefined) return { state: 'public' }
  const progressCache = new ProgressCache(cache, COPY_FOLDER)
  if (!progressCache.isAvailable()) return { state: 'failed', why: 'this runner has no Actions cache' }
  return new ProgressStore({
    cache: progressCache,
    keys: progressKeysOf(context, fingerprintOf(config), `${step}-${randomBytes(4).toString('hex')}`),
    progressKey: key,
    workspace: workspaceOf(context),
    clock: systemClock,
    maxDurationMs,
    savedBytes: saved.bytes,
    onSaved: saved.onSaved,
  })
}

/** What other steps of this job saved of the same audit. `startedAt`: of this step. */
export const lastSavedOf = ({ config, context }: Settings, startedAt: string): LastSaved =>
  new LastSaved(
    tempOf(context),
    `${context.runId}-${context.runAttempt}-${fingerprintOf(config).slice(0, 16)}`,
    startedAt,
  )

/** Where a new audit begins. */
export function freshCheckpoint({ config, context }: Settings): Checkpoint {
  const now = systemClock.date().toISOString()
  return {
    schema: STATE_SCHEMA,
    toolVersion: VERSION,
    fingerprint: fingerprintOf(config),
    auditId: randomUUID(),
    run: { id: context.runId, attempt: context.runAttempt },
    startedAt: now,
    firstAnswerAt: undefined,
    committedAt: now,
    listings: [],
    done: {},
    resultsBytes: 0,
    paces: {},
    directory: [],
    ended: undefined,
  }
}

const WHY: Readonly<Record<Refusal | CopyProblem, string>> = {
  'other-schema': 'it was saved by another version of this action',
  'other-audit': 'it is of another audit',
  'other-run': 'it is of another run, and runs like this one continue their own progress only',
  finished: '',
  untrusted: 'its listing of identities was not complete',
  'too-old': 'it is too old',
  'from-the-future': 'it claims to be from the future',
  damaged: 'it is damaged or was tampered with',
  sealed: 'it is sealed with a `progress-key`, and none is given',
  'not-sealed': 'a `progress-key` is given, but it is not sealed with it',
  missing: 'it is not what this action saves',
}

/** Why earlier progress was not continued, as a sentence; `''` when there was none, or none to continue. */
export function notContinuedText(restored: Restored | undefined): string {
  if (restored?.state === 'failed') return `Earlier progress could not be had: ${restored.why}. The audit began anew.`
  if (restored?.state !== 'refused' || WHY[restored.why] === '') return ''
  return `Earlier progress was not continued: ${WHY[restored.why]}. The audit began anew.`
}
