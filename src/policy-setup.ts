import type { Redaction } from './config/policy.ts'
import type { Baseline } from './domain/baseline.ts'
import type { Policy } from './domain/judgement/judge.ts'
import type { PolicyFileNote, TrendPoint } from './report/judgement.ts'

/** What findings are judged by in this run, and where it comes from; made before the first request to Databricks. */
export interface PolicySetup {
  readonly policy: Policy
  /** `undefined`: there is none to compare with. */
  readonly baseline: Baseline | undefined
  readonly redaction: Redaction
  readonly policyFiles: readonly PolicyFileNote[]
  /** Policy files that could not be looked for, each with why. */
  readonly policyUnknown: readonly string[]
  /** Oldest first. */
  readonly trend: readonly TrendPoint[]
}
