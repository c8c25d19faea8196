import type { PrincipalType } from './principal.ts'

/** `list`: read all objects of a type; `look-up`: ask for those that Databricks may mean. */
export type LoadPlan = 'list' | 'look-up'

/** Most objects of a page, of one that costs a resource unit less, ids of a `getByIds`, and values of an `in`. */
export const PAGE_SIZE = 999
export const SMALL_PAGE_SIZE = 19
export const IDS_PER_LOOK_UP = 1000
export const NAMES_PER_LOOK_UP = 15

/** A `getByIds` with `$select` costs two resource units, everything else one. */
const BY_IDS_UNITS = 2

/** A user is looked up by user principal name, and then by the address of guests. */
const LOOK_UPS_PER_NAME: Readonly<Record<PrincipalType, number>> = { users: 2, groups: 1, 'service-principals': 1 }

export interface LoadFacts {
  readonly type: PrincipalType
  /** Objects of the type in the tenant; `undefined`: it did not tell. */
  readonly inTenant: number | undefined
  /** Different object ids to look for. */
  readonly linked: number
  /** Names to look for, at most. */
  readonly named: number
}

/** What costs fewer resource units, at worst. Look-ups win a tie, for they go side by side and pages do not. */
export function loadPlanOf({ type, inTenant, linked, named }: LoadFacts): LoadPlan {
  if (inTenant === undefined) return 'list'
  const lookUps =
    BY_IDS_UNITS * Math.ceil(linked / IDS_PER_LOOK_UP) + LOOK_UPS_PER_NAME[type] * Math.ceil(named / NAMES_PER_LOOK_UP)
  return lookUps <= Math.max(1, Math.ceil(inTenant / PAGE_SIZE)) ? 'look-up' : 'list'
}

/** For which share of the groups with few members to look for a small page is not enough; the last ones count most. */
export type LargeShare = number

const LARGE_MEMORY = 0.05
/** From half on, small pages would cost more units; but already a few misses cost requests. */
const MOST_LARGE = 0.25

/** So few members are looked for that a small page may hold them all. */
export const isFew = (wanted: number): boolean => wanted <= SMALL_PAGE_SIZE

/** Is a small page of a group's members tried before whole ones? `wanted`: how many members are looked for. */
export const beginsSmall = (wanted: number, largeShare: LargeShare): boolean =>
  isFew(wanted) && largeShare <= MOST_LARGE

/** After a group with few members to look for was read. `isLarge`: a small page was not enough, or would not have been. */
export const withGroupRead = (largeShare: LargeShare, isLarge: boolean): LargeShare =>
  largeShare + LARGE_MEMORY * (Number(isLarge) - largeShare)
