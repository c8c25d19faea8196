import type { LoadPlan } from './load-plan.ts'
import { PRINCIPAL_TYPES, type PrincipalType } from './principal.ts'

/** What was read of one type of the tenant. */
export interface TypeReading {
  readonly type: PrincipalType
  readonly plan: LoadPlan
  /** ISO 8601: when reading it was finished. */
  readonly readAt: string
  /** Objects of the type in the tenant; `undefined`: it did not tell. */
  readonly inTenant: number | undefined
  /** Objects that were read. */
  readonly read: number
  /** Of ids and names of what was read, 16 hex digits: equal for equal objects, in whatever order they came. */
  readonly digest: string
}

/** One run's reading of the tenant; an audit that takes several runs reads it in each. */
export interface DirectoryReading {
  readonly run: { readonly id: string; readonly attempt: number }
  readonly types: readonly TypeReading[]
}

/** A directory object in the tenant's bin. Times in ISO 8601. */
export interface SoftDeleted {
  readonly type: PrincipalType
  /** Object id, and so the external id of the principals that were linked to it. */
  readonly externalId: string
  readonly deletedAt: string
  /** 30 days later; then it is gone for good. https://learn.microsoft.com/graph/api/directory-deleteditems-restore */
  readonly restorableUntil: string
}

/** Types of which two readings did not see the same objects: answers of one part are then of another tenant than the rest. */
export function changedTypes(readings: readonly DirectoryReading[]): PrincipalType[] {
  return PRINCIPAL_TYPES.filter((of) => {
    const seen = readings.flatMap(({ types }) => types.filter(({ type }) => type === of))
    return seen.some((one) => seen[0] !== undefined && differ(seen[0], one))
  })
}

/** A listing and a look-up read different objects of one and the same tenant: then only its size can tell. */
const differ = (one: TypeReading, other: TypeReading): boolean =>
  one.plan === other.plan ? one.digest !== other.digest : one.inTenant !== other.inTenant
