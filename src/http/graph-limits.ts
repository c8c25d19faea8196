import type { SavedPace } from '../domain/checkpoint.ts'
import type { Clock } from '../ports.ts'
import { type PacedLimiter, pacedLimiterOf } from './pacing/paced-limiter.ts'
import { budgetNewsOf, DOCUMENTED, perSecondOf, unitsOf } from './resource-units.ts'
import type { Layer } from './send.ts'

/** What keeps an application within Graph's limits: a pace in resource units instead of requests. */
export interface GraphLimits {
  readonly limiter: PacedLimiter
  /** Reads what answers say of the budget. */
  readonly observed: Layer
  /** How many users the tenant has: its budget follows from that. */
  tenantHas(users: number): void
}

export function graphLimits(options: {
  readonly most: number
  /** What an earlier run found out. */
  readonly saved?: SavedPace | undefined
  readonly clock: Clock
  readonly random: () => number
}): GraphLimits {
  const { clock } = options
  const limiter = pacedLimiterOf({ ...options, documented: DOCUMENTED, costOf: unitsOf })
  return {
    limiter,
    observed: (next) => async (request, signal) => {
      const sentAt = clock.now()
      const answer = await next(request, signal)
      // A refusal is told by the one who was admitted.
      if (answer.status !== 429) {
        const { units, share } = budgetNewsOf(answer)
        const expected = unitsOf(request)
        limiter.told({ extra: (units ?? expected) - expected, share }, sentAt)
      }
      return answer
    },
    tenantHas: (users) => limiter.documented(perSecondOf(users)),
  }
}
