import { AuditError } from '../domain/failure.ts'
import { retryAfterMsOf } from './retry-after.ts'
import type { HttpAnswer } from './send.ts'

/** An access token and how long it lives from now on, in ms. */
export interface AccessToken {
  readonly token: string
  readonly lifetimeMs: number
}

/** What an OAuth server says when it refuses. https://www.rfc-editor.org/rfc/rfc6749#section-5.2 */
export interface Refusal {
  /** HTTP status. */
  readonly status: number
  /** `invalid_grant`, …; `''` when the answer is no OAuth error at all. */
  readonly error: string
  /** For machines to look codes up in; not fit to be shown. */
  readonly description: string
  /** What the server asks us to wait. */
  readonly retryAfterMs: number | undefined
}

/** Too short to be worth more than it costs, too long to be believed: then the default is taken. */
const [DEFAULT_SECONDS, MOST_SECONDS] = [600, 86_400]

const fieldsOf = (text: string): Readonly<Record<string, unknown>> | undefined => {
  try {
    const json: unknown = JSON.parse(text)
    return typeof json === 'object' && json !== null ? (json as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}

function lifetimeSecondsOf(expiresIn: unknown): number {
  const seconds = /^\d{1,9}$/.test(String(expiresIn)) ? Number(expiresIn) : 0
  return seconds > 0 && seconds <= MOST_SECONDS ? seconds : DEFAULT_SECONDS
}

/** Reads a 200 of a token endpoint. `server`: who answered, for messages. Throws `AuditError`. */
export function accessTokenOf({ status, text }: HttpAnswer, server: string): AccessToken {
  const fields = fieldsOf(text)
  if (fields === undefined)
    throw new AuditError('not-json', `${server} answered the sign-in with something else than JSON`, { code: status })
  const { access_token: token, token_type: type, expires_in: expiresIn } = fields
  if (type !== undefined && String(type).toLowerCase() !== 'bearer')
    throw new AuditError('sign-in', `${server} answered the sign-in with a token that is no bearer token`)
  // A header cannot carry anything else.
  if (typeof token !== 'string' || !/^[\x21-\x7e]+$/.test(token))
    throw new AuditError('sign-in', `${server} answered the sign-in without a usable access token`)
  return { token, lifetimeMs: lifetimeSecondsOf(expiresIn) * 1000 }
}

/** Reads an answer that is not a 200. */
export function refusalOf({ status, headers, text }: HttpAnswer, now: Date): Refusal {
  const { error, error_description: description } = fieldsOf(text) ?? {}
  return {
    status,
    error: typeof error === 'string' && /^[\w.-]{1,60}$/.test(error) ? error : '',
    description: typeof description === 'string' ? description : '',
    retryAfterMs: retryAfterMsOf(headers, now),
  }
}

/** The refusals that pass by themselves, as errors that are worth another try; `undefined` for the others. */
export function transientRefusal(refusal: Refusal, server: string): AuditError | undefined {
  const { status, error, description, retryAfterMs } = refusal
  const options = { code: status, retryAfterMs }
  // Databricks throttles by an `invalid_request` that says so.
  if (status === 429 || /temporarily throttled/i.test(description))
    return new AuditError('throttled', `${server} throttles the sign-in`, options)
  if (status >= 500 || status === 408 || error === 'temporarily_unavailable')
    return new AuditError('unavailable', `${server} cannot sign anybody in at the moment`, options)
  return undefined
}
