import { type AccountPrincipal, type MakeBelieveAccount, TYPES } from '../sandbox/account.ts'

/** Most of a page, as the APIs document it. */
const [SCIM_PAGE, IAM_PAGE, GRAPH_PAGE, IDS_PER_LOOK_UP] = [100, 1000, 999, 1000]

/** Somebody has to ask, even if there is nothing. */
const pages = (items: number, size: number) => Math.max(1, Math.ceil(items / size))

/**
 * The fewest requests in which `match-source: graph` can be had by the APIs' own page sizes, told from the account alone:
 * Databricks' listing; each type of the tenant listed whole, or the linked objects looked up by id, whichever is less (what
 * has to be found by name is left out); each linked group's members on both sides; once for each service principal that
 * is in a group, since v1.0 leaves it out of the members. Nothing for sign-in, permissions or what explains a finding.
 */
export function leastRequests(account: MakeBelieveAccount) {
  const { principals, directory } = account
  const live = directory.filter(({ former }) => !former)
  const listing = TYPES.reduce((sum, type) => sum + pages(principals[type].length, SCIM_PAGE), 1)
  const reading = TYPES.reduce((sum, type) => {
    const linked = new Set(principals[type].map(({ externalId }) => externalId).filter((id) => id !== ''))
    const inTenant = live.filter((one) => one.type === type).length
    return sum + Math.min(pages(inTenant, GRAPH_PAGE), pages(linked.size, IDS_PER_LOOK_UP))
  }, 0)
  const parts = { listing, reading, ...leastOfMembers(account) }
  return { ...parts, total: Object.values(parts).reduce((sum, part) => sum + part, 0) }
}

function leastOfMembers({ principals, directory }: MakeBelieveAccount) {
  const live = new Set(directory.flatMap(({ former, objectId }) => (former ? [] : objectId)))
  const byId = new Map(TYPES.flatMap((type) => principals[type].map((one) => [one.id, one] as const)))
  const isLinked = (one: AccountPrincipal) => one.externalId !== ''
  let [members, directoryMembers] = [0, 0]
  const servicePrincipals = new Set<string>()
  for (const group of principals.groups.filter(({ externalId }) => live.has(externalId))) {
    members += pages(group.members.length, IAM_PAGE)
    const linked = group.members.flatMap((id) => byId.get(id) ?? []).filter(isLinked)
    const others = linked.filter(({ type }) => type !== 'service-principals').length
    if (others > 0) directoryMembers += pages(others, GRAPH_PAGE)
    for (const { type, externalId } of linked)
      if (type === 'service-principals' && live.has(externalId)) servicePrincipals.add(externalId)
  }
  return { members, directoryMembers, memberships: servicePrincipals.size }
}
