import type { Principal } from './principal.ts'

/** The directory object that has the principal's external id; its unique name is `''` when the IdP gave none. */
export interface Counterpart {
  readonly name: string
}

/**
 * What the IdP's side said of one principal, in the same words for every match source.
 * Users and service principals have at most one name match; groups any number.
 */
export interface Match {
  /** Databricks' side, as the match source knows it. */
  readonly principal: Principal
  readonly byExternalId: Counterpart | undefined
  /** External ids of the directory objects of that name, in the source's order; those without one are left out. */
  readonly nameMatches: readonly string[]
  /** Internal ids of direct members without external id that are not in the IdP group; `[]` but for groups. */
  readonly localMembers: readonly string[]
  /** Internal ids of direct members with external id that are not in the IdP group; `[]` but for groups. */
  readonly externalMembers: readonly string[]
  /** Which of these members are groups; `undefined`: not told. */
  readonly groupMembers?: readonly string[] | undefined
  /** The directory object is a guest of another tenant; `undefined`: not told. */
  readonly isGuest?: boolean | undefined
}
