import { givenInputs, INPUTS } from '../config/inputs.ts'
import { resultsPathOf } from '../config/results.ts'
import { type AuditConfig, parseConfig } from '../config.ts'
import { AuditError } from '../domain/failure.ts'
import { ResultsFolder } from '../files/results-folder.ts'
import { type RunContext, readEventPayload, refusalOf, runContextOf, unsafeEnvironmentOf } from '../github/context.ts'
import { FILE_NAMES } from '../report/tables.ts'

/** What the run may do, once everything it was given has been checked. */
export interface Settings {
  readonly context: RunContext
  readonly config: AuditConfig
  /** Checked, not yet made. */
  readonly folder: ResultsFolder
}

/** Checks all that can be checked before the first request. Throws `configuration` with one line per problem. */
export async function settingsOf(env: NodeJS.ProcessEnv): Promise<Settings> {
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
      ? await orProblem(problems, () => ResultsFolder.resolve(workspaceOf(context), path))
      : undefined
  if (problems.length > 0 || config === undefined || folder === undefined) {
    // What an earlier audit left must not be taken for the result of this one, which has none.
    await folder?.clear(FILE_NAMES).catch(() => {})
    throw new AuditError('configuration', problems.join('\n'))
  }
  return { context, config, folder }
}

export const workspaceOf = ({ workspace }: RunContext): string => workspace || process.cwd()

async function orProblem<T>(problems: string[], check: () => T | Promise<T>): Promise<T | undefined> {
  try {
    return await check()
  } catch (error) {
    if (!(error instanceof AuditError)) throw error
    problems.push(error.message)
    return undefined
  }
}
