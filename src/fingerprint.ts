import { createHash } from 'node:crypto'
import type { AuditConfig } from './config.ts'

/** What is asked of whom, as 64 hex digits: two audits with one fingerprint would give the same files. */
export function fingerprintOf({ accountId, host, signIn, included, targets }: AuditConfig): string {
  const azure = signIn.type === 'github-oidc-azure' ? [signIn.tenantId, signIn.environment] : []
  const asked = [accountId, host, azure, included, targets?.map(({ type, id }) => `${type} ${id}`) ?? null]
  return createHash('sha256').update(JSON.stringify(asked)).digest('hex')
}
