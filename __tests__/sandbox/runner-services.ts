import { randomUUID } from 'node:crypto'
import { artifactService, type StoredArtifact } from './artifact-service.ts'
import type { BlobStore } from './blob-store.ts'
import { cacheService, type StoredCacheEntry } from './cache-service.ts'
import { json, type Route } from './exchange.ts'
import { API_HOST, OIDC_HOST } from './hosts.ts'
import { type MakeBelieveRepository, repositoryRoutes } from './repository-server.ts'
import { jwt, type Tokens } from './tokens.ts'

export interface RunnerServicesOptions {
  readonly tokens: Tokens
  readonly blobs: BlobStore
  /** `sub` of the OIDC tokens. */
  readonly subject: string
  readonly assertionLifetimeSeconds: number
  readonly visibility: 'public' | 'private' | 'internal'
  readonly repository: MakeBelieveRepository
}

export interface RunnerServices {
  readonly routes: Route[]
  /** By name. */
  readonly artifacts: ReadonlyMap<string, StoredArtifact>
  /** Oldest first. */
  readonly cacheEntries: readonly StoredCacheEntry[]
  /** Of the job: for the artifact and cache services. */
  readonly runtimeToken: string
  /** Of the job: for OIDC tokens. */
  readonly requestToken: string
}

/** What GitHub gives a job: OIDC tokens, artifacts, the cache, and as much of the REST API as an audit uses. */
export function runnerServices(options: RunnerServicesOptions): RunnerServices {
  const { blobs } = options
  const ids = { runId: randomUUID(), jobId: randomUUID() }
  const runtimeToken = jwt({ scp: `Actions.GenericRead:00 Actions.Results:${ids.runId}:${ids.jobId}`, ...ids })
  const requestToken = jwt({ scp: 'Actions.IdToken', ...ids })
  let lastId = 1000
  const nextId = () => String(++lastId)
  const { artifacts, routes: artifactRoutes } = artifactService(blobs, runtimeToken, ids, nextId)
  const { entries, routes: cacheRoutes } = cacheService(blobs, runtimeToken, nextId)
  const routes = [
    ...artifactRoutes,
    ...cacheRoutes,
    ...blobs.routes,
    oidcRoute(options, requestToken),
    repositoryRoute(options),
    ...repositoryRoutes(options.repository, blobs),
  ]
  return { routes, artifacts, cacheEntries: entries, runtimeToken, requestToken }
}

const oidcRoute = (
  { tokens, subject, assertionLifetimeSeconds }: RunnerServicesOptions,
  requestToken: string,
): Route => ({
  ...{ call: 'oidc.token', method: 'GET', hosts: [OIDC_HOST], path: /^\/idtoken$/ },
  answer({ headers, query }) {
    if (headers.authorization !== `Bearer ${requestToken}`) return json(401, { message: 'invalid request token' })
    if (query.get('api-version') !== '2.0') return json(400, { message: 'unsupported api-version' })
    return json(200, { value: tokens.assert(query.get('audience') ?? '', subject, assertionLifetimeSeconds) })
  },
})

const repositoryRoute = ({ visibility }: RunnerServicesOptions): Route => ({
  ...{ call: 'repository.get', method: 'GET', hosts: [API_HOST], path: /^\/repos\/(?<owner>[^/]+)\/(?<name>[^/]+)$/ },
  answer: ({ params: { owner, name } }) =>
    json(200, {
      ...{ full_name: `${owner}/${name}`, visibility, private: visibility !== 'public', default_branch: 'main' },
    }),
})
