import type { InputName } from '../config/inputs.ts'
import { COMMENT_MODES } from '../config/policy.ts'
import { oneOf, uuidOf } from '../config/values.ts'
import type { Config } from '../config.ts'
import type { RunContext } from '../github/context.ts'

type Given = ReadonlyMap<string, string>

/** What is known of a run whose inputs or files of policy are wrong: enough to say so on its pull request. */
export interface Refusal {
  readonly context: RunContext
  /** Number of the pull request that this run is about. */
  readonly pullRequest: number | undefined
  readonly config: Pick<Config, 'accountId' | 'githubToken'> & {
    readonly judgement: Pick<Config['judgement'], 'comment'>
  }
}

/** `given`: with what the config file says. `undefined`: nobody is known to want a comment, or about which account. */
export function refusalIn(given: Given, of: Pick<Refusal, 'context' | 'pullRequest'>): Refusal | undefined {
  const read = (name: InputName) => given.get(name)?.trim() ?? ''
  const accountId = uuidOf(read('databricks-account-id'))
  const comment = oneOf(COMMENT_MODES)(read('pr-comment'))
  if (typeof accountId !== 'string' || typeof comment !== 'string') return undefined
  return { ...of, config: { accountId, githubToken: read('github-token'), judgement: { comment } } }
}

/** Why an account id that the workflow takes from a variable is not there. */
export const forkProblemsOf = ({ isForkPullRequest }: RunContext, given: Given): string[] =>
  isForkPullRequest && !given.get('databricks-account-id')?.trim()
    ? [
        'databricks-account-id: GitHub gives no configuration variables (vars) to a pull request from a fork; write the id out in the workflow, it is no secret',
      ]
    : []
