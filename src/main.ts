import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DefaultArtifactClient } from '@actions/artifact'
import * as core from '@actions/core'
import { audit } from './audit.ts'
import { givenInputs, INPUTS } from './config/inputs.ts'
import { resultsPathOf } from './config/results.ts'
import { type AuditConfig, parseConfig } from './config.ts'
import { AuditError } from './domain/failure.ts'
import { exitCodeOf } from './domain/gate.ts'
import { ResultsFolder } from './files/results-folder.ts'
import { freshState } from './files/state-folder.ts'
import { fingerprintOf } from './fingerprint.ts'
import { uploadArtifact } from './github/artifact.ts'
import { type RunContext, readEventPayload, refusalOf, runContextOf, unsafeEnvironmentOf } from './github/context.ts'
import { runnerLog } from './github/log.ts'
import { setOutputs, writeSummary } from './github/outputs.ts'
import { countsAsPublic, visibilityOf } from './github/visibility.ts'
import { systemClock } from './http/clock.ts'
import { Progress } from './progress.ts'
import { annotationsOf } from './report/annotations.ts'
import { faultReportOf } from './report/fault-report.ts'
import type { ArtifactState, Report } from './report/model.ts'
import { outputsOf } from './report/outputs.ts'
import { summaryOf } from './report/summary.ts'
import { FILE_NAMES } from './report/tables.ts'
import { VERSION } from './version.ts'
import { clientsOf } from './wiring.ts'

const env = process.env
const log = runnerLog(core)

/** What the run may do, once everything it was given has been checked. */
interface Settings {
  readonly context: RunContext
  readonly config: AuditConfig
  readonly folder: ResultsFolder
}

/** Checks all that can be checked before the first request. Throws `configuration` with one line per problem. */
async function settings(): Promise<Settings> {
  const context = runContextOf(env, await readEventPayload(env.GITHUB_EVENT_PATH))
  const problems = unsafeEnvironmentOf(env)
  const refusal = refusalOf(context)
  if (refusal !== undefined) problems.push(refusal)
  const config = await orProblem(problems, () => parseConfig(env))
  // Looked at even when other inputs are wrong, so that every problem is told at once.
  const path =
    config?.resultsPath ?? resultsPathOf(givenInputs(env).get('results-path')?.trim() || INPUTS['results-path'])
  const folder =
    typeof path === 'string'
      ? await orProblem(problems, () => ResultsFolder.resolve(context.workspace || process.cwd(), path))
      : undefined
  if (problems.length > 0 || config === undefined || folder === undefined)
    throw new AuditError('configuration', problems.join('\n'))
  await folder.prepare(FILE_NAMES)
  return { context, config, folder }
}

async function orProblem<T>(problems: string[], check: () => T | Promise<T>): Promise<T | undefined> {
  try {
    return await check()
  } catch (error) {
    if (!(error instanceof AuditError)) throw error
    problems.push(error.message)
    return undefined
  }
}

async function run(signal: AbortSignal): Promise<Report> {
  const { context, config, folder } = await settings()
  for (const note of config.notes) log.info(note)
  if (context.runnerOs !== '' && context.runnerOs !== 'Linux')
    log.warning(`The audit is tested on Linux only; this runner is ${context.runnerOs}`)
  const isPublic = countsAsPublic(await visibilityOf(context, config.githubToken, signal))

  const clients = clientsOf(config, env, signal)
  const state = await freshState(context.temp || tmpdir())
  const progress = new Progress({ log, clock: systemClock, ...clients, maxConcurrency: config.maxConcurrency })
  try {
    const report = await audit({
      config,
      toolVersion: VERSION,
      docsUrl: docsUrl(),
      ...clients,
      ...state,
      folder,
      progress,
      clock: systemClock,
      showNames: !isPublic,
      signal,
    })
    progress.end()
    const artifact = await uploaded(report, { context, config, folder }, isPublic)
    await told(report, artifact, config.jobSummary)
    return report
  } finally {
    progress.end()
    await state.remove()
    await clients.close()
  }
}

/** The README of the version that runs, when the runner tells where the action is from. */
const docsUrl = (): string | undefined =>
  env.GITHUB_ACTION_REPOSITORY
    ? `https://github.com/${env.GITHUB_ACTION_REPOSITORY}/blob/${env.GITHUB_ACTION_REF || 'HEAD'}/README.md`
    : undefined

async function uploaded(
  report: Report,
  { context, config, folder }: Settings,
  isPublic: boolean,
): Promise<ArtifactState> {
  const { upload } = config
  if (!upload.enabled) return { state: 'off' }
  if (isPublic && !upload.allowPublic) return { state: 'public' }
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

/** Everybody who waits for the result is told: summary, outputs, annotations. */
async function told(report: Report, artifact: ArtifactState, withSummary: boolean): Promise<void> {
  if (withSummary) await writeSummary({ env, log }, summaryOf(report, artifact))
  setOutputs({ env, core, log }, outputsOf(report, artifact))
  if (artifact.state === 'failed') log.warning(`The artifact was not uploaded: ${artifact.why}`)
  for (const { level, text } of annotationsOf(report)) log[level](text)
}

/** The one place that catches everything and decides the exit code. */
async function main(): Promise<void> {
  const cancel = new AbortController()
  for (const name of ['SIGINT', 'SIGTERM'] as const)
    process.once(name, () => cancel.abort(new AuditError('cancelled', 'The job was cancelled')))
  try {
    const report = await run(cancel.signal)
    process.exitCode = exitCodeOf(report.conclusion, report.warnOnly)
  } catch (error) {
    const fault =
      error instanceof AuditError ? error : new AuditError('internal', `The audit failed unexpectedly${placeOf(error)}`)
    await told(faultReportOf(fault, VERSION, systemClock.date(), docsUrl()), { state: 'nothing' }, true)
    process.exitCode = 1
  }
}

/** Name, system code and place of a fault of ours; never its message, which may hold anything. */
function placeOf(error: unknown): string {
  if (!(error instanceof Error)) return ''
  const { code } = error as NodeJS.ErrnoException
  const frame = /\n\s+at ([^\n(]{1,80})/.exec(error.stack ?? '')?.[1]?.trim()
  return ` (${[error.name, code, frame].filter(Boolean).join(', ')})`
}

// The toolkit can throw from an event handler, where no promise catches it.
process.on('uncaughtException', (error) => {
  log.error(`The audit failed unexpectedly${placeOf(error)}`)
  process.exit(1)
})
await main()
// A toolkit call that was given up may hold its connection for minutes.
setTimeout(() => process.exit(), 2_000).unref()
