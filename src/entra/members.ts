import { isObjectId } from '../domain/directory.ts'
import type { KnownMember } from '../domain/directory-match.ts'
import { AuditError } from '../domain/failure.ts'
import { PAGE_SIZE } from '../domain/load-plan.ts'
import { mapConcurrent } from '../stream.ts'
import { ID_ONLY } from './decode.ts'
import { GroupMembers } from './group-members.ts'
import { Once } from './once.ts'
import { type Graph, pages } from './pages.ts'

const AT_ONCE = 8
const QUERY = { $select: 'id', $top: String(PAGE_SIZE) }

/** Who is in the groups of the tenant. */
export interface Memberships {
  /**
   * External ids of those that are no direct members of the group. `hidden`: its members may be hidden from us. Throws
   * `AuditError`; reason `not-found`: there is no such group.
   */
  missingFrom(
    group: { readonly id: string; readonly hidden: boolean },
    members: readonly KnownMember[],
    signal: AbortSignal,
  ): Promise<ReadonlySet<string>>
}

/** `isWanted`: groups that may be asked about; what else a service principal is in need not be remembered. */
export function membershipsOf(graph: Graph, isWanted: (groupId: string) => boolean): Memberships {
  const groupMembers = new GroupMembers(graph)
  const groupsOf = new Once<string, ReadonlySet<string>>()

  return {
    async missingFrom(group, members, signal) {
      const missing = new Set(members.map(({ externalId }) => externalId))
      const idsOf = (...types: KnownMember['type'][]) =>
        new Set(members.flatMap(({ type, externalId }) => (types.includes(type) ? externalId : [])).filter(isObjectId))
      const found = await membersAmong(groupMembers, group, idsOf('users', 'groups', undefined), signal)
      for (const id of found) missing.delete(id)
      // v1.0 leaves service principals out of the members of a group; what they are members of, it tells.
      // https://learn.microsoft.com/graph/api/group-list-members
      const left = [...idsOf('service-principals', undefined)].filter((id) => missing.has(id))
      await mapConcurrent([left], {
        limit: AT_ONCE,
        map: async (id) => ({ id, groups: await groupsOf.get(id, () => readGroups(graph, id, isWanted, signal)) }),
        take({ id, groups }) {
          if (groups.has(group.id)) missing.delete(id)
        },
      })
      return missing
    },
  }
}

/** Those of the object ids that are members of the group; reads no further when none is left to look for. */
async function membersAmong(
  groups: GroupMembers,
  { id, hidden }: { readonly id: string; readonly hidden: boolean },
  wanted: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<ReadonlySet<string>> {
  const found = new Set<string>()
  if (wanted.size === 0) return found
  let isEmpty = true
  try {
    for await (const members of groups.pages(id, wanted, signal)) {
      if (members.length > 0) isEmpty = false
      for (const member of members) if (wanted.has(member)) found.add(member)
      if (found.size === wanted.size) return found
    }
  } catch (error) {
    throw asUnreadable(error)
  }
  if (hidden && isEmpty)
    throw new AuditError('unreadable', 'The members of the group are hidden', { code: 'HiddenMembership' })
  return found
}

async function readGroups(
  graph: Graph,
  id: string,
  isWanted: (groupId: string) => boolean,
  signal: AbortSignal,
): Promise<ReadonlySet<string>> {
  const groups = new Set<string>()
  try {
    for await (const page of pages(
      graph,
      { call: 'graph.memberships', query: QUERY, item: ID_ONLY, object: id },
      signal,
    ))
      for (const each of page) if (isWanted(each)) groups.add(each)
  } catch (error) {
    // Not in the tenant, so in none of its groups.
    if (error instanceof AuditError && error.reason === 'not-found') return groups
    throw asUnreadable(error)
  }
  return groups
}

/** Refused for one object, after the preflight found that the type may be read: that object's trouble, not the audit's. */
const asUnreadable = (error: unknown): unknown =>
  error instanceof AuditError && error.reason === 'forbidden'
    ? new AuditError('unreadable', error.message, { code: error.code, cause: error })
    : error
