import type { GraphCallName } from './graph-calls.ts'
import type { DocumentedLimit } from './pacing/pace-start.ts'
import type { HttpAnswer, HttpRequest } from './send.ts'

/** What a call costs with `$select`. */
const UNITS: Readonly<Record<GraphCallName, number>> = {
  'graph.users': 1,
  'graph.groups': 1,
  'graph.service-principals': 1,
  'graph.by-ids': 2,
  'graph.members': 2,
  'graph.memberships': 1,
  'graph.deleted-users': 1,
  'graph.deleted-groups': 1,
  'graph.deleted-service-principals': 1,
}

/** Who asks for fewer than 20 pays a unit less. */
const FEWER_THAN_20 = /[?&](?:\$|%24)top=1?\d(?:&|$)/

/**
 * What a request is expected to cost, in resource units; the answer tells when it was another. Never less than one.
 * https://learn.microsoft.com/graph/throttling-limits#identity-and-access-service-limits
 */
export function unitsOf({ call, url }: Pick<HttpRequest, 'call' | 'url'>): number {
  const units = Object.hasOwn(UNITS, call) ? UNITS[call as keyof typeof UNITS] : 1
  return units > 1 && FEWER_THAN_20.test(url) ? units - 1 : units
}

/** Resource units a second for an application in a tenant, by the number of the tenant's users. */
const SIZES = [
  { below: 50, perSecond: 350 },
  { below: 500, perSecond: 500 },
  { below: Number.POSITIVE_INFINITY, perSecond: 800 },
] as const
/** What is counted in another place and at another time is counted a little differently. */
const SHARE = 0.98

/** Resource units a second that we begin with. */
export const perSecondOf = (users: number): number =>
  (SIZES.find(({ below }) => users < below) ?? SIZES[2]).perSecond * SHARE

/** Of a large tenant. A bucket keeps ten seconds' worth; others may have spent of it. */
export const DOCUMENTED: DocumentedLimit = {
  perSecond: perSecondOf(Number.POSITIVE_INFINITY),
  keepsMs: 10_000,
  burstMs: 4_000,
}

/** What an answer says of the budget; `undefined` where it does not. */
export interface BudgetNews {
  /** `x-ms-resource-unit`. */
  readonly units: number | undefined
  /** `x-ms-throttle-limit-percentage`: 0.8 to 1.8; 1 is the limit. */
  readonly share: number | undefined
}

export function budgetNewsOf({ headers }: Pick<HttpAnswer, 'headers'>): BudgetNews {
  const numberIn = (name: string) => {
    const text = String(headers[name] ?? '')
    return /^\d{1,6}(\.\d{1,6})?$/.test(text) ? Number(text) : undefined
  }
  return { units: numberIn('x-ms-resource-unit'), share: numberIn('x-ms-throttle-limit-percentage') }
}
