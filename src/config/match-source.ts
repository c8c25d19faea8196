import { type AccountHost, AZURE_ENVIRONMENTS, type AzureEnvironment, azureEnvironmentOf } from './host.ts'
import type { Reading } from './reading.ts'
import { oneOf, uuidOf } from './values.ts'

/** Who is asked about the IdP's side; for Graph, as which application of which tenant. */
export type MatchSourceChoice =
  | { readonly type: 'databricks' }
  | {
      readonly type: 'graph'
      readonly tenantId: string
      readonly clientId: string
      readonly environment: AzureEnvironment
    }

/** `undefined` when something is wrong with it, which the reading then holds. `isAzureSignIn`: its inputs are read already. */
export function matchSourceIn(
  reading: Reading,
  host: AccountHost | undefined,
  isAzureSignIn: boolean,
): MatchSourceChoice | undefined {
  const type = reading.read('match-source', oneOf(['databricks', 'graph'] as const))
  if (type !== 'graph') return type === undefined ? undefined : { type: 'databricks' }
  const why = 'which match-source graph requires'
  const ids = isAzureSignIn
    ? {
        tenantId: reading.text('azure-tenant-id').toLowerCase(),
        clientId: reading.text('azure-client-id').toLowerCase(),
      }
    : {
        tenantId: reading.readRequired('azure-tenant-id', `the id of the Entra tenant (directory), ${why}`, uuidOf),
        clientId: reading.readRequired('azure-client-id', `the application (client) id in Entra, ${why}`, uuidOf),
      }
  const environment = reading.read('azure-environment', oneOf(AZURE_ENVIRONMENTS))
  const fitting = host && azureEnvironmentOf(host)
  if (!isAzureSignIn && fitting !== undefined && environment !== undefined && environment !== fitting)
    reading.refuse('azure-environment', `"${environment}" does not fit databricks-host ${host}; write ${fitting}`)
  const { tenantId, clientId } = ids
  if (tenantId === undefined || clientId === undefined || environment === undefined) return undefined
  return { type: 'graph', tenantId, clientId, environment }
}
