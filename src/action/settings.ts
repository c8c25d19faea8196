import { tmpdir } from 'node:os'
import { givenInputs, INPUTS } from '../config/inputs.ts'
import { withPolicy } from '../config/policy-file.ts'
import { resultsPathOf } from '../config/results.ts'
import type { AuditConfig, Config, EvaluateConfig } from '../config.ts'
import type { AllowEntry } from '../domain/allow-list.ts'
import { AuditError } from '../domain/failure.ts'
import { ResultsFolder } from '../files/results-folder.ts'
import { workspaceText } from '../files/workspace-file.ts'
import { type RepositoryApi, repositoryOf } from '../github/api.ts'
import { pullRequestOf } from '../github/comment.ts'
import { type RunContext, readEventPayload, refusalOf, runContextOf, unsafeEnvironmentOf } from '../github/context.ts'
import { type Commits, commitsOf } from '../github/policy-files.ts'
import { systemClock } from '../http/clock.ts'
import { FILE_NAMES } from '../report/tables.ts'
import { type Agreed, agreedAgain, agreedPolicy, NO_POLICY, type PolicyTexts } from './policy-texts.ts'
import { proxyProblems } from './proxies.ts'
import { forkProblemsOf, type Refusal, refusalIn } from './refusal.ts'

/** What the run may do, once everything it was given has been checked. */
export interface Settings<C extends Config = AuditConfig> {
  readonly context: RunContext
  readonly config: C
  /** Checked, not yet made. */
  readonly folder: ResultsFolder
  readonly commits: Commits
  readonly policy: PolicyTexts
  /** Of the allow-list. */
  readonly entries: readonly AllowEntry[]
  /** Number of the pull request that this run is about. */
  readonly pullRequest: number | undefined
}

export interface SettingsOptions {
  /** The files of policy as they were read before. */
  readonly known?: PolicyTexts
  /** Called before the problems are thrown, where GitHub may be asked and a comment is wanted for all that is known. */
  readonly onRefused?: (problem: AuditError, refusal: Refusal) => Promise<void>
}

export const isEvaluation = (settings: Settings<Config>): settings is Settings<EvaluateConfig> =>
  settings.config.mode === 'evaluate'

/** Throws `configuration` for the other mode. */
export function auditOf(settings: Settings<Config>): Settings {
  const { config } = settings
  if (config.mode === 'audit') return { ...settings, config }
  throw new AuditError('configuration', 'mode: this is no audit')
}

/**
 * Checks all that can be checked before the first request to Databricks; GitHub is asked for files of policy that are not
 * checked out. Throws `configuration` with one line per problem.
 */
export async function settingsOf(
  env: NodeJS.ProcessEnv,
  signal: AbortSignal,
  { known, onRefused }: SettingsOptions = {},
): Promise<Settings<Config>> {
  const payload = await readEventPayload(env.GITHUB_EVENT_PATH)
  const context = runContextOf(env, payload)
  const given = givenInputs(env)
  const pullRequest = pullRequestOf(payload)
  const problems = [...proxyProblems, ...unsafeEnvironmentOf(env)]
  const refusal = refusalOf(context, given.get('mode')?.trim() === 'evaluate')
  if (refusal !== undefined) problems.push(refusal)
  // Nothing is sent in a run that is refused.
  const commits =
    problems.length > 0
      ? undefined
      : await orProblem(problems, () => commitsOf(context.eventName, payload, context.sha))
  // Looked at even when other inputs are wrong, so that every problem is told at once.
  const path = resultsPathOf(given.get('results-path')?.trim() || INPUTS['results-path'])
  const folder =
    typeof path === 'string'
      ? await orProblem(problems, () => ResultsFolder.resolve(workspaceOf(context), path))
      : undefined
  const mayAsk = problems.length === 0
  const agreed = await agreedOf({ given, context, commits, mayAsk, known, signal })
  problems.push(...agreed.problems, ...('problems' in agreed.result ? agreed.result.problems : []))
  if (refusal === undefined) problems.push(...forkProblemsOf(context, given))
  const config = 'config' in agreed.result ? agreed.result.config : undefined
  if (problems.length > 0 || config === undefined || folder === undefined || commits === undefined) {
    // What an earlier audit left must not be taken for the result of this one, which has none; but it may be what was to be
    // judged.
    if (!given.get('evaluate-from')?.trim()) await folder?.clear(FILE_NAMES).catch(() => {})
    const problem = new AuditError('configuration', problems.join('\n'))
    const told = withPolicy(given, new Map(agreed.texts.values))
    const refused = mayAsk ? refusalIn(told, { context, pullRequest }) : undefined
    if (refused !== undefined) await onRefused?.(problem, refused)
    throw problem
  }
  const { texts: policy, entries } = agreed
  return { context, config, folder, commits, policy, entries, pullRequest }
}

interface Question {
  readonly given: ReadonlyMap<string, string>
  readonly context: RunContext
  readonly commits: Commits | undefined
  /** Nothing is wrong so far, so GitHub may be asked. */
  readonly mayAsk: boolean
  readonly known: PolicyTexts | undefined
  readonly signal: AbortSignal
}

async function agreedOf({ given, context, commits, mayAsk, known, signal }: Question): Promise<Agreed> {
  const today = systemClock.date().toISOString().slice(0, 10)
  if (known !== undefined) return agreedAgain(given, known, context.eventName)
  if (commits === undefined) return agreedAgain(given, NO_POLICY, undefined)
  const token = given.get('github-token')?.trim() ?? ''
  return await agreedPolicy(given, {
    ...{ eventName: context.eventName, commits, mayAsk, today },
    api: apiOf(context, token, signal),
    readWorkspace: (path) => workspaceText(workspaceOf(context), path),
  })
}

/** `undefined`: there is no token, or no repository, to ask with. */
export function apiOf(
  { repository, apiUrl }: Pick<RunContext, 'repository' | 'apiUrl'>,
  githubToken: string,
  signal: AbortSignal,
): RepositoryApi | undefined {
  const there = repositoryOf(repository)
  const isToken = githubToken !== '' && githubToken !== INPUTS['github-token']
  return there === undefined || !isToken ? undefined : { ...there, apiUrl, token: githubToken, signal }
}

export const workspaceOf = ({ workspace }: RunContext): string => workspace || process.cwd()

/** A folder that the runner clears with the job. */
export const tempOf = ({ temp }: RunContext): string => temp || tmpdir()

async function orProblem<T>(problems: string[], check: () => T | Promise<T>): Promise<T | undefined> {
  try {
    return await check()
  } catch (error) {
    if (!(error instanceof AuditError)) throw error
    problems.push(error.message)
    return undefined
  }
}
