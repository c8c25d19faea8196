import type { BlobStore } from './blob-store.ts'
import { json, type Route } from './exchange.ts'
import { API_HOST } from './hosts.ts'
import { conflict, missing, textOf, twirp } from './twirp.ts'

export interface StoredCacheEntry {
  readonly id: string
  readonly key: string
  readonly version: string
  readonly archive: Buffer
  /** ISO 8601. */
  readonly createdAt: string
}

/** A repository's cache: the service that the toolkit speaks to, and the REST calls that list and delete entries. */
export function cacheService(
  blobs: BlobStore,
  runtimeToken: string,
  nextId: () => string,
): { routes: Route[]; entries: StoredCacheEntry[] } {
  const entries: StoredCacheEntry[] = []
  const reserved = new Map<string, string>()
  const route = twirp(runtimeToken, 'CacheService')

  const routes: Route[] = [
    route('CreateCacheEntry', (message) => {
      const entry = `${textOf(message.version)} ${textOf(message.key)}`
      if (reserved.has(entry)) return conflict('cache entry')
      const container = `cache-${nextId()}`
      reserved.set(entry, container)
      return json(200, { ok: true, signed_upload_url: blobs.sign(container) })
    }),
    route('FinalizeCacheEntryUpload', (message) => {
      const [key, version] = [textOf(message.key), textOf(message.version)]
      const archive = blobs.read(reserved.get(`${version} ${key}`) ?? '')
      if (archive === undefined) return missing
      const id = nextId()
      entries.push({ id, key, version, archive, createdAt: new Date().toISOString() })
      return json(200, { ok: true, entry_id: id })
    }),
    // The key itself, then what begins with it, then each restore key; of several the newest.
    route('GetCacheEntryDownloadURL', ({ key, version, restore_keys }) => {
      const ours = entries.filter((entry) => entry.version === version).reverse()
      const wanted = [textOf(key), ...(Array.isArray(restore_keys) ? restore_keys.map(textOf) : [])]
      const found =
        ours.find((entry) => entry.key === key) ??
        wanted.flatMap((prefix) => ours.filter((entry) => entry.key.startsWith(prefix))).at(0)
      if (found === undefined) return json(200, { ok: false, signed_download_url: '', matched_key: '' })
      const container = reserved.get(`${found.version} ${found.key}`) ?? ''
      return json(200, { ok: true, signed_download_url: blobs.sign(container), matched_key: found.key })
    }),
    {
      ...{ call: 'caches.list', method: 'GET', hosts: [API_HOST], path: /^\/repos\/[^/]+\/[^/]+\/actions\/caches$/ },
      answer({ query }) {
        const listed = entries.filter(({ key }) => key.startsWith(query.get('key') ?? ''))
        const caches = listed.map(({ id, key, version, archive, createdAt }) => ({
          ...{ id: Number(id), key, version, ref: 'refs/heads/main', size_in_bytes: archive.length },
          ...{ created_at: createdAt, last_accessed_at: createdAt },
        }))
        return json(200, { total_count: caches.length, actions_caches: caches })
      },
    },
    {
      ...{ call: 'caches.delete', method: 'DELETE', hosts: [API_HOST] },
      path: /^\/repos\/[^/]+\/[^/]+\/actions\/caches\/(?<id>\d+)$/,
      answer({ params }) {
        const index = entries.findIndex(({ id }) => id === params.id)
        if (index < 0) return json(404, { message: 'Not Found' })
        for (const { key, version } of entries.splice(index, 1)) reserved.delete(`${version} ${key}`)
        return { status: 204 }
      },
    },
  ]
  return { routes, entries }
}
