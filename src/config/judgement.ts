import type { InputName } from './inputs.ts'
import {
  allowListMaxDaysOf,
  type BaselineSource,
  baselineOf,
  COMMENT_MODES,
  type CommentMode,
  combinationProblemsOf,
  isProposal,
  type Mode,
  maxResultAgeOf,
  pathOf,
  primaryDomainsOf,
  REDACTIONS,
  type Redaction,
  repositoryPathOf,
  workflowOf,
} from './policy.ts'
import type { Reading } from './reading.ts'
import { artifactNameOf } from './results.ts'
import { booleanOf, oneOf } from './values.ts'

/** A file of policy as it was named, relative to the root of the repository. */
export interface PolicyPath {
  readonly path: string
  /** Nobody named it: it counts if it is there. */
  readonly isDefault: boolean
}

/** What findings are judged by, and which earlier audits have a say in it. */
export interface JudgementConfig {
  readonly configFile: PolicyPath
  readonly allowList: PolicyPath
  readonly allowListMaxDays: number
  /** Lower-case; none: nobody is foreign. */
  readonly primaryDomains: readonly string[]
  readonly baseline: BaselineSource
  readonly newOnly: boolean
  readonly ratchet: boolean
  /** File name of the workflow whose results are trusted; `''`: this one. */
  readonly auditWorkflow: string
  /** Under which it uploads them. */
  readonly artifactName: string
  readonly maxResultAgeHours: number
  readonly redaction: Redaction
  readonly comment: CommentMode
}

/** `eventName`: `undefined` while what the config file says is still to come, and so how the inputs go together. */
export function judgementIn(reading: Reading, mode: Mode, eventName: string | undefined): JudgementConfig {
  const config = {
    configFile: policyPathIn(reading, 'config-file'),
    allowList: policyPathIn(reading, 'allow-list'),
    allowListMaxDays: allowListMaxDaysIn(reading),
    primaryDomains: reading.read('primary-domains', primaryDomainsOf) ?? [],
    baseline: reading.read('baseline', baselineOf) ?? ({ from: 'artifact' } as const),
    newOnly: reading.read('new-only', booleanOf) ?? false,
    ratchet: reading.read('ratchet', booleanOf) ?? false,
    auditWorkflow: reading.readOptional('audit-workflow', workflowOf) ?? '',
    artifactName: artifactNameIn(reading),
    maxResultAgeHours: reading.read('max-result-age', maxResultAgeOf) ?? 1,
    redaction: reading.read('redact', oneOf(REDACTIONS)) ?? 'all',
    comment: reading.read('pr-comment', oneOf(COMMENT_MODES)) ?? 'off',
  } satisfies JudgementConfig
  if (eventName === undefined) return config
  const evaluateFrom = reading.isSet('evaluate-from') ? reading.text('evaluate-from') : ''
  reading.problems.push(...combinationProblemsOf({ ...config, mode, eventName, evaluateFrom }))
  if (config.baseline.from === 'path' && isProposal(eventName)) reading.read('baseline', committedOf)
  return config
}

/** On a pull request it is read from a commit, where no path is absolute. */
const committedOf = (text: string) => repositoryPathOf(text.replace(/\/+$/, ''))

/** `''` while something is wrong with it. */
export const policyPathIn = (reading: Reading, input: 'config-file' | 'allow-list'): PolicyPath => ({
  path: reading.read(input, repositoryPathOf) ?? '',
  isDefault: reading.raw(input) === '',
})

const MOST_DAYS = 3_650

/** While something is wrong with it, no entry is told to expire too late. */
export const allowListMaxDaysIn = (reading: Reading): number =>
  reading.read('allow-list-max-days', allowListMaxDaysOf) ?? MOST_DAYS

/** What is wrong with it is told where it is uploaded under. */
function artifactNameIn(reading: Reading): string {
  const name = artifactNameOf(reading.text('artifact-name'))
  return typeof name === 'string' ? name : ''
}

/** Where the results to judge come from; `undefined`: the newest trusted audit. */
export const evaluateFromIn = (reading: Reading): string | undefined => reading.readOptional('evaluate-from', pathOf)

/** Without a call to Databricks there is nothing for these to shape. */
export const UNUSED_IN_EVALUATE: readonly InputName[] = [
  'auth-type',
  'azure-tenant-id',
  'azure-client-id',
  'azure-environment',
  'databricks-client-id',
  'databricks-client-secret',
  'oidc-audience',
  'target-identities',
  'match-source',
  'max-concurrency',
  'requests-per-second',
  'max-duration',
  'resume',
  'resume-max-age',
  'progress-key',
  'csv-format',
  'artifact-retention-days',
  'allow-public-artifact',
]
