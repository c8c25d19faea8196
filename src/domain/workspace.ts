/** Whether a workspace has identity federation; `unknown` when the API does not tell. */
export type Federation = 'enabled' | 'disabled' | 'unknown'

export interface Workspace {
  /** Decimal digits. */
  readonly id: string
  readonly federation: Federation
  /** `PREMIUM`, `ENTERPRISE`, …; `''` when the API does not tell. */
  readonly pricingTier: string
}

/** The KB's rule: whatever is not known to be federated is written down. */
export const isDivergentWorkspace = (workspace: Workspace): boolean => workspace.federation !== 'enabled'
