import { type GroupMember, type KnownMember, withoutCounterpart, withStrangers } from '../domain/directory-match.ts'
import { AuditError } from '../domain/failure.ts'
import type { Match } from '../domain/match.ts'
import type { PrincipalType } from '../domain/principal.ts'
import type { Roster } from '../domain/roster.ts'
import type { Account, ListedPrincipal, Principals } from '../ports.ts'
import { type Memberships, membershipsOf } from './members.ts'
import { Once } from './once.ts'
import type { Graph } from './pages.ts'
import { listWhole } from './whole.ts'

interface Sources extends Graph {
  readonly account: Account
  readonly principals: Principals
  readonly roster: Roster
  readonly learn: (type: PrincipalType, principals: readonly ListedPrincipal[]) => void
  /** Types whose principals the roster holds, as far as they were listed. */
  readonly isListed: (type: PrincipalType) => boolean
}

/** Completes the match of a linked group by its members, whom both sides are asked for group by group. */
export type Strangers = (match: Match, hidden: boolean, signal: AbortSignal) => Promise<Match>

export function strangersOf(sources: Sources): Strangers {
  const whole = membersWhole(sources)
  let memberships: Memberships | undefined
  return async (match, hidden, signal) => {
    const { id, externalId } = match.principal
    const members = await whole(await sources.principals.members(id, signal), signal)
    const linked = members.filter((member) => member.externalId !== '')
    if (linked.length === 0) return withStrangers(match, members, new Set())
    memberships ??= membershipsOf(sources, isLinkedGroup(sources.roster))
    try {
      const missing = await memberships.missingFrom({ id: externalId, hidden }, linked, signal)
      return withStrangers(match, members, missing)
    } catch (error) {
      if (error instanceof AuditError && error.reason === 'not-found') return withoutCounterpart(match)
      throw error
    }
  }
}

function isLinkedGroup(roster: Roster): (groupId: string) => boolean {
  const linked = new Set(roster.externalIds('groups'))
  return (groupId) => linked.has(groupId)
}

/** Members whole: SCIM tells no external ids of members. Who is gone by now is a member no more. */
function membersWhole({ account, principals, roster, learn, isListed }: Sources) {
  /** Types that are not included; listed when a group has members of which nothing else is told. */
  const others = new Once<PrincipalType, void>()

  async function lookedUp({ id, type }: GroupMember, signal: AbortSignal): Promise<KnownMember[]> {
    if (type !== undefined && !isListed(type)) await others.get(type, () => listWhole(account, type, learn, signal))
    const known = roster.findOfAnyType(id)
    if (known !== undefined) return [known]
    if (type === undefined) throw new AuditError('unexpected-answer', 'A member of the group is of an unknown type')
    const found = await principals.find(type, id, signal)
    if (found === undefined) return []
    learn(type, [found])
    return [{ id, type, externalId: found.externalId }]
  }

  return async (members: readonly GroupMember[], signal: AbortSignal): Promise<KnownMember[]> => {
    const result: KnownMember[] = []
    for (const member of members) {
      const { id, type, externalId } = member
      if (externalId === undefined) result.push(...(await lookedUp(member, signal)))
      // Of one that comes without, the listing may know more.
      else result.push({ id, type, externalId: externalId || (roster.findOfAnyType(id)?.externalId ?? '') })
    }
    return result
  }
}
