import { z } from 'zod'
import { AuditError } from '../domain/failure.ts'
import type { PolicyChange } from '../report/judgement.ts'
import { type RepositoryApi, request } from './api.ts'

/** Which commits a run is about. */
export interface Commits {
  /** What the proposal is to be merged into; `undefined`: nothing is proposed. */
  readonly base: string | undefined
  /** What is proposed, or what runs. */
  readonly head: string
}

const sha = z.string().regex(/^[0-9a-f]{40,64}$/)
const Proposal = z.object({
  pull_request: z.object({ base: z.object({ sha }), head: z.object({ sha }) }).optional(),
  merge_group: z.object({ base_sha: sha, head_sha: sha }).optional(),
})

/**
 * Throws `configuration` for a pull request or merge group whose event does not tell its base: its policy must not come
 * from what it proposes.
 */
export function commitsOf(eventName: string, payload: unknown, headSha: string): Commits {
  if (eventName !== 'pull_request' && eventName !== 'merge_group') return { base: undefined, head: headSha }
  const { pull_request: pullRequest, merge_group: mergeGroup } = Proposal.safeParse(payload).data ?? {}
  if (eventName === 'pull_request' && pullRequest !== undefined)
    return { base: pullRequest.base.sha, head: pullRequest.head.sha }
  if (eventName === 'merge_group' && mergeGroup !== undefined)
    return { base: mergeGroup.base_sha, head: mergeGroup.head_sha }
  throw new AuditError(
    'configuration',
    `The event ${eventName} does not tell its base commit, so there is no policy to judge by`,
  )
}

export interface PolicyFile {
  readonly path: string
  readonly text: string
  readonly origin: 'base' | 'workspace'
  readonly commit: string
  readonly change: PolicyChange | undefined
}

/** `unknown`: whether there is one cannot be found out. */
export type PolicyLookup =
  | { readonly state: 'found'; readonly file: PolicyFile }
  | { readonly state: 'none'; readonly change: PolicyChange | undefined }
  | { readonly state: 'unknown'; readonly why: string }

export interface PolicyRequest {
  /** Relative to the root of the repository. */
  readonly path: string
  /** Nobody named it: it counts if it is there. */
  readonly isDefault: boolean
  /** The input, for messages. */
  readonly input: string
  readonly commits: Commits
  /** `undefined`: there is no token or no repository to ask with. */
  readonly api: RepositoryApi | undefined
  /** The text of a file in the workspace; `undefined`: there is none. */
  readonly readWorkspace: (path: string) => Promise<string | undefined>
}

const PERMISSION = 'give the job "permissions: contents: read"'

/**
 * Reads one file of policy: of the base commit for what is proposed, as checked out for what is agreed. Throws
 * `configuration` where a file that must or may count cannot be had, so that no gate is open without a word.
 */
export async function policyFile(asked: PolicyRequest): Promise<PolicyLookup> {
  return asked.commits.base === undefined ? await agreed(asked) : await proposed(asked, asked.commits.base)
}

async function proposed({ path, isDefault, input, commits, api }: PolicyRequest, base: string): Promise<PolicyLookup> {
  const refuse = (why: string) =>
    new AuditError('configuration', `${input}: ${path} of the base commit ${base.slice(0, 7)} ${why}`)
  if (api === undefined) throw refuse('cannot be read without github-token')
  const before = await fileAt(api, path, base)
  if (before.state === 'unknown') throw refuse(`cannot be read (${before.why}); ${PERMISSION}`)
  const after = await fileAt(api, path, commits.head)
  const text = after.state === 'found' ? after.text : undefined
  const change =
    after.state === 'unknown' ? undefined : changeOf(before.state === 'found' ? before.text : undefined, text)
  if (before.state === 'found')
    return { state: 'found', file: { path, text: before.text, origin: 'base', commit: base, change } }
  // What a pull request adds counts when it is merged; until then there is no such policy.
  if (!isDefault && text === undefined) throw refuse('does not exist')
  return { state: 'none', change }
}

async function agreed({ path, isDefault, input, commits, api, readWorkspace }: PolicyRequest): Promise<PolicyLookup> {
  const text = await readWorkspace(path)
  if (text !== undefined)
    return { state: 'found', file: { path, text, origin: 'workspace', commit: commits.head, change: undefined } }
  if (!isDefault)
    throw new AuditError(
      'configuration',
      `${input}: there is no ${path} in the workspace; correct the path, or add actions/checkout before this step`,
    )
  const unknown = (why: string): PolicyLookup => ({
    state: 'unknown',
    why: `Whether the repository has ${path} could not be found out (${why}); it is not in the workspace`,
  })
  if (api === undefined || commits.head === '') return unknown('there is no github-token')
  const there = await fileAt(api, path, commits.head).catch((error: unknown) => {
    if (error instanceof AuditError && error.reason !== 'cancelled')
      return { state: 'unknown' as const, why: error.message }
    throw error
  })
  if (there.state === 'unknown') return unknown(`${there.why}; ${PERMISSION}`)
  if (there.state === 'none') return { state: 'none', change: undefined }
  throw new AuditError(
    'configuration',
    `${input}: ${path} is in the repository but not in the workspace; add actions/checkout before this step`,
  )
}

type FileAt =
  | { readonly state: 'found'; readonly text: string }
  | { readonly state: 'none' }
  | { readonly state: 'unknown'; readonly why: string }

const MOST_CHARACTERS = 10 * 1024 * 1024

/** A file of a commit. A 404 counts as "none" only when the commit itself can be read: without leave, GitHub says 404 too. */
export async function fileAt(api: RepositoryApi, path: string, commit: string): Promise<FileAt> {
  const { status, data } = await request(api, 'GET /repos/{owner}/{repo}/contents/{+path}', {
    path: path.split('/').map(encodeURIComponent).join('/'),
    ref: commit,
    mediaType: { format: 'raw' },
  })
  const text = textOf(data)
  if (status === 200 && text !== undefined && text.length <= MOST_CHARACTERS) return { state: 'found', text }
  if (status === 200) return { state: 'unknown', why: 'it is no text file of a sensible size' }
  if (status !== 404) return { state: 'unknown', why: `GitHub answered ${status}` }
  const { status: ofCommit } = await request(api, 'GET /repos/{owner}/{repo}/git/commits/{commit}', { commit })
  return ofCommit === 200 ? { state: 'none' } : { state: 'unknown', why: `GitHub answered ${ofCommit}` }
}

/** The toolkit gives text for a charset that it knows, else bytes, and anything else for what is no file. */
function textOf(data: unknown): string | undefined {
  if (typeof data === 'string') return data.startsWith('\ufeff') ? data.slice(1) : data
  if (!(data instanceof ArrayBuffer)) return undefined
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(data)
  } catch {
    return undefined
  }
}

const TOLD = 50

/** Which lines are only on one side; `undefined`: the texts are the same. */
export function changeOf(before: string | undefined, after: string | undefined): PolicyChange | undefined {
  if (before === after) return undefined
  const lines = (text: string | undefined) => (text ?? '').split(/\r\n|\n/)
  const without = (all: readonly string[], others: readonly string[]) => {
    const there = new Set(others)
    return all.filter((line) => line.trim() !== '' && !there.has(line)).slice(0, TOLD)
  }
  const [old, now] = [lines(before), lines(after)]
  return {
    kind: before === undefined ? 'added' : after === undefined ? 'removed' : 'modified',
    added: without(now, old),
    removed: without(old, now),
  }
}
