import { type AccountHost, accountHostOf } from './config/host.ts'
import {
  allowListMaxDaysIn,
  evaluateFromIn,
  type JudgementConfig,
  judgementIn,
  type PolicyPath,
  policyPathIn,
  UNUSED_IN_EVALUATE,
} from './config/judgement.ts'
import { type MatchSourceChoice, matchSourceIn } from './config/match-source.ts'
import { MODES, type Mode } from './config/policy.ts'
import { type ProgressConfig, progressIn } from './config/progress.ts'
import { Reading } from './config/reading.ts'
import { artifactNameOf, resultsPathOf } from './config/results.ts'
import { type SignIn, signInOf } from './config/sign-in.ts'
import { repeatsNote, targetsOf } from './config/targets.ts'
import { failureLimitOf, rulesOf } from './config/thresholds.ts'
import { booleanOf, oneOf, uuidOf, wholeNumberBetween } from './config/values.ts'
import type { SubjectType } from './domain/category.ts'
import type { Limit, Rule } from './domain/gate.ts'
import { PRINCIPAL_TYPES, type PrincipalType, type Target } from './domain/principal.ts'

export type { AccountHost, AzureEnvironment } from './config/host.ts'
export type { InputSource } from './config/inputs.ts'
export type { MatchSourceChoice } from './config/match-source.ts'
export type { ProgressConfig } from './config/progress.ts'
export type { SignIn } from './config/sign-in.ts'

/** What is asked in either mode, checked. */
export interface CommonConfig {
  readonly accountId: string
  /** Lower-case host name of the account console, one of the closed list. */
  readonly host: AccountHost
  /** In listing order; never empty. */
  readonly included: readonly PrincipalType[]
  readonly rules: readonly Rule[]
  readonly maxFailures: Limit
  readonly maxFailuresText: string
  readonly warnOnly: boolean
  readonly judgement: JudgementConfig
  /** As given; resolved inside the workspace by the adapter that owns the folder. */
  readonly resultsPath: string
  readonly jobSummary: boolean
  /** `''` when there is none. */
  readonly githubToken: string
  /** Inputs that were given but have no effect here, to be told in the log. */
  readonly notes: readonly string[]
}

/** Everything the audit was asked to do, checked; made once, before the first request. */
export interface AuditConfig extends CommonConfig {
  readonly mode: 'audit'
  readonly signIn: SignIn
  /** `undefined`: everything that is listed. No repeats; only included types. */
  readonly targets: readonly Target[] | undefined
  readonly matchSource: MatchSourceChoice
  readonly maxConcurrency: number
  /** A rate that is kept; 0: find out what the server allows. */
  readonly requestsPerSecond: number
  readonly progress: ProgressConfig
  readonly csvFormat: 'safe' | 'exact'
  readonly upload: Upload
}

/** Judging what an earlier audit found: without a call to Databricks, so without signing in. */
export interface EvaluateConfig extends CommonConfig {
  readonly mode: 'evaluate'
  /** A folder, relative to the workspace or absolute; `undefined`: the newest trusted audit. */
  readonly from: string | undefined
}

export type Config = AuditConfig | EvaluateConfig

export type Upload =
  | { readonly enabled: false }
  | {
      readonly enabled: true
      readonly name: string
      /** `undefined`: the repository's own. */
      readonly retentionDays: number | undefined
      readonly allowPublic: boolean
    }

/** Which files of policy there may be, and what their content must fit; told even while something is wrong with the inputs. */
export interface PolicyPaths {
  readonly configFile: PolicyPath
  readonly allowList: PolicyPath
  readonly allowListMaxDays: number
  readonly included: readonly SubjectType[]
}

export function policyPathsOf(given: ReadonlyMap<string, string>): PolicyPaths {
  const reading = new Reading(given)
  return {
    configFile: policyPathIn(reading, 'config-file'),
    allowList: policyPathIn(reading, 'allow-list'),
    allowListMaxDays: allowListMaxDaysIn(reading),
    included: ['workspaces', ...includedIn(reading)],
  }
}

export type ConfigResult = { readonly config: Config } | { readonly problems: readonly string[] }

/**
 * `given`: input name to what was written there, or in the config file. Either the whole configuration, or everything that
 * is wrong with it. `eventName`: `undefined` while the config file was not read, and so how the inputs go together.
 */
export function configOf(given: ReadonlyMap<string, string>, eventName?: string): ConfigResult {
  const reading = new Reading(given)
  const mode = reading.read('mode', oneOf(MODES))
  return mode === 'evaluate' ? evaluateConfigOf(reading, eventName) : auditConfigOf(reading, mode, eventName)
}

