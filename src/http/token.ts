import { AuditError } from '../domain/failure.ts'
import type { Clock } from '../ports.ts'
import { resultOf } from './admission.ts'
import { pause, unlessCancelled } from './cancel.ts'
import type { AccessToken } from './token-answer.ts'
import { type HeldToken, heldTokenOf, signInDelayMs } from './token-state.ts'

/** The bearer of the moment. */
export interface Tokens {
  /** A token that is valid as far as we know; rejects with `AuditError`: `sign-in`, `outage`, `cancelled`. */
  current(signal: AbortSignal): string | Promise<string>
  /** An answer other than 401 came to it. */
  accept(token: string): void
  /** A 401 came to it: it is not given out again. */
  reject(token: string): void
  /** Was it never accepted by any answer? */
  isFresh(token: string): boolean
}

/** After a background refresh failed for good, while the old token still serves. */
const COOL_DOWN_MS = 60_000

interface Options {
  /** Signs in once. Throws `AuditError`; transient reasons are tried again. */
  readonly fetch: (signal: AbortSignal) => Promise<AccessToken>
  readonly clock: Clock
  readonly random: () => number
  /** Told of every token before it is used, so that the log masks it. */
  readonly onToken: (token: string) => void
  /** Told of every failure after which the sign-in is tried again. */
  readonly onFailed?: (failure: AuditError) => void
  /** The run's: aborted, the sign-in stops too. */
  readonly signal: AbortSignal
}

/**
 * Holds the token of one sign-in: fetched when first needed, renewed in the background before it expires, by one sign-in
 * at a time however many ask. Expiry goes by the monotonic clock, from receipt.
 */
export function tokenHolder({ fetch, clock, random, onToken, onFailed, signal: run }: Options): Tokens {
  let held: HeldToken | undefined
  let renewal: Promise<string> | undefined
  let coolUntil = Number.NEGATIVE_INFINITY
  const accepted = new Set<string>()
  let hasSignedIn = false

  async function signIn(): Promise<string> {
    const [startedAt, first] = [clock.now(), !hasSignedIn]
    for (let tries = 1; ; tries++) {
      try {
        const answer = await fetch(run)
        onToken(answer.token)
        hasSignedIn = true
        held = heldTokenOf(answer, clock.now())
        return held.token
      } catch (error) {
        const facts = { tries, elapsedMs: clock.now() - startedAt, first, chance: random() }
        const failure = asAuditError(error)
        const delayMs = delayAfter(failure, facts)
        onFailed?.(failure)
        await pause(clock, delayMs, run)
      }
    }
  }

  function renewed(): Promise<string> {
    if (renewal === undefined) {
      renewal = signIn().finally(() => {
        renewal = undefined
      })
      renewal.catch(() => {
        coolUntil = clock.now() + COOL_DOWN_MS
      })
    }
    return renewal
  }

  return {
    current(signal) {
      const now = clock.now()
      if (held === undefined || now >= held.expiresAt) return unlessCancelled(renewed(), signal)
      if (now >= held.staleAt && now >= coolUntil) renewed().catch(() => {})
      return held.token
    },
    accept(token) {
      accepted.add(token)
    },
    reject(token) {
      if (held?.token === token) held = undefined
    },
    isFresh: (token) => !accepted.has(token),
  }
}

const NEVER_SIGNED_IN =
  'It was tried for two minutes: see whether an outage is reported and whether the runner gets through to the host, then run the audit again.'

/** Throws when the sign-in is not worth another try. */
function delayAfter(error: AuditError, facts: Parameters<typeof signInDelayMs>[1]): number {
  const { reason, code } = error
  if (reason === 'cancelled' || reason === 'sign-in') throw error
  if (['answered', 'void'].includes(resultOf(error))) throw asSignIn(error)
  const delay = signInDelayMs(error, facts)
  if (delay !== undefined) return delay
  if (facts.first) throw asSignIn(error, NEVER_SIGNED_IN)
  throw new AuditError('outage', 'Cannot sign in again: it failed for 10 minutes', {
    code: code || reason,
    cause: error,
  })
}

const asAuditError = (error: unknown): AuditError =>
  error instanceof AuditError ? error : new AuditError('internal', 'Cannot sign in: fault', { cause: error })

/** A fault of the set-up (proxy, certificate, …) keeps its reason; a refusal becomes the sign-in's. */
const asSignIn = (error: AuditError, action = error.action): AuditError =>
  resultOf(error) === 'void'
    ? error
    : new AuditError('sign-in', error.message, { code: error.code || error.reason, action, cause: error })
