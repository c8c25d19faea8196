import type { BlobStore } from './blob-store.ts'
import { json, type Route } from './exchange.ts'
import { conflict, missing, textOf, twirp } from './twirp.ts'
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

/** Artifacts of one workflow run: immutable, one of a name. `ids` are those of the runtime token. */
export function artifactService(
  blobs: BlobStore,
  runtimeToken: string,
  ids: { runId: string; jobId: string },
  nextId: () => string,
): { routes: Route[]; artifacts: ReadonlyMap<string, StoredArtifact> } {
  const artifacts = new Map<string, StoredArtifact>()
  const open = new Map<string, { container: string; expiresAt: string | undefined }>()
  const route = twirp(runtimeToken, 'ArtifactService')
  const backendIds = { workflow_run_backend_id: ids.runId, workflow_job_run_backend_id: ids.jobId }

  const routes = [
    route('CreateArtifact', (message) => {
      const name = textOf(message.name)
      if (open.has(name)) return conflict('artifact')
      const container = `artifact-${nextId()}`
      open.set(name, { container, expiresAt: textOf(message.expires_at) || undefined })
      return json(200, { ok: true, signed_upload_url: blobs.sign(container) })
    }),
    route('FinalizeArtifact', (message) => {
      const name = textOf(message.name)
      const { container = '', expiresAt } = open.get(name) ?? {}
      const zip = blobs.read(container)
      if (zip === undefined || String(zip.length) !== textOf(message.size)) return missing
      const id = nextId()
      artifacts.set(name, { id, name, zip, digest: textOf(message.hash), expiresAt, files: () => unzip(zip) })
      return json(200, { ok: true, artifact_id: id })
    }),
    route('ListArtifacts', (message) => {
      const all = [...artifacts.values()].filter(({ name }) =>
        [undefined, name].includes(message.name_filter as string),
      )
      const listed = all.map(({ id, name, zip, digest }) => ({
        ...{ ...backendIds, database_id: id, name, size: String(zip.length) },
        ...{ created_at: new Date().toISOString(), digest },
      }))
      return json(200, { artifacts: listed })
    }),
    route('GetSignedArtifactURL', (message) => {
      const container = open.get(textOf(message.name))?.container
      return container === undefined ? missing : json(200, { signed_url: blobs.sign(container) })
    }),
    route('DeleteArtifact', (message) => {
      const found = artifacts.get(textOf(message.name))
      if (found === undefined) return missing
      artifacts.delete(found.name)
      open.delete(found.name)
      return json(200, { ok: true, artifact_id: found.id })
    }),
  ]
  return { routes, artifacts }
}
