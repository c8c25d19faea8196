import type { Limit, Rule } from './domain/gate.ts'
import type { PrincipalType, Target } from './domain/principal.ts'

export type AzureEnvironment = 'public' | 'usgovernment' | 'china'

/** How the audit signs in to Databricks; each carries exactly what it needs. */
export type SignIn =
  | {
      readonly type: 'github-oidc-azure'
      readonly tenantId: string
      readonly clientId: string
      readonly environment: AzureEnvironment
      /** Of the GitHub token: the input, else the environment's. */
      readonly audience: string
    }
  | {
      readonly type: 'github-oidc'
      /** `undefined` for an account-wide federation policy. */
      readonly clientId: string | undefined
      /** The input, else the account id. */
      readonly audience: string
    }
  | { readonly type: 'oauth-m2m'; readonly clientId: string; readonly clientSecret: string }

/** Everything the audit was asked to do, checked; made once, before the first request. */
export interface AuditConfig {
  readonly accountId: string
  /** Lower-case host name of the account console, one of the closed list. */
  readonly host: string
  readonly signIn: SignIn
  /** In listing order; never empty. */
  readonly included: readonly PrincipalType[]
  /** `undefined`: everything that is listed. No repeats; only included types. */
  readonly targets: readonly Target[] | undefined
  readonly rules: readonly Rule[]
  readonly maxFailures: Limit
  readonly maxFailuresText: string
  readonly warnOnly: boolean
  readonly maxConcurrency: number
  /** As given; resolved inside the workspace by the adapter that owns the folder. */
  readonly resultsPath: string
  readonly csvFormat: 'safe' | 'exact'
  readonly upload:
    | { readonly enabled: false }
    | {
        readonly enabled: true
        readonly name: string
        /** `undefined`: the repository's own. */
        readonly retentionDays: number | undefined
        readonly allowPublic: boolean
      }
  readonly jobSummary: boolean
  readonly githubToken: string
  /** Inputs that were given but have no effect here, to be told in the log. */
  readonly notes: readonly string[]
}
