import type { Workspace } from './workspace.ts'

/** `unknown` is shown as unknown, never as fine. */
export type Known = 'yes' | 'no' | 'unknown'

/** What AIM asks of an account before it can be switched on, as far as it can be seen from outside. */
export interface Prerequisites {
  readonly federatedWorkspace: Known
  readonly premiumTier: Known
  readonly accountAdmin: Known
}

const ENOUGH_TIERS: readonly string[] = ['PREMIUM', 'ENTERPRISE', 'DEDICATED']
const LESSER_TIERS: readonly string[] = ['STANDARD', 'COMMUNITY_EDITION']

/**
 * `workspaces`: `undefined` when they could not be listed. `callerRoles`: what the listing says of the service principal
 * that we signed in as; a role may also come through a group, so its absence proves nothing.
 */
export function prerequisitesOf(
  workspaces: readonly Workspace[] | undefined,
  callerRoles: readonly string[] | undefined,
): Prerequisites {
  return {
    federatedWorkspace: federatedWorkspace(workspaces ?? []),
    premiumTier: premiumTier(workspaces ?? []),
    accountAdmin: callerRoles?.includes('account_admin') === true ? 'yes' : 'unknown',
  }
}

function federatedWorkspace(workspaces: readonly Workspace[]): Known {
  if (workspaces.some(({ federation }) => federation === 'enabled')) return 'yes'
  return workspaces.length > 0 && workspaces.every(({ federation }) => federation === 'disabled') ? 'no' : 'unknown'
}

function premiumTier(workspaces: readonly Workspace[]): Known {
  const tiers = workspaces.map(({ pricingTier }) => pricingTier.toUpperCase())
  if (tiers.some((tier) => ENOUGH_TIERS.includes(tier))) return 'yes'
  return tiers.length > 0 && tiers.every((tier) => LESSER_TIERS.includes(tier)) ? 'no' : 'unknown'
}
