import type { AccountPrincipal } from './account.ts'
import { hashOf } from './chance.ts'
import { type Answer, json, rawNumber, type SandboxRequest } from './exchange.ts'
import type { BothSides } from './idp-answer.ts'

const COLLECTIONS = { users: 'Users', groups: 'Groups', 'service-principals': 'ServicePrincipals' } as const
const PRINCIPAL_TYPES = { users: 'USER', groups: 'GROUP', 'service-principals': 'SERVICE_PRINCIPAL' } as const

/** A page of IAM v2: at most 1000 members, their ids as numbers or as texts. */
export function directMembers(sides: BothSides, { params: { id = '' }, query }: SandboxRequest): Answer {
  const group = sides.principal('groups', id)
  if (group === undefined)
    return json(404, { error_code: 'RESOURCE_DOES_NOT_EXIST', message: `Group ${id} does not exist.` })
  const all = sides.members(group)
  const size = Math.min(1000, Number(query.get('page_size') ?? 1000))
  const from = Number(query.get('page_token') ?? 0)
  const some = all.slice(from, from + size)
  return json(200, {
    ...(some.length > 0 && {
      direct_group_members: some.map((member) => ({
        principal_id: hashOf(member.id) % 2 === 0 ? rawNumber(member.id) : member.id,
        principal_type: PRINCIPAL_TYPES[member.type],
        membership_source: 'INTERNAL',
        display_name: member.displayName,
        external_id: member.externalId || undefined,
      })),
    }),
    ...(from + size < all.length && { next_page_token: String(from + size) }),
  })
}

/** What SCIM's look-up of a group adds when its members are asked for: ids and kinds, no external ids. */
export function scimMembersOf(sides: BothSides, principal: AccountPrincipal, query: URLSearchParams): object {
  const attributes = query.get('attributes')?.split(',')
  if (principal.type !== 'groups' || attributes?.includes('members') === false) return {}
  const members = sides.members(principal)
  return members.length === 0
    ? {}
    : {
        members: members.map(({ id, type, displayName }) => ({
          ...{ value: id, display: displayName, $ref: `${COLLECTIONS[type]}/${id}` },
        })),
      }
}
