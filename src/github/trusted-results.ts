import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { DefaultArtifactClient } from '@actions/artifact'
import { AuditError } from '../domain/failure.ts'
import { unlessCancelled } from '../http/cancel.ts'
import type { RepositoryApi } from './api.ts'
import { within } from './timed.ts'
import { artifactsOf, type RunsQuery, type TrustedArtifact, type TrustedRun, trustedRuns } from './trusted-runs.ts'

/** A downloaded result of a trusted run, opened by nobody yet. */
export interface TrustedResult {
  readonly run: TrustedRun
  readonly artifact: TrustedArtifact
  /** Absolute; made for it alone, and gone when the next result is asked for. */
  readonly folder: string
}

export interface TrustedQuery extends RunsQuery {
  readonly api: RepositoryApi
  readonly client: Pick<DefaultArtifactClient, 'downloadArtifact'>
  /** The input `artifact-name`. */
  readonly artifactName: string
  /** Folders are made in it. */
  readonly temp: string
  /** At most so many are downloaded. */
  readonly most: number
  /** Larger ones are passed over. */
  readonly mostBytes?: number
  /** Of one download. */
  readonly limitMs?: number
}

const LIMIT_MS = 300_000

/**
 * Results of trusted runs, the newest first; the caller takes the first that is of its account and did not end in an
 * error, and goes no further. Throws `configuration` when runs cannot be listed or a download fails: an older result is
 * not taken in place of one that cannot be had.
 */
export async function* trustedResults(query: TrustedQuery): AsyncGenerator<TrustedResult> {
  let downloads = 0
  for await (const run of trustedRuns(query.api, query))
    for (const artifact of await artifactsOf(query.api, run, query.artifactName, query.mostBytes)) {
      if (++downloads > query.most) return
      const folder = await mkdtemp(join(query.temp, 'trusted-'))
      try {
        await download(query, run, artifact, folder)
        yield { run, artifact, folder }
      } finally {
        await rm(folder, { recursive: true, force: true })
      }
    }
}

async function download(
  { api, client, limitMs = LIMIT_MS }: TrustedQuery,
  run: TrustedRun,
  { id, digest }: TrustedArtifact,
  folder: string,
): Promise<void> {
  const refuse = (why: string) =>
    new AuditError('configuration', `The results of run ${run.id} cannot be downloaded: ${why}`)
  const options = {
    path: folder,
    findBy: { token: api.token, workflowRunId: run.id, repositoryOwner: api.owner, repositoryName: api.repo },
    ...(digest === undefined ? {} : { expectedHash: digest }),
  }
  try {
    // The client of the toolkit never settles when a connection is cut within a body.
    const asked = unlessCancelled(client.downloadArtifact(id, options), api.signal)
    const { digestMismatch } = await within(limitMs, 'The download', asked)
    if (digestMismatch === true) throw refuse('they are not what was uploaded')
  } catch (error) {
    if (error instanceof AuditError) throw error.reason === 'timeout' ? refuse('it took too long') : error
    throw refuse('GitHub did not give them; the job needs "permissions: actions: read"')
  }
}
