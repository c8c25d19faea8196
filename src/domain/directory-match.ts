import type { DirectoryObjects } from './directory.ts'
import { AuditError } from './failure.ts'
import type { Match } from './match.ts'
import type { Principal, PrincipalType } from './principal.ts'

/** A direct member of a Databricks group. */
export interface GroupMember {
  readonly id: string
  /** `undefined`: not told. */
  readonly type: PrincipalType | undefined
  /** `''`: it has none; `undefined`: not told. */
  readonly externalId: string | undefined
}

/** A member of which everything is known. */
export interface KnownMember extends GroupMember {
  readonly externalId: string
}

/** What the directory says of a principal, its members left out. Throws when the object that has its external id cannot be read. */
export function directoryMatch(principal: Principal, objects: DirectoryObjects): Match {
  const byExternalId = principal.externalId === '' ? undefined : objects.byId(principal.externalId)
  // Seen but not readable: neither the same name nor another.
  if (byExternalId?.name === '')
    throw new AuditError('unreadable', 'The directory object cannot be read: its name is missing')
  return {
    principal,
    byExternalId: byExternalId && { name: byExternalId.name },
    nameMatches: nameMatchesOf(principal, objects),
    localMembers: [],
    externalMembers: [],
  }
}

function nameMatchesOf({ type, name, externalId }: Principal, objects: DirectoryObjects): readonly string[] {
  const named = objects.idsByName(name)
  if (type === 'groups') return named
  const candidates = named.length > 0 || type !== 'users' ? named : objects.idsByGuestMail(name)
  // One at most; of several, the linked one is no mismatch.
  return candidates.includes(externalId) ? [externalId] : candidates.slice(0, 1)
}

/** Which direct members the group of the IdP does not have, in Databricks' order; who has no external id is never in it. */
export function withStrangers(match: Match, members: readonly KnownMember[], missing: ReadonlySet<string>): Match {
  const isLocal = ({ externalId }: KnownMember) => externalId === ''
  const isMissing = ({ externalId }: KnownMember) => externalId !== '' && missing.has(externalId)
  const ids = (which: (member: KnownMember) => boolean) => members.filter(which).map(({ id }) => id)
  const [localMembers, externalMembers] = [ids(isLocal), ids(isMissing)]
  const groups = new Set(ids(({ type }) => type === 'groups'))
  const groupMembers = [...localMembers, ...externalMembers].filter((id) => groups.has(id))
  return { ...match, localMembers, externalMembers, ...(groupMembers.length > 0 ? { groupMembers } : {}) }
}

/** The group was deleted since the directory was read. */
export const withoutCounterpart = (match: Match): Match => ({
  ...match,
  byExternalId: undefined,
  nameMatches: match.nameMatches.filter((id) => id !== match.principal.externalId),
})
