import { randomUUID } from 'node:crypto'
import type { BlobStore } from './blob-store.ts'
import { type Answer, json, type Route, type SandboxRequest } from './exchange.ts'
import { API_HOST, OIDC_HOST, RESULTS_HOST } from './hosts.ts'
import { jwt, type Tokens } from './tokens.ts'
import { unzip } from './zip.ts'

export interface StoredArtifact {
  readonly id: string
  readonly name: string
  readonly zip: Buffer
  /** `sha256:…` as the uploader told it. */
  readonly digest: string
  /** ISO 8601; `undefined` for the repository's own retention. */
  readonly expiresAt: string | undefined
  /** Its files by path. */
  files(): Map<string, Buffer>
}

export interface StoredCacheEntry {
  readonly id: string
  readonly key: string
  readonly version: string
  readonly archive: Buffer
}

export interface RunnerServicesOptions {
  readonly tokens: Tokens
  readonly blobs: BlobStore
  /** `sub` of the OIDC tokens. */
  readonly subject: string
  readonly assertionLifetimeSeconds: number
  readonly visibility: 'public' | 'private' | 'internal'
}

export interface RunnerServices {
  readonly routes: Route[]
  /** By name. */
  readonly artifacts: ReadonlyMap<string, StoredArtifact>
  readonly cacheEntries: readonly StoredCacheEntry[]
  /** Of the job: for the artifact and cache services. */
  readonly runtimeToken: string
  /** Of the job: for OIDC tokens. */
  readonly requestToken: string
}

type Message = Record<string, unknown>
const text = (value: unknown): string => (typeof value === 'string' ? value : '')

