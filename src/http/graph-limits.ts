import type { Clock } from '../ports.ts'
import type { Admission } from './admission.ts'
import { type PaceReadout, pacedLimiterOf } from './pacing/paced-limiter.ts'
import { resourceUnits } from './resource-units.ts'
import type { Layer } from './send.ts'

/** What keeps an application within Graph's limits. */
export interface GraphLimits {
  readonly admissions: readonly Admission[]
  /** Reads what answers say of the budget. */
  readonly observed: Layer
  /** How many users the tenant has: its budget follows from that. */
  tenantHas(users: number): void
  /** `unitsPerSecond`: resource units that are spent at most. */
  readout(): PaceReadout & { readonly unitsPerSecond: number }
}

export function graphLimits({
  most,
  clock,
  random,
}: {
  readonly most: number
  readonly clock: Clock
  readonly random: () => number
}): GraphLimits {
  const limiter = pacedLimiterOf({ most, clock, random })
  const units = resourceUnits({ clock })
  return {
    admissions: [limiter, units],
    observed: units.observed,
    tenantHas: units.tenantHas,
    readout: () => ({ ...limiter.readout(), unitsPerSecond: units.readout().perSecond }),
  }
}
