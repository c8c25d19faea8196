import type { DefaultArtifactClient } from '@actions/artifact'
import { AuditError } from '../domain/failure.ts'
import type { ArtifactState } from '../report/model.ts'
import { within } from './timed.ts'

export interface ArtifactRequest {
  readonly client: Pick<DefaultArtifactClient, 'uploadArtifact'>
  /** The input `artifact-name`. */
  readonly name: string
  /** GITHUB_RUN_ATTEMPT, from 1. */
  readonly attempt: number
  /** GITHUB_JOB; entries of a matrix share it. */
  readonly job: string
  /** Eight hex digits that tell apart audits of one job. */
  readonly fingerprint8: string
  /** Absolute paths, below `root`. */
  readonly files: readonly string[]
  readonly root: string
  /** `undefined`: the repository's own. */
  readonly retentionDays: number | undefined
  /** Where the run is shown: `https://github.com`, `owner/name`, GITHUB_RUN_ID. */
  readonly run: { readonly serverUrl: string; readonly repository: string; readonly id: string }
  /** Of the whole upload. */
  readonly limitMs?: number
}

/** What makes a name unique when it is taken. */
type Clash = Pick<ArtifactRequest, 'job' | 'fingerprint8'>

/** Names are unique within a run, over all its attempts and jobs. */
export function artifactNameOf(name: string, attempt: number, clash?: Clash): string {
  const again = attempt > 1 ? `-attempt-${attempt}` : ''
  return `${name}${again}${clash === undefined ? '' : `-${wordOf(clash.job)}-${clash.fingerprint8}`}`
}

const wordOf = (job: string): string => job.replace(/[^\w-]+/g, '-').slice(0, 60) || 'job'

/** Uploads the files of the audit. Never throws: a failed upload changes no conclusion. */
export async function uploadArtifact(request: ArtifactRequest): Promise<ArtifactState> {
  if (request.files.length === 0) return { state: 'nothing' }
  const { name, attempt, limitMs = 600_000 } = request
  try {
    const first = artifactNameOf(name, attempt)
    return await within(
      limitMs,
      'The upload',
      upload(request, first).catch((error: unknown) => {
        if (!isClash(error)) throw error
        return upload(request, artifactNameOf(name, attempt, request))
      }),
    )
  } catch (error) {
    return { state: 'failed', why: whyOf(error) }
  }
}

/** zlib's. The usual 6 takes twice as long for 7 % less of files like these. */
const COMPRESSION = 3

async function upload(
  { client, files, root, retentionDays, run }: ArtifactRequest,
  name: string,
): Promise<ArtifactState> {
  const options = { compressionLevel: COMPRESSION, ...(retentionDays === undefined ? {} : { retentionDays }) }
  const { id } = await client.uploadArtifact(name, [...files], root, options)
  if (id === undefined) throw new Error('the service gave no artifact id')
  return {
    state: 'uploaded',
    id: String(id),
    name,
    url: `${run.serverUrl}/${run.repository}/actions/runs/${run.id}/artifacts/${id}`,
  }
}

// The toolkit's errors are told apart by name and message: their classes do not survive bundling.
const isClash = (error: unknown): boolean => /\(409\)|already exists/i.test(String(error))

const WHY: Readonly<Record<string, string>> = {
  GHESNotSupportedError: 'GitHub Enterprise Server does not support this kind of artifact',
  UsageError: 'the storage for artifacts is used up',
}

/** Short, and without addresses: those of an upload carry a signature that lets anybody write. */
function whyOf(error: unknown): string {
  if (error instanceof AuditError) return error.message
  if (!(error instanceof Error)) return 'unknown error'
  if (isClash(error)) return 'this run has artifacts of this name already; give the step an "artifact-name" of its own'
  const text = error.message
    .replace(/\b\w+:\/\/\S+/g, '(address)')
    .replace(/\s+/g, ' ')
    .trim()
  return WHY[error.name] ?? (text.length > 200 ? `${text.slice(0, 200).toWellFormed()}…` : text || error.name)
}
