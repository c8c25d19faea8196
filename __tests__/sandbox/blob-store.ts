import { createHash, randomUUID } from 'node:crypto'
import { type Answer, json, type Route, type SandboxRequest } from './exchange.ts'
import { BLOB_HOST } from './hosts.ts'

/** Blobs behind signed addresses, as far as the Azure client of the toolkit uses them. */
export interface BlobStore {
  readonly routes: Route[]
  /** An address with leave to read and write the one blob of a container. */
  sign(container: string): string
  read(container: string): Buffer | undefined
  write(container: string, content: Buffer): void
}

export function blobStore(): BlobStore {
  const signatures = new Map<string, string>()
  const blocks = new Map<string, Buffer>()
  const blobs = new Map<string, Buffer>()

  const route = (
    call: string,
    method: string,
    answer: (request: SandboxRequest, container: string) => Answer,
  ): Route => ({
    ...{ call, method, hosts: [BLOB_HOST], path: /^\/(?<name>[^/]+)\/content$/ },
    answer(request) {
      const container = request.params.name ?? ''
      if (signatures.get(container) !== request.query.get('sig')) return json(403, { code: 'AuthenticationFailed' })
      return answer(request, container)
    },
  })

  const headersOf = (body: Buffer) => ({
    'content-type': 'application/zip',
    'content-disposition': 'attachment; filename="artifact.zip"',
    'last-modified': 'Sun, 22 Nov 2026 00:00:00 GMT',
    'accept-ranges': 'bytes',
    'x-ms-blob-type': 'BlockBlob',
    'x-ms-version': '2026-04-06',
    'x-ms-request-id': randomUUID(),
    etag: `"0x${createHash('sha256').update(body).digest('hex').slice(0, 16)}"`,
  })
  const created = (body: Buffer): Answer => ({ status: 201, headers: headersOf(body) })

  function put({ query, body }: SandboxRequest, container: string): Answer {
    switch (query.get('comp')) {
      case 'block':
        blocks.set(`${container} ${query.get('blockid')}`, body)
        return created(body)
      case 'blocklist': {
        const ids = [...body.toString().matchAll(/<(?:Latest|Uncommitted|Committed)>([^<]+)</g)].map(([, id]) => id)
        const parts = ids.map((id) => blocks.get(`${container} ${id}`))
        if (parts.includes(undefined)) return json(400, { code: 'InvalidBlockList' })
        blobs.set(container, Buffer.concat(parts as Buffer[]))
        return created(body)
      }
      default:
        blobs.set(container, body)
        return created(body)
    }
  }

  function get({ headers }: SandboxRequest, container: string): Answer {
    const blob = blobs.get(container)
    if (blob === undefined) return json(404, { code: 'BlobNotFound' })
    const range = /^bytes=(\d+)-(\d*)$/.exec(String(headers['x-ms-range'] ?? headers.range ?? ''))
    if (range === null) return { status: 200, headers: headersOf(blob), body: blob }
    const from = Number(range[1])
    const to = Math.min(blob.length - 1, range[2] === '' ? blob.length - 1 : Number(range[2]))
    const contentRange = { 'content-range': `bytes ${from}-${to}/${blob.length}` }
    return { status: 206, headers: { ...headersOf(blob), ...contentRange }, body: blob.subarray(from, to + 1) }
  }

  return {
    routes: [route('blob.put', 'PUT', put), route('blob.get', 'GET', get), route('blob.head', 'HEAD', get)],
    sign(container) {
      const signature = signatures.get(container) ?? randomUUID()
      signatures.set(container, signature)
      return `https://${BLOB_HOST}/${container}/content?sv=2026-04-06&sr=b&sp=rcw&sig=${signature}`
    },
    read: (container) => blobs.get(container),
    write: (container, content) => void blobs.set(container, content),
  }
}