function auditConfigOf(reading: Reading, mode: 'audit' | undefined, eventName: string | undefined): ConfigResult {
  const { accountId, host } = accountIn(reading)
  const signIn = signInOf(reading, host, accountId)
  const matchSource = matchSourceIn(reading, host, signIn?.type === 'github-oidc-azure')
  const included = includedIn(reading)
  const targets = targetsIn(reading, included)
  const common = commonIn(reading, included, 'audit', eventName)
  const config = {
    ...common,
    targets,
    maxConcurrency: reading.read('max-concurrency', wholeNumberBetween(1, 256)) ?? 1,
    requestsPerSecond: reading.read('requests-per-second', wholeNumberBetween(0, 1000)) ?? 0,
    progress: progressIn(reading),
    csvFormat: reading.read('csv-format', oneOf(['safe', 'exact'])) ?? 'safe',
    upload: uploadIn(reading),
  } satisfies Partial<AuditConfig>
  const { problems } = reading
  return problems.length > 0 ||
    mode === undefined ||
    accountId === undefined ||
    host === undefined ||
    signIn === undefined ||
    matchSource === undefined
    ? { problems }
    : { config: { mode, accountId, host, signIn, matchSource, ...config } }
}

function evaluateConfigOf(reading: Reading, eventName: string | undefined): ConfigResult {
  const { accountId, host } = accountIn(reading)
  const common = commonIn(reading, includedIn(reading), 'evaluate', eventName)
  const from = evaluateFromIn(reading)
  reading.read('artifact-name', artifactNameOf)
  reading.noteUnused(UNUSED_IN_EVALUATE, 'with mode evaluate')
  const { problems } = reading
  return problems.length > 0 || accountId === undefined || host === undefined
    ? { problems }
    : { config: { mode: 'evaluate', accountId, host, from, ...common } }
}

function accountIn(reading: Reading) {
  const accountId = reading.readRequired(
    'databricks-account-id',
    'the id of the Databricks account, a UUID that the account console shows',
    uuidOf,
  )
  return { accountId, host: reading.read('databricks-host', accountHostOf) }
}

const commonIn = (reading: Reading, included: readonly PrincipalType[], mode: Mode, eventName: string | undefined) =>
  ({
    included,
    rules: rulesIn(reading, included),
    maxFailures: reading.read('max-failures', failureLimitOf) ?? NONE,
    maxFailuresText: reading.text('max-failures'),
    warnOnly: reading.read('warn-only', booleanOf) ?? false,
    judgement: judgementIn(reading, mode, eventName),
    resultsPath: reading.read('results-path', resultsPathOf) ?? '',
    jobSummary: reading.read('job-summary', booleanOf) ?? true,
    // Its default is an expression, which means nothing outside of a workflow.
    githubToken: reading.isSet('github-token') ? reading.text('github-token') : '',
    notes: reading.notes,
  }) satisfies Partial<CommonConfig>

/** While a problem stands, more is taken as included than is, so that one mistake is not told as several. */
function includedIn(reading: Reading): readonly PrincipalType[] {
  const included = PRINCIPAL_TYPES.filter((type) => reading.read(`include-${type}`, booleanOf) !== false)
  if (included.length > 0) return included
  reading.problems.push(
    `${PRINCIPAL_TYPES.map((type) => `include-${type}`).join(', ')}: all are false, which leaves nothing to check; set one to true`,
  )
  return PRINCIPAL_TYPES
}

function targetsIn(reading: Reading, included: readonly PrincipalType[]): readonly Target[] | undefined {
  if (!reading.isSet('target-identities')) return undefined
  const { targets, repeats, problems } = targetsOf(reading.raw('target-identities'), included)
  reading.refuse('target-identities', ...problems)
  if (repeats > 0) reading.notes.push(`target-identities: ${repeatsNote(repeats)}`)
  return targets
}

function rulesIn(reading: Reading, included: readonly PrincipalType[]): readonly Rule[] {
  if (!reading.isSet('thresholds')) return []
  const { rules, problems } = rulesOf(reading.raw('thresholds'), ['workspaces', ...included])
  reading.refuse('thresholds', ...problems)
  if (rules.length === 0 && problems.length === 0)
    reading.notes.push('thresholds: holds no rule, so the audit only reports')
  return rules
}

const NONE: Limit = { count: 0, percentHundredths: undefined }

function uploadIn(reading: Reading): Upload {
  const upload: Upload = {
    enabled: true,
    name: reading.read('artifact-name', artifactNameOf) ?? '',
    retentionDays: reading.readOptional('artifact-retention-days', wholeNumberBetween(1, 400)),
    allowPublic: reading.read('allow-public-artifact', booleanOf) ?? false,
  }
  if (reading.read('upload-artifact', booleanOf) !== false) return upload
  reading.noteUnused(
    ['artifact-name', 'artifact-retention-days', 'allow-public-artifact'],
    'with upload-artifact false',
  )
  return { enabled: false }
}
