import type { GraphCallName } from './graph-calls.ts'

/**
 * What is known of Graph's budget of resource units for this application in this tenant. Changed only by the functions
 * here; times in ms of the clock. https://learn.microsoft.com/graph/throttling-limits#identity-and-access-service-limits
 */
export interface BudgetState {
  /** Resource units a second that we spend at most. */
  readonly perSecond: number
  /** So many seconds' worth may be spent at once. */
  readonly burstSeconds: number
  /** Left to spend at `at`; below 0 while more was spent than there was. */
  readonly left: number
  readonly at: number
  /** Somebody had to wait for it since it last changed. */
  readonly bound: boolean
  readonly changedAt: number
  /** When it last shrank: a refusal of what was sent before says nothing new. */
  readonly shrunkAt: number
}

/** What a call costs with `$select`; the answer tells when it was another. */
export const UNITS: Readonly<Record<GraphCallName, number>> = {
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

/** Resource units a second, by the number of the tenant's users. The last one is also what we begin with. */
const SIZES = [
  { below: 50, perSecond: 350 },
  { below: 500, perSecond: 500 },
  { below: Number.POSITIVE_INFINITY, perSecond: 800 },
] as const
/** Left to others that use the same application. */
const SHARE = 0.9
/** Graph keeps ten seconds' worth in its bucket; of that, so many may be spent at once, until it refuses. */
const [BURST_SECONDS, LEAST_BURST_SECONDS] = [4, 1]
const [GROWTH, GROWTH_MS] = [1.05, 10_000]
const [SHRINK, NEAR_SHRINK, NEAR_MS] = [0.6, 0.9, 1_000]
const LEAST_PER_SECOND = 10
/** From this share of the limit on, Graph tells how near we are. */
const [NEAR, OVER] = [0.8, 1]

export const budgetStart = (now: number): BudgetState => ({
  perSecond: 800 * SHARE,
  burstSeconds: BURST_SECONDS,
  left: 800 * SHARE * BURST_SECONDS,
  at: now,
  bound: false,
  changedAt: now,
  shrunkAt: Number.NEGATIVE_INFINITY,
})

/** The tenant's size is known. */
export function withUsers(state: BudgetState, users: number, now: number): BudgetState {
  const size = SIZES.find(({ below }) => users < below) ?? SIZES[2]
  const perSecond = Math.min(state.perSecond, size.perSecond * SHARE)
  return perSecond === state.perSecond ? state : filled({ ...state, perSecond }, now)
}

/** What is not spent is kept for later, up to a burst. */
const filled = (state: BudgetState, now: number): BudgetState => ({
  ...state,
  left: Math.min(state.perSecond * state.burstSeconds, state.left + ((now - state.at) * state.perSecond) / 1000),
  at: now,
})

/** When the next call may go: a time, perhaps past. It may cost more than is left; what it costs is paid first. */
export const spendableAt = ({ left, at, perSecond }: BudgetState): number =>
  left > 0 ? at : at + ((1 - left) / perSecond) * 1000

export function withSpent(state: BudgetState, units: number, now: number): BudgetState {
  const { left, ...rest } = filled(state, now)
  return { ...rest, left: left - units }
}

export const withWaiting = (state: BudgetState): BudgetState => (state.bound ? state : { ...state, bound: true })

/** What an answer says of the budget; `undefined` where it does not. */
export interface Told {
  /** `x-ms-resource-unit`. */
  readonly units: number | undefined
  /** `x-ms-throttle-limit-percentage`: 0.8 to 1.8; 1 is the limit. */
  readonly share: number | undefined
}

/** After an answer to a call that was taken to cost `expected`. */
export function withTold(state: BudgetState, expected: number, { units, share }: Told, now: number): BudgetState {
  const paid = units === undefined || units === expected ? state : withSpent(state, units - expected, now)
  if (share !== undefined && share >= OVER && now - paid.shrunkAt >= NEAR_MS) return shrunk(paid, NEAR_SHRINK, now)
  if (share !== undefined && share >= NEAR) return { ...paid, changedAt: now, bound: false }
  return paid.bound && now - paid.changedAt >= GROWTH_MS
    ? { ...filled(paid, now), perSecond: paid.perSecond * GROWTH, changedAt: now, bound: false }
    : paid
}

/** After a refusal for spending too much. The first one is about how much at once, and says nothing of the rate. */
export function withRefusal(state: BudgetState, sentAt: number, now: number): BudgetState {
  if (sentAt < state.shrunkAt) return state
  return state.burstSeconds > LEAST_BURST_SECONDS
    ? shrunk({ ...state, burstSeconds: LEAST_BURST_SECONDS }, 1, now)
    : shrunk(state, SHRINK, now)
}

function shrunk(state: BudgetState, factor: number, now: number): BudgetState {
  const perSecond = Math.max(LEAST_PER_SECOND, state.perSecond * factor)
  return {
    ...filled(state, now),
    perSecond,
    left: Math.min(state.left, 0),
    changedAt: now,
    shrunkAt: now,
    bound: false,
  }
}
