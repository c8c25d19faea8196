import { type Dispatcher, request } from 'undici'
import { AuditError } from '../domain/failure.ts'
import type { Clock } from '../ports.ts'
import { EVERY_CALL } from './calls.ts'
import { cancelledBy, unlessCancelled } from './cancel.ts'
import type { HttpAnswer, HttpRequest, Send } from './send.ts'
import { transportFailure } from './transport-failure.ts'

/** All in ms but the last. */
export interface Limits {
  readonly headers: number
  /** Between two pieces of a body. */
  readonly bodyIdle: number
  /** From asking for a connection to the last byte. */
  readonly total: number
  readonly listTotal: number
  readonly maxBodyBytes: number
}

export const LIMITS: Limits = {
  headers: 60_000,
  bodyIdle: 30_000,
  total: 90_000,
  listTotal: 180_000,
  maxBodyBytes: 64 * 1024 * 1024,
}

type Headers = HttpAnswer['headers']

/** Sends one request over undici. Whatever the other side does, it settles within the limits. */
export const transport =
  ({ dispatcher, clock, limits = LIMITS }: { dispatcher: Dispatcher; clock: Clock; limits?: Limits }): Send =>
  async (asked, signal) => {
    if (signal.aborted) throw cancelledBy(signal)
    const { what, domain } = EVERY_CALL[asked.call]
    const [stop, settled] = [new AbortController(), new AbortController()]
    const exchanged = exchange(asked, dispatcher, limits, stop.signal)
    const overdue = clock
      .sleep(domain === 'list' ? limits.listTotal : limits.total, settled.signal)
      .then(() =>
        Promise.reject(new AuditError('timeout', `Cannot ${what}: no whole answer in time`, { code: 'TOTAL' })),
      )
    try {
      // undici does not settle an aborted request that still waits for its connection; hence the race.
      return await unlessCancelled(Promise.race([exchanged, overdue]), signal)
    } catch (error) {
      stop.abort()
      throw transportFailure(error, what)
    } finally {
      settled.abort()
      exchanged.catch(() => {})
      overdue.catch(() => {})
    }
  }

async function exchange(asked: HttpRequest, dispatcher: Dispatcher, limits: Limits, signal: AbortSignal) {
  const { what, method } = EVERY_CALL[asked.call]
  const { statusCode, headers, body } = await request(asked.url, {
    dispatcher,
    method,
    headers: { accept: 'application/json', ...asked.headers, 'accept-encoding': 'identity' },
    body: asked.body ?? null,
    signal,
    headersTimeout: limits.headers,
    bodyTimeout: limits.bodyIdle,
  })
  try {
    refuseRedirect(asked, statusCode, headers)
    const bytes = await collected(what, body, headers, limits.maxBodyBytes)
    return { status: statusCode, headers, text: textOf(what, statusCode, headers, bytes) }
  } finally {
    body.on('error', () => {}).destroy()
  }
}

/** Following one would carry the token to somebody else. */
function refuseRedirect({ call, url }: HttpRequest, status: number, headers: Headers): void {
  if (status < 300 || status > 399) return
  const location = String(headers.location ?? '')
  const { hostname } = new URL(URL.canParse(location, url) ? location : url, url)
  const host = /^[a-z0-9.:[\]-]{1,253}$/.test(hostname) ? hostname : 'another host'
  const message = `Cannot ${EVERY_CALL[call].what}: redirected to ${host}, which is never followed`
  throw new AuditError('redirect', message, { code: status })
}

async function collected(what: string, body: AsyncIterable<Buffer>, headers: Headers, most: number): Promise<Buffer> {
  const tooLarge = () => new AuditError('too-large', `Cannot ${what}: the answer is over ${most >> 20} MiB`)
  if (Number(headers['content-length']) > most) throw tooLarge()
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of body) {
    size += chunk.length
    if (size > most) throw tooLarge()
    chunks.push(chunk)
  }
  return Buffer.concat(chunks, size)
}

/** Only a success must be readable to the last byte; for a refusal the status tells enough. */
function textOf(what: string, status: number, headers: Headers, bytes: Buffer): string {
  const fatal = status >= 200 && status <= 299
  const encoding = String(headers['content-encoding'] ?? 'identity').toLowerCase()
  const charset = /charset\s*=\s*"?([\w-]+)/i.exec(String(headers['content-type'] ?? ''))?.[1] ?? 'utf-8'
  const unreadable = (why: string) => new AuditError('not-json', `Cannot ${what}: the answer ${why}`, { code: status })
  if (encoding !== 'identity') {
    if (fatal) throw unreadable('is compressed although that was not asked for')
    return ''
  }
  if (fatal && !/^(utf-?8|us-ascii)$/i.test(charset)) throw unreadable('is not in UTF-8')
  try {
    return new TextDecoder('utf-8', { fatal }).decode(bytes)
  } catch {
    throw unreadable('is not valid UTF-8')
  }
}
