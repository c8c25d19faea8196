import type { Counterpart, Match } from '../domain/match.ts'
import type { PrincipalType } from '../domain/principal.ts'
import { fields, list, or, text } from '../http/shape.ts'
import { wrongIdentity } from './decode.ts'
import { id, message, optionalId, read, unexpected } from './wire.ts'

/** What was asked for; an answer must be about it. */
export interface Asked {
  readonly accountId: string
  readonly id: string
}

// `internal_id` in the match messages; the newer IAM resources call it by type.
const known = { account_id: text, internal_id: optionalId, external_id: text }
const user = message(fields({ ...known, user_id: optionalId, username: text }))
const group = message(fields({ ...known, group_id: optionalId, group_name: text }))
const servicePrincipal = message(fields({ ...known, service_principal_id: optionalId, application_id: text }))
const members = list(fields({ principal_id: id, principal_type: or(text, '') }))

const userAnswer = fields({ databricks_user: user, idp_match_by_username: user, idp_match_by_external_id: user })
const groupAnswer = fields({
  databricks_group: group,
  idp_match_by_external_id: group,
  idp_matches_by_group_name: list(group),
  local_members_not_in_idp: members,
  external_members_not_in_idp: members,
})
const servicePrincipalAnswer = fields({
  databricks_service_principal: servicePrincipal,
  idp_match_by_app_id: servicePrincipal,
  idp_match_by_external_id: servicePrincipal,
})

/** A user, group or service principal of an answer, in one shape. */
interface Resource {
  readonly accountId: string
  readonly id: string
  readonly name: string
  readonly externalId: string
}

interface Answer {
  /** Databricks' side. */
  readonly own: Resource | undefined
  readonly byExternalId: Resource | undefined
  readonly byName: readonly (Resource | undefined)[]
  readonly localMembers: readonly string[]
  readonly externalMembers: readonly string[]
  readonly groupMembers: readonly string[]
}

const ANSWERS: Readonly<Record<PrincipalType, (json: unknown, what: string) => Answer>> = {
  users: (json, what) => {
    const wire = read(userAnswer, json, what)
    return {
      own: userOf(wire.databricks_user),
      byExternalId: userOf(wire.idp_match_by_external_id),
      byName: [userOf(wire.idp_match_by_username)],
      ...NO_MEMBERS,
    }
  },
  groups: (json, what) => {
    const wire = read(groupAnswer, json, what)
    const strangers = [...wire.local_members_not_in_idp, ...wire.external_members_not_in_idp]
    return {
      own: groupOf(wire.databricks_group),
      byExternalId: groupOf(wire.idp_match_by_external_id),
      byName: wire.idp_matches_by_group_name.map(groupOf),
      localMembers: wire.local_members_not_in_idp.map(({ principal_id }) => principal_id),
      externalMembers: wire.external_members_not_in_idp.map(({ principal_id }) => principal_id),
      groupMembers: strangers
        .filter(({ principal_type }) => principal_type === 'GROUP')
        .map(({ principal_id }) => principal_id),
    }
  },
  'service-principals': (json, what) => {
    const wire = read(servicePrincipalAnswer, json, what)
    return {
      own: servicePrincipalOf(wire.databricks_service_principal),
      byExternalId: servicePrincipalOf(wire.idp_match_by_external_id),
      byName: [servicePrincipalOf(wire.idp_match_by_app_id)],
      ...NO_MEMBERS,
    }
  },
}

const NO_MEMBERS = { localMembers: [], externalMembers: [], groupMembers: [] } as const

const resourceOf = (
  wire: { account_id: string; internal_id: string; external_id: string },
  typedId: string,
  name: string,
): Resource => ({
  accountId: wire.account_id,
  id: wire.internal_id === '' ? typedId : wire.internal_id,
  name,
  externalId: wire.external_id,
})
const userOf = (wire: ReturnType<typeof user>) => wire && resourceOf(wire, wire.user_id, wire.username)
const groupOf = (wire: ReturnType<typeof group>) => wire && resourceOf(wire, wire.group_id, wire.group_name)
const servicePrincipalOf = (wire: ReturnType<typeof servicePrincipal>) =>
  wire && resourceOf(wire, wire.service_principal_id, wire.application_id)

/** What `matchWithIdp` answered about one principal. Throws `AuditError`, never takes an answer about nobody for "agrees". */
export function matchOf(type: PrincipalType, json: unknown, asked: Asked, what: string): Match {
  const { own, byExternalId, byName, groupMembers, ...members } = ANSWERS[type](json, what)
  if (own === undefined) throw unexpected(what, 'it holds no identity')
  if (own.id === '') throw unexpected(what, 'the identity in it has no id')
  if (own.id !== asked.id) throw wrongIdentity(what)
  if (own.accountId !== '' && own.accountId.toLowerCase() !== asked.accountId.toLowerCase()) throw wrongIdentity(what)
  return {
    principal: { type, id: asked.id, name: own.name, externalId: own.externalId },
    byExternalId: counterpartOf(byExternalId),
    nameMatches: byName.flatMap((match) => (match === undefined || match.externalId === '' ? [] : [match.externalId])),
    ...members,
    ...(groupMembers.length > 0 ? { groupMembers } : {}),
  }
}

const counterpartOf = (resource: Resource | undefined): Counterpart | undefined =>
  resource === undefined ? undefined : { name: resource.name }
