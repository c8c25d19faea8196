import { AuditError, POLICIES } from '../domain/failure.ts'
import type { Clock } from '../ports.ts'
import type { AskLayer } from './ask.ts'
import { EVERY_CALL, type LimitDomain } from './calls.ts'
import type { HttpRequest } from './send.ts'

/** One sending of a request, once it is over. Times are the clock's, in ms. */
export interface Attempt {
  readonly sentAt: number
  readonly endedAt: number
  readonly result: Result
  /** What a throttling answer asked us to wait. */
  readonly retryAfterMs?: number | undefined
}

/**
 * What an attempt says of the server. `answered`: it works, even if it refused this request; `void`: nothing, for it was
 * cancelled, never sent, or failed on our side.
 */
export type Result = 'answered' | 'throttled' | 'transient' | 'void'

export function resultOf(failure: AuditError | undefined): Result {
  if (failure === undefined) return 'answered'
  const { attempts, stops } = POLICIES[failure.reason]
  if (attempts === 'throttled') return 'throttled'
  if (stops === 'run') return 'void'
  return attempts > 2 ? 'transient' : 'answered'
}

/** Called once, when the attempt that was admitted is over. */
export type Leave = (attempt: Attempt) => void

/** Decides when a request may be sent. */
export interface Admission {
  /** At once, or when it may be. Rejects with `AuditError`; then there is nothing to call. */
  admit(request: HttpRequest, signal: AbortSignal): Leave | Promise<Leave>
}

/** Every attempt passes the admissions of its domain, in order, and tells them how it went. */
export const admitted =
  (clock: Clock, admissionsOf: (domain: LimitDomain) => readonly Admission[]): AskLayer =>
  (next) =>
  async (request, decode, signal) => {
    const leaves: Leave[] = []
    let sentAt = clock.now()
    let result: Result = 'void'
    let retryAfterMs: number | undefined
    try {
      for (const admission of admissionsOf(EVERY_CALL[request.call].domain)) {
        const leave = admission.admit(request, signal)
        leaves.push(typeof leave === 'function' ? leave : await leave)
      }
      sentAt = clock.now()
      const value = await next(request, decode, signal)
      result = 'answered'
      return value
    } catch (error) {
      if (error instanceof AuditError) {
        result = resultOf(error)
        retryAfterMs = error.retryAfterMs
      }
      throw error
    } finally {
      const attempt = { sentAt, endedAt: clock.now(), result, retryAfterMs }
      for (let leave = leaves.pop(); leave !== undefined; leave = leaves.pop()) leave(attempt)
    }
  }
