import { AuditError } from '../domain/failure.ts'
import { EVERY_CALL } from './calls.ts'
import { keepingLast } from './keeping-last.ts'
import type { Layer } from './send.ts'
import type { Tokens } from './token.ts'

/** So often a call is sent in all while tokens that served others are refused to it. */
const MOST_SENDINGS = 4

/**
 * Sends the bearer. After a 401 the call is sent again with a new token; a 401 to that one ends the run when the token
 * was never accepted by any answer: then the sign-in itself is what is wrong. Otherwise the 401 is the call's own.
 * `action`: what to do in the former case.
 */
export const authorised =
  (tokens: Tokens, action?: string): Layer =>
  (next) => {
    // A token is long, and would be put together and laid out anew for every request.
    const bearer = keepingLast((token) => `Bearer ${token}`)
    return async (request, signal) => {
      for (let sending = 1; ; sending++) {
        const current = tokens.current(signal)
        const token = typeof current === 'string' ? current : await current
        const headers = { ...request.headers, authorization: bearer(token) }
        const answer = await next({ ...request, headers }, signal)
        if (answer.status !== 401) {
          tokens.accept(token)
          return answer
        }
        const wasFresh = tokens.isFresh(token)
        tokens.reject(token)
        if (sending > 1 && wasFresh)
          throw new AuditError('sign-in', `Cannot ${EVERY_CALL[request.call].what}: a fresh token was refused`, {
            code: 401,
            action,
          })
        if (sending === MOST_SENDINGS) return answer
      }
    }
  }
