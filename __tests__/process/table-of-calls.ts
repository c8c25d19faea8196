import { CALLS } from '../../src/http/calls.ts'
import type { RequestRecord } from '../sandbox/exchange.ts'
import { API_HOST, BLOB_HOST, OIDC_HOST, RESULTS_HOST } from '../sandbox/hosts.ts'

/** Where the runner's own toolkit asks. */
const RUNNER_HOSTS = [API_HOST, BLOB_HOST, OIDC_HOST, RESULTS_HOST] as const satisfies string[]

/** Where one audit may ask. */
export interface Places {
  readonly account: string
  /** `undefined`: it signs in at the account itself. */
  readonly login: string | undefined
  readonly accountId: string
}

/** What was sent although neither the table of calls nor the runner knows it, as `METHOD host/path`. */
export const strays = (requests: readonly RequestRecord[], places: Places): string[] =>
  requests
    .filter((request) => !(RUNNER_HOSTS as readonly string[]).includes(request.host) && !isInTable(request, places))
    .map(({ method, host, path, query }) => `${method} ${host}${path}${query}`)

const isInTable = ({ method, host, path }: RequestRecord, { account, login, accountId }: Places): boolean =>
  Object.values(CALLS).some((call) => {
    const pattern = call.path
      .replace('{account}', accountId)
      .replace('{id}', '[0-9]{1,20}')
      .replace('{tenant}', '[0-9a-f-]{36}')
    return (
      call.method === method &&
      host === (call.host === 'account' ? account : login) &&
      new RegExp(`^${pattern}$`).test(path)
    )
  })
