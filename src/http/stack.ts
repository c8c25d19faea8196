import type { SavedPaces } from '../domain/checkpoint.ts'
import type { Clock } from '../ports.ts'
import { type Admission, admitted } from './admission.ts'
import { type Ask, answering } from './ask.ts'
import { authorised } from './authorised.ts'
import { breakerOf } from './breaker.ts'
import type { CallCounts, CallName, LimitDomain } from './calls.ts'
import { type PaceReadout, pacedLimiterOf } from './pacing/paced-limiter.ts'
import { retrying } from './retry.ts'
import { layered, type Send } from './send.ts'
import { counting, inTable, type Places } from './table.ts'
import type { Tokens } from './token.ts'

interface Way {
  /** What really sends. */
  readonly transport: Send
  readonly places: Places
  /** Counted up as calls are sent. */
  readonly counts: { -readonly [Name in CallName]?: number } & CallCounts
}

/** For the sign-in: one attempt, any answer, no bearer. The token holder tries again, the adapter reads refusals. */
export const signInSend = ({ transport, places, counts }: Way): Send =>
  layered(transport, counting(counts), inTable(places))

/** The account's API as everybody above meets it. */
export interface DatabricksHttp {
  readonly ask: Ask
  /** How a limit domain fares, for the progress line. */
  readout(domain: LimitDomain): PaceReadout & { readonly waitingForHost: boolean }
  /** What was found out about the server's limits, for a later run. */
  paces(): SavedPaces
}

/**
 * From the outside in: asked again as the policy says; each attempt waits for its slot and for the host to be well, and
 * is judged with its slot in hand; it gets the token of the moment, is checked against the table of calls, and counted.
 */
export function databricksHttp(
  options: Way & {
    readonly tokens: Tokens
    readonly clock: Clock
    readonly random: () => number
    readonly maxConcurrency: number
    /** A rate that is kept instead of finding one out; 0: find out. */
    readonly requestsPerSecond?: number
    /** What an earlier run found out. */
    readonly savedPaces?: SavedPaces
  },
): DatabricksHttp {
  const { tokens, clock, random, maxConcurrency: most, requestsPerSecond: perSecond = 0, savedPaces = {} } = options
  const breaker = breakerOf({ clock })
  const limiters = {
    list: pacedLimiterOf({ most, perSecond, saved: savedPaces.list, clock, random }),
    match: pacedLimiterOf({ most, perSecond, saved: savedPaces.match, clock, random }),
  }
  const admissionsOf = (domain: LimitDomain): readonly Admission[] => [limiterOf(domain), breaker]
  const limiterOf = (domain: LimitDomain) => (domain === 'match' ? limiters.match : limiters.list)
  const send = layered(signInSend(options), authorised(tokens))
  return {
    ask: retrying({ clock, random, most })(admitted(clock, admissionsOf)(answering(send, clock))),
    readout: (domain) => ({ ...limiterOf(domain).readout(), waitingForHost: breaker.isOpen() }),
    paces: () => ({ list: limiters.list.saved(), match: limiters.match.saved() }),
  }
}
