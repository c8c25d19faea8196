import type { PrincipalType } from './principal.ts'

/**
 * Why a call did not bring what it was made for. A closed set: it is what `idp_divergence_failures.csv`, `report.json`
 * and the retry policy speak in. `POLICIES` says for each what follows.
 */
export type Reason =
  | 'configuration'
  | 'internal'
  | 'disk'
  | 'cancelled'
  | 'unauthorized'
  | 'forbidden'
  | 'sign-in'
  | 'not-found'
  | 'endpoint-not-found'
  | 'bad-request'
  | 'throttled'
  | 'server-error'
  | 'unavailable'
  | 'outage'
  | 'network'
  | 'timeout'
  | 'name-not-resolved'
  | 'certificate'
  | 'proxy'
  | 'redirect'
  | 'too-large'
  | 'not-json'
  | 'unexpected-answer'
  | 'wrong-identity'
  | 'unreadable'

export interface Policy {
  /** `throttled` is asked again without spending an attempt; a number is how many attempts there are in all. */
  readonly attempts: number | 'throttled'
  /** `run`: nothing else can succeed either. */
  readonly stops: 'item' | 'run'
}

const once: Policy = { attempts: 1, stops: 'item' }
const transient: Policy = { attempts: 6, stops: 'item' }
const fatal: Policy = { attempts: 1, stops: 'run' }

export const POLICIES: Readonly<Record<Reason, Policy>> = {
  configuration: fatal,
  internal: fatal,
  disk: fatal,
  cancelled: fatal,
  unauthorized: once,
  forbidden: once,
  'sign-in': fatal,
  'not-found': once,
  'endpoint-not-found': once,
  'bad-request': once,
  throttled: { attempts: 'throttled', stops: 'item' },
  // A plain 500 is usually a poisoned identity; both Databricks SDKs do not retry it at all.
  'server-error': { attempts: 3, stops: 'item' },
  unavailable: transient,
  // The server was away for so long in all that waiting on helps nobody.
  outage: fatal,
  network: transient,
  timeout: transient,
  'name-not-resolved': { attempts: 3, stops: 'item' },
  certificate: fatal,
  proxy: fatal,
  redirect: fatal,
  'too-large': once,
  'not-json': transient,
  'unexpected-answer': { attempts: 2, stops: 'item' },
  'wrong-identity': { attempts: 2, stops: 'item' },
  unreadable: once,
}

/** The one error class. `message`: sentence case, names the action that failed, holds no token and no directory text. */
export class AuditError extends Error {
  override readonly name = 'AuditError'
  readonly reason: Reason
  /** HTTP status or system error code (`429`, `ECONNRESET`); `''` when there is none. */
  readonly code: string
  /** What the server asked us to wait, in ms from now. */
  readonly retryAfterMs: number | undefined
  /** What to do about it; `''`: the message says so; `undefined`: whatever the reason suggests. */
  readonly action: string | undefined

  constructor(
    reason: Reason,
    message: string,
    options: {
      code?: string | number
      retryAfterMs?: number | undefined
      action?: string | undefined
      cause?: unknown
    } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.reason = reason
    this.code = options.code === undefined ? '' : String(options.code)
    this.retryAfterMs = options.retryAfterMs
    this.action = options.action
  }
}

/** What a file system says when it is full, or does not let us. */
const DISK = /^(ENOSPC|EDQUOT|EROFS|EACCES|EPERM|EIO|EMFILE|ENFILE|EFBIG)$/

/**
 * A fault of the machine, or of ours: its system code is all that is told of it, for a message may hold anything.
 * `place`: more about a fault of ours, for whoever looks for it.
 */
export function unexpected(what: string, cause: unknown, place = ''): AuditError {
  const code = cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : ''
  if (DISK.test(code))
    return new AuditError('disk', `${what} could not read or write a file of its own (${code})`, { code, cause })
  const told = [code, place].filter((part) => part !== '').join(', ')
  return new AuditError('internal', `${what} failed unexpectedly${told && ` (${told})`}`, { code, cause })
}

/** A principal that could not be checked: one row of `idp_divergence_failures.csv`. */
export interface Failure {
  readonly type: PrincipalType
  readonly id: string
  readonly reason: Reason
  readonly code: string
}

/** The `error` cell: no URL, time, attempt count or request id, so that equal runs give equal bytes. */
export const failureText = ({ reason, code }: Pick<Failure, 'reason' | 'code'>): string =>
  code === '' ? reason : `${reason}: ${code}`
