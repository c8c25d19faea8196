import type { SavedPace } from '../domain/checkpoint.ts'
import type { Clock } from '../ports.ts'
import { admitted } from './admission.ts'
import type { Ask } from './ask.ts'
import { authorised } from './authorised.ts'
import { breakerOf } from './breaker.ts'
import { graphAnswering } from './graph-answers.ts'
import { graphLimits } from './graph-limits.ts'
import type { PaceReadout } from './pacing/paced-limiter.ts'
import { retrying } from './retry.ts'
import { type Layer, layered } from './send.ts'
import { signInSend } from './stack.ts'
import type { Tokens } from './token.ts'

/** Microsoft Graph as the adapters meet it. */
export interface GraphHttp {
  readonly ask: Ask
  tenantHas(users: number): void
  /** In resource units instead of requests. */
  readout(): PaceReadout & { readonly waitingForHost: boolean }
  /** What was found out about Graph's limit, for a later run. */
  pace(): SavedPace
}

/** What messages about it begin with. */
const GRAPH_NAME = 'Microsoft Graph'

const REFUSED_TOKEN =
  'Check that the application of the sign-in is in the tenant whose Microsoft Graph is asked, and `azure-environment`.'

/** An audit can wait; people who sign in cannot. https://learn.microsoft.com/graph/throttling */
const humble: Layer = (next) => (request, signal) =>
  next({ ...request, headers: { ...request.headers, 'x-ms-throttle-priority': 'low' } }, signal)

/**
 * As for Databricks, with its own sign-in, its own limits, and a budget in resource units instead of requests.
 * `way`: what `signInSend` takes.
 */
export function graphHttp(
  options: Parameters<typeof signInSend>[0] & {
    readonly tokens: Tokens
    readonly clock: Clock
    readonly random: () => number
    readonly maxConcurrency: number
    /** What an earlier run found out. */
    readonly savedPace?: SavedPace | undefined
  },
): GraphHttp {
  const { tokens, clock, random, maxConcurrency: most, savedPace: saved } = options
  const breaker = breakerOf({ clock, server: GRAPH_NAME })
  const limits = graphLimits({ most, saved, clock, random })
  const admissions = [limits.limiter, breaker]
  const send = layered(signInSend(options), humble, limits.observed, authorised(tokens, REFUSED_TOKEN))
  return {
    ask: retrying({ clock, random, most, server: GRAPH_NAME })(
      admitted(clock, () => admissions)(graphAnswering(send, clock)),
    ),
    tenantHas: limits.tenantHas,
    pace: limits.limiter.saved,
    readout: () => ({ ...limits.limiter.readout(), waitingForHost: breaker.isOpen() }),
  }
}
