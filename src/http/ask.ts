import { AuditError } from '../domain/failure.ts'
import type { Clock } from '../ports.ts'
import { jsonOf } from './answers.ts'
import type { HttpRequest, Send } from './send.ts'

/**
 * Asks once or as often as the policy allows, and returns what `decode` makes of the JSON of a successful answer.
 * Integers that a number cannot hold arrive in `decode` as strings of digits. What `decode` throws takes part in the
 * retries like a failed call: `unexpected-answer` and `wrong-identity` are asked once more. Throws `AuditError` only.
 */
export type Ask = <T>(request: HttpRequest, decode: (json: unknown) => T, signal: AbortSignal) => Promise<T>
export type AskLayer = (next: Ask) => Ask

/** Turns answers into values or `AuditError`s; asks once. */
export const answering =
  (send: Send, clock: Clock): Ask =>
  async (request, decode, signal) => {
    const json = jsonOf(request.call, await send(request, signal), clock)
    try {
      return decode(json)
    } catch (error) {
      if (error instanceof AuditError) throw error
      throw new AuditError('internal', 'Cannot decode an answer: fault in the decoder', { cause: error })
    }
  }
