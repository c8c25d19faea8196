import { AuditError } from '../domain/failure.ts'
import type { Workspace } from '../domain/workspace.ts'
import type { Account } from '../ports.ts'
import { refusesAccess } from './access.ts'

/**
 * Phase 1. `undefined`: the list could not be read, of which `onUnread` is told; it is then unknown, not empty. Throws when
 * access is refused.
 */
export async function workspaces(
  account: Account,
  onUnread: (failure: AuditError) => void,
  signal: AbortSignal,
): Promise<readonly Workspace[] | undefined> {
  try {
    return await account.workspaces(signal)
  } catch (error) {
    if (!(error instanceof AuditError) || refusesAccess(error)) throw error
    onUnread(error)
    return undefined
  }
}
