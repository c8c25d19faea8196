import { join } from 'node:path'
import { DefaultArtifactClient } from '@actions/artifact'
import * as core from '@actions/core'
import { fingerprintOf } from '../fingerprint.ts'
import { uploadArtifact } from '../github/artifact.ts'
import { runnerLog } from '../github/log.ts'
import { setOutputs, writeSummary } from '../github/outputs.ts'
import { annotationsOf } from '../report/annotations.ts'
import type { ArtifactState, ProgressState, Report } from '../report/model.ts'
import { outputsOf } from '../report/outputs.ts'
import { summaryOf } from '../report/summary.ts'
import type { Settings } from './settings.ts'

export const log = runnerLog(core)

/** The README of the version that runs, when the runner tells where the action is from. */
export const docsUrlOf = (env: NodeJS.ProcessEnv): string | undefined =>
  env.GITHUB_ACTION_REPOSITORY
    ? `https://github.com/${env.GITHUB_ACTION_REPOSITORY}/blob/${env.GITHUB_ACTION_REF || 'HEAD'}/README.md`
    : undefined

/** Uploads the files of the audit, where that is wanted and nobody reads them who may not. Never throws. */
export async function uploaded(
  report: Report,
  { context, config, folder }: Settings,
  isPublic: boolean,
): Promise<ArtifactState> {
  const { upload } = config
  if (!upload.enabled) return { state: 'off' }
  if (isPublic && !upload.allowPublic) return { state: 'public' }
  // A report that says no more than that there was an error is in the log already.
  if (report.conclusion === 'error' && report.files.length <= 1) return { state: 'nothing' }
  return await uploadArtifact({
    client: new DefaultArtifactClient(),
    name: upload.name,
    attempt: context.runAttempt,
    job: context.job,
    fingerprint8: fingerprintOf(config).slice(0, 8),
    files: folder.files.map((name) => join(folder.path, name)),
    root: folder.path,
    retentionDays: upload.retentionDays,
    run: { serverUrl: context.serverUrl, repository: context.repository, id: context.runId },
  })
}

/** What is told beside the report itself. */
export interface Aftermath {
  readonly artifact: ArtifactState
  readonly progress: ProgressState
  /** Why earlier progress was not continued; `''` when there is nothing to say. */
  readonly notContinued: string
  readonly withSummary: boolean
}

let areOutputsSet = false

/** From then on they stand, whatever comes: the exit code will be theirs. */
export const hasOutputs = (): boolean => areOutputsSet

/** Everybody who waits for the result is told: summary, outputs, annotations. */
export async function told(report: Report, aftermath: Aftermath, env: NodeJS.ProcessEnv): Promise<void> {
  const { artifact, progress, notContinued, withSummary } = aftermath
  if (withSummary) await writeSummary({ env, log }, summaryOf(report, artifact, progress, notContinued))
  setOutputs({ env, core, log }, outputsOf(report, artifact))
  areOutputsSet = true
  if (artifact.state === 'failed') log.warning(`The artifact was not uploaded: ${artifact.why}`)
  for (const { level, text } of annotationsOf(report)) log[level](text)
}
