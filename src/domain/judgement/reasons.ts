import type { ErrorCategory } from '../category.ts'
import {
  type Compared,
  type Evidence,
  FINDING_REASONS,
  type FindingReason,
  type FindingType,
  principalCompared,
} from '../finding.ts'

/** What reasons are found in. */
export interface Facts {
  readonly type: FindingType
  readonly name: string
  readonly categories: readonly ErrorCategory[]
  readonly compared: Compared
  /** The directory object is known to be a guest of another tenant. */
  readonly isGuest: boolean
  /** The identity provider is Entra, whose object ids are GUIDs. */
  readonly idpIsEntra: boolean
}

/** External ids are told apart without letter case wherever the question is whether they mean one object. */
export const sameId = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase()

const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i
const GUEST_NAME = /#ext#/i

const leadsHome = ({ databricks, idp }: Compared): boolean =>
  idp.externalIds.some((externalId) => sameId(externalId, databricks.externalId))

/** The reasons that follow from facts alone, whatever the policy. `FOREIGN_DOMAIN` follows from a policy. */
const RULES: Readonly<Record<Exclude<FindingReason, 'FOREIGN_DOMAIN'>, (facts: Facts) => boolean>> = {
  SAME_OBJECT: ({ categories, compared }) =>
    categories.includes('EXTERNAL_ID_MATCH_NAME_MISMATCH') && leadsHome(compared),
  CASE_ONLY: ({ categories, name, compared: { idp } }) =>
    categories.includes('EXTERNAL_ID_MATCH_NAME_MISMATCH') &&
    idp.name !== null &&
    idp.name !== name &&
    idp.name.toLowerCase() === name.toLowerCase(),
  GUEST: ({ type, name, isGuest, compared: { idp } }) =>
    type === 'user' && (isGuest || GUEST_NAME.test(name) || GUEST_NAME.test(idp.name ?? '')),
  CONFLICT: ({ categories, compared }) =>
    categories.includes('EXTERNAL_ID_MATCH_NAME_MISMATCH') &&
    categories.includes('NAME_MATCH_EXTERNAL_ID_MISMATCH') &&
    !leadsHome(compared),
  DUPLICATE_EXTERNAL_ID: ({ compared }) => (compared.sharedWith ?? []).length > 0,
  TARGET_TAKEN: ({ compared }) => (compared.targetOf ?? []).length > 0,
  AMBIGUOUS_NAME: ({ type, categories, compared }) =>
    type === 'group' && categories.includes('NAME_MATCH_EXTERNAL_ID_MISMATCH') && compared.idp.externalIds.length > 1,
  MALFORMED_EXTERNAL_ID: ({ idpIsEntra, compared: { databricks } }) =>
    idpIsEntra && databricks.externalId !== '' && !GUID.test(databricks.externalId),
  // Not known to be inactive is not inactive.
  STALE_SERVICE_PRINCIPAL: ({ type, categories, compared: { databricks } }) =>
    type === 'service-principal' && categories.includes('EXTERNAL_ID_NOT_IN_IDP') && databricks.active !== false,
  NESTED_GROUP_MEMBER: ({ compared }) => (compared.groupMembers ?? []).length > 0,
}

export const reasonsOf = (facts: Facts): FindingReason[] =>
  FINDING_REASONS.filter((reason) => reason !== 'FOREIGN_DOMAIN' && RULES[reason](facts))

/** Without domains nothing is foreign: who belongs to another tenant is then not known. */
export function isForeign(evidence: Evidence, primaryDomains: readonly string[]): boolean {
  if (evidence.type !== 'user' || primaryDomains.length === 0) return false
  const isKnownByName = (principalCompared(evidence)?.idp.externalIds ?? []).length > 0
  const domain = domainOf(evidence.name)
  return (
    evidence.categories.includes('EXTERNAL_ID_NOT_IN_IDP') &&
    !isKnownByName &&
    domain !== '' &&
    !primaryDomains.includes(domain)
  )
}

/** What follows the last `@`, lower-case; `''` when there is none, or nobody before it: then it is no address. */
const domainOf = (username: string): string => {
  const at = username.lastIndexOf('@')
  return at > 0 ? username.slice(at + 1).toLowerCase() : ''
}

/** All reasons under a policy, in their order. */
export function reasonsUnder(evidence: Evidence, primaryDomains: readonly string[]): FindingReason[] {
  const foreign = isForeign(evidence, primaryDomains)
  return FINDING_REASONS.filter((reason) => (reason === 'FOREIGN_DOMAIN' ? foreign : evidence.reasons.includes(reason)))
}
