import { createHash } from 'node:crypto'
import type { AuditConfig } from './config.ts'
import { RULES_VERSION, STATE_SCHEMA } from './domain/checkpoint.ts'

/** What is asked of whom, as 64 hex digits: two audits with one fingerprint would give the same files. */
export function fingerprintOf({ accountId, host, signIn, included, targets, matchSource }: AuditConfig): string {
  const azure = signIn.type === 'github-oidc-azure' ? [signIn.tenantId, signIn.environment] : []
  const asked = [accountId, host, azure, included, targets?.map(({ type, id }) => `${type} ${id}`) ?? null]
  const versions = [STATE_SCHEMA, RULES_VERSION]
  const source = matchSource.type === 'graph' ? ['graph', matchSource.tenantId, matchSource.environment] : []
  return createHash('sha256')
    .update(JSON.stringify([asked, versions, source]))
    .digest('hex')
}
