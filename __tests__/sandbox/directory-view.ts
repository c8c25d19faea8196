import type { DirectoryObject, MakeBelieveAccount, PrincipalType } from './account.ts'

/** The directory as Graph is asked about it; former objects are not in it. */
export interface DirectoryView {
  live(type: PrincipalType): readonly DirectoryObject[]
  find(type: PrincipalType, objectId: string | undefined): DirectoryObject | undefined
  /** By object id, former ones too. */
  types(): ReadonlyMap<string, PrincipalType>
  groupsOf(objectId: string): readonly DirectoryObject[]
}

/** Looks everything up anew, so that a test may change the account while it is asked. */
export function changingView(account: MakeBelieveAccount): DirectoryView {
  const live = (type: PrincipalType) => account.directory.filter((one) => one.type === type && !one.former)
  return {
    live,
    find: (type, id) => live(type).find(({ objectId }) => objectId === id),
    types: () => new Map(account.directory.map(({ objectId, type }) => [objectId, type])),
    groupsOf: (id) => live('groups').filter(({ members }) => members.includes(id)),
  }
}

/** Looks up what it has once seen: for an account that nobody changes, and that is too large for the other way. */
export function stillView(account: MakeBelieveAccount): DirectoryView {
  const anew = changingView(account)
  const byType = new Map<PrincipalType, readonly DirectoryObject[]>()
  const live = (type: PrincipalType) => byType.get(type) ?? kept(byType, type, anew.live(type))
  const objects = new Map(account.directory.map((one) => [one.objectId, one]))
  const types = anew.types()
  let groups: Map<string, DirectoryObject[]> | undefined
  return {
    live,
    find(type, id = '') {
      const found = objects.get(id)
      return found?.type === type && !found.former ? found : undefined
    },
    types: () => types,
    groupsOf(id) {
      groups ??= groupsByServicePrincipal(live('groups'), types)
      return groups.get(id) ?? []
    },
  }
}

function kept<Key, Value>(map: Map<Key, Value>, key: Key, value: Value): Value {
  map.set(key, value)
  return value
}

/** Nobody asks for the groups of users, of whom there are far more. */
function groupsByServicePrincipal(groups: readonly DirectoryObject[], types: ReadonlyMap<string, PrincipalType>) {
  const found = new Map<string, DirectoryObject[]>()
  for (const group of groups)
    for (const id of group.members)
      if (types.get(id) === 'service-principals') (found.get(id) ?? kept(found, id, [])).push(group)
  return found
}