/** What GitHub gives a job: OIDC tokens, artifacts, the cache, and as much of the REST API as tells a repository's visibility. */
export function runnerServices(options: RunnerServicesOptions): RunnerServices {
  const { tokens, blobs, subject, assertionLifetimeSeconds, visibility } = options
  const ids = { runId: randomUUID(), jobId: randomUUID() }
  const runtimeToken = jwt({ scp: `Actions.GenericRead:00 Actions.Results:${ids.runId}:${ids.jobId}`, ...ids })
  const requestToken = jwt({ scp: 'Actions.IdToken', ...ids })
  const artifacts = new Map<string, StoredArtifact>()
  const open = new Map<string, { container: string; expiresAt: string | undefined }>()
  const cacheEntries: StoredCacheEntry[] = []
  let lastId = 1000

  const twirp = (service: string, method: string, answer: (message: Message) => Answer): Route => ({
    call: `${service === 'ArtifactService' ? 'artifact' : 'cache'}.${method}`,
    ...{ method: 'POST', hosts: [RESULTS_HOST] },
    path: new RegExp(`^/twirp/github\\.actions\\.results\\.api\\.v1\\.${service}/${method}$`),
    answer(request: SandboxRequest) {
      if (request.headers.authorization !== `Bearer ${runtimeToken}`)
        return json(401, { code: 'unauthenticated', msg: 'the runtime token is not valid' })
      return answer(JSON.parse(request.body.toString()) as Message)
    },
  })
  const conflict = (what: string) =>
    json(409, { code: 'already_exists', msg: `an ${what} with this name already exists on the workflow run` })
  const missing = json(404, { code: 'not_found', msg: 'not found' })

  const artifactRoutes = [
    twirp('ArtifactService', 'CreateArtifact', (message) => {
      const name = text(message.name)
      if (open.has(name)) return conflict('artifact')
      const container = `artifact-${++lastId}`
      open.set(name, { container, expiresAt: text(message.expires_at) || undefined })
      return json(200, { ok: true, signed_upload_url: blobs.sign(container) })
    }),
    twirp('ArtifactService', 'FinalizeArtifact', (message) => {
      const name = text(message.name)
      const { container = '', expiresAt } = open.get(name) ?? {}
      const zip = blobs.read(container)
      if (zip === undefined || String(zip.length) !== text(message.size)) return missing
      const id = String(++lastId)
      artifacts.set(name, { id, name, zip, digest: text(message.hash), expiresAt, files: () => unzip(zip) })
      return json(200, { ok: true, artifact_id: id })
    }),
    twirp('ArtifactService', 'ListArtifacts', (message) => {
      const all = [...artifacts.values()].filter(({ name }) =>
        [undefined, name].includes(message.name_filter as string),
      )
      const listed = all.map(({ id, name, zip, digest }) => ({
        ...{ workflow_run_backend_id: ids.runId, workflow_job_run_backend_id: ids.jobId },
        ...{ database_id: id, name, size: String(zip.length), created_at: new Date().toISOString(), digest },
      }))
      return json(200, { artifacts: listed })
    }),
    twirp('ArtifactService', 'GetSignedArtifactURL', (message) => {
      const container = open.get(text(message.name))?.container
      return container === undefined ? missing : json(200, { signed_url: blobs.sign(container) })
    }),
    twirp('ArtifactService', 'DeleteArtifact', (message) => {
      const found = artifacts.get(text(message.name))
      if (found === undefined) return missing
      artifacts.delete(found.name)
      open.delete(found.name)
      return json(200, { ok: true, artifact_id: found.id })
    }),
  ]

  const reserved = new Map<string, string>()
  const cacheRoutes = [
    twirp('CacheService', 'CreateCacheEntry', (message) => {
      const entry = `${text(message.version)} ${text(message.key)}`
      if (reserved.has(entry)) return conflict('cache entry')
      const container = `cache-${++lastId}`
      reserved.set(entry, container)
      return json(200, { ok: true, signed_upload_url: blobs.sign(container) })
    }),
    twirp('CacheService', 'FinalizeCacheEntryUpload', ({ key, version }) => {
      const archive = blobs.read(reserved.get(`${text(version)} ${text(key)}`) ?? '')
      if (archive === undefined) return missing
      cacheEntries.push({ id: String(++lastId), key: text(key), version: text(version), archive })
      return json(200, { ok: true, entry_id: String(lastId) })
    }),
    twirp('CacheService', 'GetCacheEntryDownloadURL', ({ key, version, restore_keys }) => {
      const ours = cacheEntries.filter((entry) => entry.version === version).reverse()
      const wanted = [text(key), ...(Array.isArray(restore_keys) ? restore_keys.map(text) : [])]
      const found =
        ours.find((entry) => entry.key === key) ??
        wanted.flatMap((prefix) => ours.filter((entry) => entry.key.startsWith(prefix))).at(0)
      if (found === undefined) return json(200, { ok: false, signed_download_url: '', matched_key: '' })
      const container = reserved.get(`${found.version} ${found.key}`) ?? ''
      return json(200, { ok: true, signed_download_url: blobs.sign(container), matched_key: found.key })
    }),
  ]

  const oidc: Route = {
    ...{ call: 'oidc.token', method: 'GET', hosts: [OIDC_HOST], path: /^\/idtoken$/ },
    answer({ headers, query }) {
      if (headers.authorization !== `Bearer ${requestToken}`) return json(401, { message: 'invalid request token' })
      if (query.get('api-version') !== '2.0') return json(400, { message: 'unsupported api-version' })
      return json(200, { value: tokens.assert(query.get('audience') ?? '', subject, assertionLifetimeSeconds) })
    },
  }
  const repository: Route = {
    ...{ call: 'repository.get', method: 'GET', hosts: [API_HOST], path: /^\/repos\/(?<owner>[^/]+)\/(?<name>[^/]+)$/ },
    answer: ({ params: { owner, name } }) =>
      json(200, {
        ...{ full_name: `${owner}/${name}`, visibility, private: visibility !== 'public', default_branch: 'main' },
      }),
  }
  return {
    routes: [...artifactRoutes, ...cacheRoutes, oidc, repository, ...blobs.routes],
    artifacts,
    cacheEntries,
    runtimeToken,
    requestToken,
  }
}
