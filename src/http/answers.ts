import { AuditError, type Reason } from '../domain/failure.ts'
import type { Clock } from '../ports.ts'
import { type CallName, EVERY_CALL } from './calls.ts'
import { type ErrorBody, errorBodyOf, hiddenErrorOf } from './error-body.ts'
import { parseJson } from './json.ts'
import { keepingLast } from './keeping-last.ts'
import { retryAfterMsOf } from './retry-after.ts'
import type { HttpAnswer } from './send.ts'

const THROTTLED_CODES: ReadonlySet<string> = new Set(['RESOURCE_EXHAUSTED', 'REQUEST_LIMIT_EXCEEDED'])
const THROTTLED_TEXT = /temporarily throttled|try again later|RPC token bucket|REQUEST_LIMIT_EXCEEDED/i
/** Their texts may quote directory names, and say enough by their number. */
const PLAIN_STATUSES: ReadonlySet<number> = new Set([401, 403, 404])

const STATUS_REASONS: Readonly<Record<number, Reason>> = {
  401: 'unauthorized',
  403: 'forbidden',
  404: 'not-found',
  407: 'proxy',
  408: 'unavailable',
  425: 'unavailable',
  429: 'throttled',
  501: 'bad-request',
  502: 'unavailable',
  503: 'unavailable',
  504: 'unavailable',
  // Network Authentication Required: a captive portal that says so.
  511: 'proxy',
}

/** Error codes as they come in the body of a 200. */
const CODE_REASONS: Readonly<Record<string, Reason>> = {
  UNAUTHENTICATED: 'unauthorized',
  PERMISSION_DENIED: 'forbidden',
  NOT_FOUND: 'not-found',
  RESOURCE_DOES_NOT_EXIST: 'not-found',
  BAD_REQUEST: 'bad-request',
  INVALID_PARAMETER_VALUE: 'bad-request',
  INVALID_STATE: 'bad-request',
  MALFORMED_REQUEST: 'bad-request',
  INTERNAL: 'server-error',
  INTERNAL_ERROR: 'server-error',
  UNAVAILABLE: 'unavailable',
  TEMPORARILY_UNAVAILABLE: 'unavailable',
  DEADLINE_EXCEEDED: 'unavailable',
}

const isSuccess = (status: number): boolean => status >= 200 && status <= 299

/** Why an answer is no success. */
function reasonOf(status: number, { code, text }: ErrorBody): Reason {
  if (THROTTLED_CODES.has(code) || (!PLAIN_STATUSES.has(status) && THROTTLED_TEXT.test(text))) return 'throttled'
  if (isSuccess(status)) return CODE_REASONS[code] ?? 'unexpected-answer'
  return STATUS_REASONS[status] ?? (status >= 500 ? 'server-error' : 'bad-request')
}

function hintOf(reason: Reason, { text, isJson }: ErrorBody): string {
  if (reason === 'proxy') return '; a proxy or captive portal asks for a sign-in of its own. Check HTTPS_PROXY'
  if (reason !== 'forbidden') return ''
  if (/ip access list|ip acl|source ip|ip address/i.test(text))
    return '; the account has an IP access list, and the address of this runner is not in it'
  return isJson ? '' : '; the answer is not from the API: a proxy, a firewall or an IP access list may have given it'
}

type Dated = Pick<Clock, 'date'>

function refusal(call: CallName, { status, headers }: HttpAnswer, body: ErrorBody, clock: Dated): AuditError {
  const reason = reasonOf(status, body)
  const said = body.code === '' ? `HTTP ${status}` : `HTTP ${status} ${body.code}`
  return new AuditError(reason, `Cannot ${EVERY_CALL[call].what}: ${said}${hintOf(reason, body)}`, {
    code: status,
    retryAfterMs: retryAfterMsOf(headers, clock.date()),
  })
}

function notJson(call: CallName, { status, text }: HttpAnswer): AuditError {
  const isPage = /^\s*<(!doctype|html|head|body)/i.test(text)
  const why = isPage
    ? 'the answer is a web page; a proxy, a captive portal or a private link may stand in between'
    : 'the answer is not JSON'
  return new AuditError('not-json', `Cannot ${EVERY_CALL[call].what}: ${why}`, { code: status })
}

/** `application/json`, `application/scim+json`, … */
const isJsonType = keepingLast((type) => /^\s*application\/([\w.-]+\+)?json\s*(;|$)/i.test(type))

/**
 * The JSON of a successful answer, without loss of digits. Throws `AuditError` for everything else; its code is the
 * status. `clock`: what time it is here, for a `Retry-After` date in an answer without `Date`.
 */
export function jsonOf(call: CallName, answer: HttpAnswer, clock: Dated): unknown {
  if (!isSuccess(answer.status)) throw refusal(call, answer, errorBodyOf(answer.text), clock)
  if (!isJsonType(String(answer.headers['content-type'] ?? ''))) throw notJson(call, answer)
  let json: unknown
  try {
    json = parseJson(answer.text)
  } catch {
    // Without a cause: the parser's message quotes the body.
    throw notJson(call, answer)
  }
  const hidden = hiddenErrorOf(json)
  if (hidden !== undefined) throw refusal(call, answer, hidden, clock)
  return json
}
