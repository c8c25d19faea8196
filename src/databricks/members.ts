import type { GroupMember } from '../domain/directory-match.ts'
import { AuditError } from '../domain/failure.ts'
import { type PrincipalType, TYPE_LABELS } from '../domain/principal.ts'
import type { Ask } from '../http/ask.ts'
import { fields, list, text } from '../http/shape.ts'
import type { Principals } from '../ports.ts'
import { ATTRIBUTES } from './account.ts'
import { principalOf, wrongIdentity } from './decode.ts'
import { type AccountAddress, urlOf } from './url.ts'
import { id, read, unexpected } from './wire.ts'

/** Default and most. https://docs.databricks.com/api/azure/account/iamv2/listdirectgroupmembers */
const PAGE_SIZE = 1000

const directMembers = fields({
  direct_group_members: list(fields({ principal_id: id, principal_type: text, external_id: text })),
  next_page_token: text,
})
const TYPES: Readonly<Record<string, PrincipalType>> = {
  USER: 'users',
  GROUP: 'groups',
  SERVICE_PRINCIPAL: 'service-principals',
}

const scimGroup = fields({ id, members: list(fields({ value: id, $ref: text, type: text })) })
const SCIM_TYPES: readonly (readonly [RegExp, PrincipalType])[] = [
  [/(^|\/)ServicePrincipals?(\/|$)/i, 'service-principals'],
  [/(^|\/)Users?(\/|$)/i, 'users'],
  [/(^|\/)Groups?(\/|$)/i, 'groups'],
]

/**
 * Single principals by SCIM, and direct members by IAM v2 where it answers, else by SCIM, which tells no external ids.
 * Which one it is, the first group decides.
 */
export function principalsOf({ ask, ...address }: AccountAddress & { readonly ask: Ask }): Principals {
  let iam: 'untried' | 'answers' | 'absent' = 'untried'
  let first: Promise<unknown> | undefined

  async function byIam(groupId: string, signal: AbortSignal): Promise<GroupMember[]> {
    const [members, tokens] = [[] as GroupMember[], new Set<string>()]
    for (let token = ''; ; ) {
      const query = { page_size: String(PAGE_SIZE), ...(token === '' ? {} : { page_token: token }) }
      const url = urlOf('groups.members', address, groupId, query)
      const what = `the list of members of groups ${groupId}`
      const page = await ask({ call: 'groups.members', url }, (json) => read(directMembers, json, what), signal)
      for (const { principal_id, principal_type, external_id } of page.direct_group_members)
        members.push({ id: principal_id, type: TYPES[principal_type], externalId: external_id })
      token = page.next_page_token
      if (token === '') return members
      if (tokens.has(token)) throw unexpected(what, 'its pages go in a circle')
      tokens.add(token)
    }
  }

  function byScim(groupId: string, signal: AbortSignal): Promise<GroupMember[]> {
    const url = urlOf('groups.get', address, groupId, { attributes: 'id,members' })
    const what = `the look-up of groups ${groupId}`
    const membersOf = (json: unknown): GroupMember[] => {
      const group = read(scimGroup, json, what)
      if (group.id !== groupId) throw wrongIdentity(what)
      return group.members.map(({ value, $ref, type }) => ({
        id: value,
        type: SCIM_TYPES.find(([pattern]) => pattern.test($ref) || pattern.test(type))?.[1],
        externalId: undefined,
      }))
    }
    return ask({ call: 'groups.get', url }, membersOf, signal)
  }

  async function members(groupId: string, signal: AbortSignal): Promise<GroupMember[]> {
    if (iam === 'absent') return await byScim(groupId, signal)
    try {
      const found = await byIam(groupId, signal)
      iam = 'answers'
      return found
    } catch (error) {
      if (!isAbsence(error)) throw error
      // A group that SCIM does not know either is gone, and says nothing of IAM v2.
      const found = await byScim(groupId, signal)
      if (iam === 'untried') iam = 'absent'
      return found
    }
  }

  return {
    async find(type, principalId, signal) {
      const call = `${type}.get` as const
      const url = urlOf(call, address, principalId, { attributes: ATTRIBUTES[type] })
      const what = `the look-up of ${TYPE_LABELS[type]} ${principalId}`
      try {
        return await ask({ call, url }, (json) => principalOf(type, json, principalId, what), signal)
      } catch (error) {
        if (error instanceof AuditError && error.reason === 'not-found') return undefined
        throw error
      }
    },

    async members(groupId, signal) {
      // The others wait for the first, so that a missing API is asked once and not as often as calls may be in flight.
      while (iam === 'untried' && first !== undefined) await first.catch(() => {})
      if (iam !== 'untried') return await members(groupId, signal)
      const trial = members(groupId, signal)
      first = trial.finally(() => {
        first = undefined
      })
      first.catch(() => {})
      return await trial
    },
  }
}

/** Not offered here, or not to us: then SCIM may still tell. */
const isAbsence = (error: unknown): boolean =>
  error instanceof AuditError && ['not-found', 'forbidden', 'bad-request'].includes(error.reason)
