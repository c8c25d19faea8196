import { ERROR_CATEGORIES, type ErrorCategory } from './category.ts'
import type { Match } from './match.ts'
import type { PrincipalType } from './principal.ts'

/** What a match told beyond the files of the KB script; left out where it tells nothing. */
export interface Details {
  /** The name of the directory object with the external id, where it differs. */
  readonly idpName?: string | undefined
  readonly isGuest?: boolean | undefined
  /** Which of the members outside the IdP group are groups. */
  readonly groupMembers?: readonly string[] | undefined
}

/** How a principal differs from its directory object: one row of `idp_divergence_<type>.csv`. */
export interface Divergence extends Details {
  readonly type: PrincipalType
  /** The id that was listed. */
  readonly id: string
  readonly name: string
  readonly externalId: string
  readonly nameMatches: readonly string[]
  readonly localMembers: readonly string[]
  readonly externalMembers: readonly string[]
  /** At least one, in the order of `ERROR_CATEGORIES`. */
  readonly categories: readonly ErrorCategory[]
}

type Rule = (match: Match) => boolean

const linked = ({ principal, byExternalId }: Match) => principal.externalId !== '' && byExternalId !== undefined

const RULES: Readonly<Partial<Record<ErrorCategory, Rule>>> = {
  EXTERNAL_ID_NOT_IN_IDP: ({ principal, byExternalId }) => principal.externalId !== '' && byExternalId === undefined,
  EXTERNAL_ID_MATCH_NAME_MISMATCH: ({ principal, byExternalId }) =>
    byExternalId !== undefined && byExternalId.name !== principal.name,
  NAME_MATCH_EXTERNAL_ID_MISMATCH: ({ principal, nameMatches }) =>
    nameMatches.length > 0 && !nameMatches.includes(principal.externalId),
  // Without an IdP group there is nothing to compare the members with.
  GROUP_HAS_LOCAL_MEMBERS_WITHOUT_EXTERNAL_ID: (match) => linked(match) && match.localMembers.length > 0,
  GROUP_HAS_LOCAL_MEMBERS_WITH_EXTERNAL_ID: (match) => linked(match) && match.externalMembers.length > 0,
}

/** The error categories of one match, or `undefined` when Databricks and the IdP agree. */
export function divergenceOf(match: Match): Divergence | undefined {
  const categories = ERROR_CATEGORIES.filter((category) => RULES[category]?.(match) === true)
  if (categories.length === 0) return undefined
  const comparable = linked(match)
  return {
    ...match.principal,
    nameMatches: match.nameMatches,
    localMembers: comparable ? match.localMembers : [],
    externalMembers: comparable ? match.externalMembers : [],
    categories,
    ...detailsOf(match, comparable),
  }
}

/** Only what is told, so that most rows carry none of it. */
function detailsOf({ principal, byExternalId, groupMembers = [], isGuest }: Match, comparable: boolean): Details {
  const differs = byExternalId !== undefined && byExternalId.name !== principal.name
  return {
    ...(differs ? { idpName: byExternalId.name } : {}),
    ...(isGuest === true ? { isGuest } : {}),
    ...(comparable && groupMembers.length > 0 ? { groupMembers } : {}),
  }
}

/** Neither linked nor known to the IdP by name: no category by the KB's rule, but worth counting. */
export const isLocalOnly = ({ principal, nameMatches }: Match): boolean =>
  principal.externalId === '' && nameMatches.length === 0
