import type * as toolkit from '@actions/cache'
import { getOctokit } from '@actions/github'
import { AuditError } from '../domain/failure.ts'
import type { RunContext } from './context.ts'
import { within } from './timed.ts'

type Cache = Pick<typeof toolkit, 'saveCache' | 'restoreCache' | 'isFeatureAvailable'>

const SAVE_LIMIT_MS = 120_000
const LOOK_UP_LIMIT_MS = 60_000
const RESTORE_LIMIT_MS = 180_000
/** Well before we give up ourselves, so that nothing is unpacked into the workspace when nobody waits for it any more. */
const DOWNLOAD_LIMIT_MS = 90_000
const RESTORE_ATTEMPTS = 2

/** `none`: there is no entry; `failed`: there is one, but it could not be had. */
export type RestoreResult =
  | { readonly state: 'restored'; readonly key: string }
  | { readonly state: 'none' }
  | { readonly state: 'failed'; readonly why: string }

/** `unknown`: nobody waited long enough to see whether it was saved. */
export type SaveResult = { readonly state: 'saved' } | { readonly state: 'refused' | 'unknown'; readonly why: string }

/**
 * The Actions cache, whose toolkit tells most failures in the log only: a save that failed gives -1, and a miss and a
 * failed restore both give nothing. Never throws.
 */
export class ProgressCache {
  readonly #cache: Cache
  readonly #folder: string

  /** `folder`: relative to the workspace; the service takes another path for another entry. */
  constructor(cache: Cache, folder: string) {
    this.#cache = cache
    this.#folder = folder
  }

  isAvailable(): boolean {
    try {
      return this.#cache.isFeatureAvailable()
    } catch {
      // What the runner says of itself is no address.
      return false
    }
  }

  async save(key: string): Promise<SaveResult> {
    try {
      const id = await within(SAVE_LIMIT_MS, 'Saving to the Actions cache', this.#cache.saveCache([this.#folder], key))
      return id > 0
        ? { state: 'saved' }
        : { state: 'refused', why: 'the Actions cache did not take it (its reason is in the log)' }
    } catch (error) {
      return { state: error instanceof AuditError ? 'unknown' : 'refused', why: whyOf(error) }
    }
  }

  /** Unpacks the newest entry whose key begins with the first prefix that has one. */
  async restore(prefixes: readonly string[]): Promise<RestoreResult> {
    const [first = '', ...others] = prefixes
    // A key that nothing has, so that only prefixes match.
    const restore = (lookupOnly: boolean) =>
      this.#cache.restoreCache([this.#folder], `${first}none`, [first, ...others], {
        lookupOnly,
        segmentTimeoutInMs: DOWNLOAD_LIMIT_MS,
      })
    try {
      const there = await within(LOOK_UP_LIMIT_MS, 'Looking into the Actions cache', restore(true))
      if (there === undefined) return { state: 'none' }
      // What is there is worth another try: an audit that begins anew puts its own progress before it.
      for (let attempt = 0; attempt < RESTORE_ATTEMPTS; attempt++) {
        const key = await within(RESTORE_LIMIT_MS, 'Restoring from the Actions cache', restore(false))
        if (key !== undefined) return { state: 'restored', key }
      }
      return { state: 'failed', why: 'the Actions cache has it but did not give it (its reason is in the log)' }
    } catch (error) {
      return { state: 'failed', why: whyOf(error) }
    }
  }
}

const whyOf = (error: unknown): string =>
  error instanceof AuditError ? error.message : 'the Actions cache cannot be used in this run'

const REMOVE_LIMIT_MS = 30_000
const MOST_REMOVED = 100

/** An entry of the cache, as the REST API tells it. */
export interface CacheEntry {
  readonly key: string
  /** ISO 8601; `''` when it is not told. */
  readonly createdAt: string
}

/** Removes entries that nobody will continue any more; silently nothing where the token may not. */
export async function removeEntries(
  { repository, apiUrl }: Pick<RunContext, 'repository' | 'apiUrl'>,
  githubToken: string,
  prefix: string,
  isOver: (entry: CacheEntry) => boolean,
): Promise<void> {
  const [owner, repo] = repository.split('/')
  if (githubToken === '' || !owner || !repo) return
  const quiet = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }
  const octokit = getOctokit(githubToken, { baseUrl: apiUrl, log: quiet })
  const request = { signal: AbortSignal.timeout(REMOVE_LIMIT_MS), redirect: 'error' as const }
  const where = { owner, repo, request }
  try {
    const { data } = await octokit.request('GET /repos/{owner}/{repo}/actions/caches', {
      ...where,
      key: prefix,
      per_page: MOST_REMOVED,
    })
    for (const { id, key = '', created_at: createdAt = '' } of data.actions_caches)
      if (id !== undefined && key.startsWith(prefix) && isOver({ key, createdAt }))
        await octokit.request('DELETE /repos/{owner}/{repo}/actions/caches/{cache_id}', { ...where, cache_id: id })
  } catch {
    // Without `actions: write` they stay until GitHub evicts them.
  }
}
