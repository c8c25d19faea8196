import { rmSync } from 'node:fs'
import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type AccountShape, CLIENT_ID, type MakeBelieveAccount, makeAccount, TENANT_ID } from './account.ts'
import type { StoredArtifact } from './artifact-service.ts'
import { blobStore } from './blob-store.ts'
import type { StoredCacheEntry } from './cache-service.ts'
import { hashOf } from './chance.ts'
import { databricksRoutes } from './databricks-server.ts'
import { stillView } from './directory-view.ts'
import { entraRoutes } from './entra-server.ts'
import type { RequestRecord } from './exchange.ts'
import { type FaultPlan, firstOf, isApiCall, tokenBucket } from './faults.ts'
import { graphRoutes } from './graph-server.ts'
import { type GraphTenant, makeTenant } from './graph-tenant.ts'
import { OIDC_HOST, RESULTS_HOST } from './hosts.ts'
import { startNetwork } from './network.ts'
import { type MakeBelieveRepository, makeRepository } from './repository-server.ts'
import { runnerServices } from './runner-services.ts'
import { type AccessToken, type Assertion, makeTokens } from './tokens.ts'

export interface SandboxOptions {
  /** A whole account, or the shape of one to make. */
  account?: MakeBelieveAccount | AccountShape
  /** The console that has the account. */
  host?: string
  faults?: FaultPlan
  /** Above so many match calls a second the server answers 429. */
  throttle?: { perSecond: number; burst?: number; retryAfter?: string; calls?: (call: string) => boolean }
  /** Least and most ms that an account API call takes. */
  latencyMs?: readonly [number, number]
  /** Of access tokens. */
  tokenLifetimeSeconds?: number
  /** Of GitHub's OIDC tokens. */
  assertionLifetimeSeconds?: number
  /** `sub` of GitHub's OIDC tokens. */
  subject?: string
  /** `sub` that Entra's federated credential and Databricks' federation policy accept. */
  acceptedSubject?: string
  /** Audience that Databricks' federation policy accepts. */
  acceptedAudience?: string
  visibility?: 'public' | 'private' | 'internal'
  /** The proxy answers everything with this. */
  proxyStatus?: number
  /** Nobody changes the account, so that a large one can be asked in no time; bodies of requests are kept. */
  forBenchmarks?: boolean
}

export interface Sandbox extends AsyncDisposable {
  readonly account: MakeBelieveAccount
  /** What is peculiar about its tenant. */
  readonly tenant: GraphTenant
  /** Every request that was made, in order of arrival. */
  readonly requests: readonly RequestRecord[]
  /** `host:port` of what was asked of the proxy and refused. */
  readonly refused: readonly string[]
  readonly tokens: readonly AccessToken[]
  readonly assertions: ReadonlyMap<string, Assertion>
  readonly artifacts: ReadonlyMap<string, StoredArtifact>
  readonly cacheEntries: readonly StoredCacheEntry[]
  readonly repository: MakeBelieveRepository
  /** Whether the caller is an account admin; may change while an audit runs. */
  isAdmin: boolean
  /** Where this sandbox keeps what it makes; gone when it is closed. */
  readonly folder: string
  /** What a job finds in its environment, apart from `GITHUB_…` and `RUNNER_…`: services, proxy, certificate. */
  env(): Record<string, string>
  /** The inputs with which an audit signs in. */
  inputs(): Record<string, string>
}

/** Starts a make-believe account, login host and runner services on loopback. */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const { host = 'accounts.azuredatabricks.net', subject = 'repo:octo/aim:environment:audit' } = options
  const { acceptedSubject = 'repo:octo/aim:environment:audit', tokenLifetimeSeconds, latencyMs = [0, 0] } = options
  const account = isAccount(options.account) ? options.account : makeAccount(options.account)
  const tokens = makeTokens()
  const tenant = makeTenant()
  const state = { isAdmin: true }
  const repository = makeRepository()
  const services = runnerServices({
    ...{ tokens, subject, blobs: blobStore(), visibility: options.visibility ?? 'private', repository },
    assertionLifetimeSeconds: options.assertionLifetimeSeconds ?? 300,
  })
  const folder = await mkdtemp(join(tmpdir(), 'aim-readiness-sandbox-'))
  const remove = () => rmSync(folder, { recursive: true, force: true })
  process.once('exit', remove)
  const network = await startNetwork({
    routes: [
      ...databricksRoutes({
        ...{ account, tokens, host, tokenLifetimeSeconds, subject: acceptedSubject },
        audience: options.acceptedAudience ?? account.accountId,
        isAdmin: () => state.isAdmin,
      }),
      ...entraRoutes({ tokens, subject: acceptedSubject, tokenLifetimeSeconds }),
      ...graphRoutes({ account, tenant, tokens, ...(options.forBenchmarks && { view: stillView(account) }) }),
      ...services.routes,
    ],
    faults: firstOf(options.faults, options.throttle && tokenBucket(options.throttle)),
    latencyMs: (call, target) =>
      isApiCall(call) || call === 'groups.members' || call.startsWith('graph.')
        ? latencyMs[0] + (hashOf(`latency ${call} ${target}`) % (latencyMs[1] - latencyMs[0] + 1))
        : 0,
    tokenOf: (authorization) => tokens.of(authorization)?.id ?? (authorization === undefined ? '' : '?'),
    proxyStatus: options.proxyStatus,
    keepsBodies: options.forBenchmarks ?? false,
  })
  const certificateFile = join(folder, 'certificate.pem')
  await writeFile(certificateFile, network.certificate)

  return {
    account,
    tenant,
    requests: network.requests,
    refused: network.refused,
    tokens: tokens.issued,
    assertions: tokens.assertions,
    artifacts: services.artifacts,
    cacheEntries: services.cacheEntries,
    repository,
    folder,
    get isAdmin() {
      return state.isAdmin
    },
    set isAdmin(value) {
      state.isAdmin = value
    },
    env: () => ({
      HTTPS_PROXY: network.proxyUrl,
      NODE_EXTRA_CA_CERTS: certificateFile,
      ACTIONS_RUNTIME_TOKEN: services.runtimeToken,
      ACTIONS_RESULTS_URL: `https://${RESULTS_HOST}/`,
      ACTIONS_CACHE_SERVICE_V2: 'True',
      ACTIONS_ID_TOKEN_REQUEST_URL: `https://${OIDC_HOST}/idtoken?api-version=2.0`,
      ACTIONS_ID_TOKEN_REQUEST_TOKEN: services.requestToken,
    }),
    inputs: () => ({
      'databricks-account-id': account.accountId,
      'databricks-host': `https://${host}`,
      'azure-tenant-id': TENANT_ID,
      'azure-client-id': CLIENT_ID,
    }),
    async [Symbol.asyncDispose]() {
      await network.close()
      process.removeListener('exit', remove)
      remove()
    },
  }
}

const isAccount = (given: SandboxOptions['account']): given is MakeBelieveAccount =>
  given !== undefined && 'principals' in given
