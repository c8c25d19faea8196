import type * as toolkit from '@actions/core'
import { AuditError, POLICIES } from '../domain/failure.ts'
import { pause, unlessCancelled } from '../http/cancel.ts'
import { transportFailure, transportFault } from '../http/transport-failure.ts'
import type { Clock } from '../ports.ts'
import { within } from './timed.ts'

export interface IdTokenPorts {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly core: Pick<typeof toolkit, 'getIDToken'>
  readonly clock: Clock
  /** At least 0, less than 1. */
  readonly random?: () => number
  /** Of one try. */
  readonly limitMs?: number
}

const TRIES = 3

const NO_PERMISSION =
  'There is no OIDC token for this job. Add "permissions: id-token: write" (and "contents: read") to the job; where a ' +
  'reusable workflow is called, the calling job must grant it too. Pull requests from forks never get one'

/**
 * GitHub's id tokens: a new one at every call, masked by the toolkit. It lives five minutes, so it is asked for right
 * before it is used and never kept. The toolkit retries 502 to 504 only, hence the tries here.
 * Throws `AuditError`: `sign-in`, `proxy` or `certificate` when trying again is of no use, `cancelled`, else `network` or
 * `timeout`.
 */
export function idTokens(ports: IdTokenPorts): (audience: string, signal: AbortSignal) => Promise<string> {
  const { env, clock, random = Math.random } = ports
  return async (audience, signal) => {
    if (!env.ACTIONS_ID_TOKEN_REQUEST_URL || !env.ACTIONS_ID_TOKEN_REQUEST_TOKEN)
      throw new AuditError('sign-in', NO_PERMISSION, { action: '' })
    for (let tried = 1; ; tried++) {
      try {
        return await idToken(ports, audience, signal)
      } catch (error) {
        if (tried === TRIES || !(error instanceof AuditError) || isFinal(error)) throw error
        await pause(clock, 1000 * 2 ** (tried - 1) * (0.5 + random()), signal)
      }
    }
  }
}

const isFinal = ({ reason }: AuditError): boolean => POLICIES[reason].stops === 'run'

async function idToken({ core, limitMs = 15_000 }: IdTokenPorts, audience: string, signal: AbortSignal) {
  const asked = core.getIDToken(audience).catch((error: unknown) => {
    throw failureOf(error)
  })
  const token = await within(limitMs, "The request for GitHub's id token", unlessCancelled(asked, signal))
  if (token === '') throw new AuditError('network', 'GitHub gave an empty id token')
  return token
}

/** The toolkit tells what happened in its message only. */
function failureOf(error: unknown): AuditError {
  const text = String(error)
  const status = /Error Code : (\d{3})\b/.exec(text)?.[1] ?? ''
  if (/^4(?!08|29)/.test(status))
    return new AuditError('sign-in', `GitHub refused the id token (HTTP ${status}). ${NO_PERMISSION}`, {
      code: status,
      action: '',
    })
  const what = "ask for GitHub's id token"
  const refused = /tunneling socket could not be established, statusCode=(4\d\d)/.exec(text)?.[1]
  if (refused !== undefined && refused !== '429') return transportFault('proxy', refused, what, error)
  // As OpenSSL words it.
  if (/\bcertificate\b/i.test(text)) return transportFault('certificate', 'TLS', what, error)
  const code = /\b(E[A-Z]{4,}|EAI_[A-Z]+)\b/.exec(text)?.[1]
  if (code !== undefined) return transportFailure(Object.assign(new Error(code, { cause: error }), { code }), what)
  return new AuditError('network', 'GitHub gave no id token', { code: status, cause: error })
}
