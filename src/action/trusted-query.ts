import { tmpdir } from 'node:os'
import { DefaultArtifactClient } from '@actions/artifact'
import { workflowOfRef } from '../config/policy.ts'
import type { Config } from '../config.ts'
import { AuditError } from '../domain/failure.ts'
import type { RunContext } from '../github/context.ts'
import type { TrustedQuery } from '../github/trusted-results.ts'
import { defaultBranchOf } from '../github/trusted-runs.ts'
import { apiOf, type Settings } from './settings.ts'

/** Two accounts, each with repeated attempts, for a few runs. */
const MOST_DOWNLOADS = 20

/** The default branch as far as the event tells; a schedule runs on no other. `''`: it does not tell. */
export const knownBranchOf = ({ defaultBranch, eventName, ref }: RunContext): string =>
  defaultBranch || (eventName === 'schedule' ? ref.replace(/^refs\/heads\//, '') : '')

/** How to find results of trusted runs. Throws `configuration` naming `input` when there is nothing to ask with. */
export async function trustedQueryOf(
  { context, config }: Settings<Config>,
  env: NodeJS.ProcessEnv,
  signal: AbortSignal,
  input: string,
): Promise<TrustedQuery> {
  const refused = (why: string) => new AuditError('configuration', `${input}: ${why}`)
  const api = apiOf(context, config.githubToken, signal)
  if (api === undefined) throw refused('earlier audits cannot be found without github-token')
  const workflow = config.judgement.auditWorkflow || workflowOfRef(env.GITHUB_WORKFLOW_REF ?? '')
  if (workflow === '')
    throw refused('the runner does not tell which workflow this is; name the one that audits in audit-workflow')
  const defaultBranch = knownBranchOf(context) || (await defaultBranchOf(api))
  if (defaultBranch === undefined) throw refused('GitHub does not tell the default branch of the repository')
  return {
    ...{ api, workflow, defaultBranch, runId: context.runId, artifactName: config.judgement.artifactName },
    ...{ client: new DefaultArtifactClient(), temp: context.temp || tmpdir(), most: MOST_DOWNLOADS },
  }
}
