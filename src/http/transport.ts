import type { Dispatcher } from 'undici'
import { AuditError } from '../domain/failure.ts'
import type { Clock } from '../ports.ts'
import { EVERY_CALL } from './calls.ts'
import { cancelledBy, onCancel } from './cancel.ts'
import { type Checks, Exchange } from './exchange.ts'
import { keepingLast } from './keeping-last.ts'
import { Overdue } from './overdue.ts'
import type { HttpAnswer, HttpRequest, Send } from './send.ts'
import { type Target, urlSplitter } from './target.ts'
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

/** Sends one request over undici. Whatever the other side does, it settles within the limits. `userAgent`: who asks. */
export const transport = ({
  dispatcher,
  clock,
  userAgent,
  limits = LIMITS,
}: {
  dispatcher: Dispatcher
  clock: Clock
  userAgent: string
  limits?: Limits
}): Send => {
  const common = { accept: 'application/json', 'user-agent': userAgent }
  const split = urlSplitter()
  const [overdue, listOverdue] = [new Overdue(limits.total, clock), new Overdue(limits.listTotal, clock)]
  return (asked, signal) =>
    new Promise((resolve, reject) => {
      if (signal.aborted) return reject(cancelledBy(signal))
      const { what, domain } = EVERY_CALL[asked.call]
      const over = () => {
        forget()
        inTime()
      }
      const exchange = new Exchange(checksOf(asked, limits), {
        ended({ status, headers, bytes }) {
          over()
          try {
            resolve({ status, headers, text: textOf(what, status, headers, bytes) })
          } catch (error) {
            reject(transportFailure(error, what))
          }
        },
        failed(error) {
          over()
          reject(transportFailure(error, what))
        },
      })
      const forget = onCancel(signal, () => exchange.stop(cancelledBy(signal)))
      const inTime = (domain === 'list' ? listOverdue : overdue).watch(() =>
        exchange.stop(new AuditError('timeout', `Cannot ${what}: no whole answer in time`, { code: 'TOTAL' })),
      )
      try {
        dispatcher.dispatch(dispatched(asked, split(asked.url), common, limits), exchange)
      } catch (error) {
        exchange.fail(error)
      }
    })
}

function dispatched(
  asked: HttpRequest,
  { origin, host, path }: Target,
  common: Readonly<Record<string, string>>,
  limits: Limits,
): Dispatcher.DispatchOptions {
  return {
    origin,
    path,
    method: EVERY_CALL[asked.call].method,
    // undici would add `host` by itself, but not on every way in the same manner; see `ShortcutAgent`.
    headers: { ...common, ...asked.headers, host, 'accept-encoding': 'identity' },
    body: asked.body ?? null,
    headersTimeout: limits.headers,
    bodyTimeout: limits.bodyIdle,
  }
}

function checksOf(asked: HttpRequest, { maxBodyBytes: most }: Limits): Checks {
  const refuseOver = (size: number) => {
    if (size <= most) return
    const { what } = EVERY_CALL[asked.call]
    throw new AuditError('too-large', `Cannot ${what}: the answer is over ${most >> 20} MiB`)
  }
  return {
    onHead(status, headers) {
      refuseRedirect(asked, status, headers)
      refuseOver(Number(headers['content-length'] ?? 0))
    },
    onBody: refuseOver,
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

/** Making one costs more than what it does with a small answer. */
const [STRICT, LENIENT] = [new TextDecoder('utf-8', { fatal: true }), new TextDecoder()]

/** Of a `content-type`. */
const isUtf8 = keepingLast((type) =>
  /^(utf-?8|us-ascii)$/i.test(/charset\s*=\s*"?([\w-]+)/i.exec(type)?.[1] ?? 'utf-8'),
)

/** Only a success must be readable to the last byte; for a refusal the status tells enough. */
function textOf(what: string, status: number, headers: Headers, bytes: Buffer): string {
  const fatal = status >= 200 && status <= 299
  const encoding = String(headers['content-encoding'] ?? 'identity').toLowerCase()
  const unreadable = (why: string) => new AuditError('not-json', `Cannot ${what}: the answer ${why}`, { code: status })
  if (encoding !== 'identity') {
    if (fatal) throw unreadable('is compressed although that was not asked for')
    return ''
  }
  if (fatal && !isUtf8(String(headers['content-type'] ?? ''))) throw unreadable('is not in UTF-8')
  try {
    return (fatal ? STRICT : LENIENT).decode(bytes)
  } catch {
    throw unreadable('is not valid UTF-8')
  }
}
