import { type DirectoryObject, type MakeBelieveAccount, type PrincipalType, TYPES } from './account.ts'

/** What is peculiar about the make-believe tenant; a test may change it while an audit runs. */
export interface GraphTenant {
  /** Types that the application may read. */
  readonly permissions: Set<PrincipalType>
  /** Object ids of which only the id and the type are shown. */
  readonly unreadable: Set<string>
  /** Object ids of groups whose membership is hidden, and that show no member. */
  readonly hidden: Set<string>
  /** Object ids of groups that answer 403. */
  readonly forbidden: Set<string>
  /** Object ids in the bin, besides those of former objects. */
  readonly deleted: Map<PrincipalType, string[]>
  readonly deletedAt: string
  /** Above so many resource units a second it answers 429; `undefined`: no limit. */
  unitsPerSecond: number | undefined
  /** So many links to a next page will have expired. */
  expiredLinks: number
}

export const makeTenant = (): GraphTenant => ({
  permissions: new Set(TYPES),
  unreadable: new Set(),
  hidden: new Set(),
  forbidden: new Set(),
  deleted: new Map(),
  deletedAt: '2026-01-02T03:04:05Z',
  unitsPerSecond: undefined,
  expiredLinks: 0,
})

export const GRAPH_TYPES: Record<PrincipalType, string> = {
  users: 'user',
  groups: 'group',
  'service-principals': 'servicePrincipal',
}

const PROPERTIES: Record<PrincipalType, readonly string[]> = {
  users: ['userPrincipalName', 'mail'],
  groups: ['displayName'],
  'service-principals': ['appId'],
}

function propertiesOf(tenant: GraphTenant, { type, objectId, name, mail }: DirectoryObject): Record<string, unknown> {
  if (tenant.unreadable.has(objectId)) return { id: objectId }
  if (type === 'groups')
    return { id: objectId, displayName: name, visibility: tenant.hidden.has(objectId) ? 'HiddenMembership' : null }
  if (type === 'service-principals') return { id: objectId, appId: name }
  // A member's address is none of those that Databricks knows: only a guest's counts.
  return { id: objectId, userPrincipalName: name, mail: mail || `alias-${name}`, userType: mail ? 'Guest' : 'Member' }
}

export function itemOf(tenant: GraphTenant, object: DirectoryObject, select: readonly string[]): object {
  const all = Object.entries(propertiesOf(tenant, object))
  return Object.fromEntries(all.filter(([name]) => select.length === 0 || select.includes(name)))
}

/** Those that a filter like `appId in ('a','b')` lets through; a text: the error code that it gets instead. */
export function filtered(
  type: PrincipalType,
  objects: readonly DirectoryObject[],
  filter: string | null,
): readonly DirectoryObject[] | string {
  if (filter === null) return objects
  const [, property = '', list = ''] = /^(\w+) in \((.*)\)$/s.exec(filter) ?? []
  const values = [...list.matchAll(/'((?:[^']|'')*)'/gs)].map(([, text = '']) =>
    text.replaceAll("''", "'").toLowerCase(),
  )
  if (!PROPERTIES[type].includes(property) || values.length === 0) return 'Request_BadRequest'
  if (values.length > 15) return 'Request_UnsupportedQuery'
  const held = ({ name, mail }: DirectoryObject) => (property === 'mail' ? mail || `alias-${name}` : name)
  return objects.filter((object) => values.includes(held(object).toLowerCase()))
}

interface ByIds {
  readonly ids: readonly string[]
  readonly types: readonly string[]
}

export function byIds(
  account: MakeBelieveAccount,
  tenant: GraphTenant,
  { ids, types }: ByIds,
  select: readonly string[],
): object[] | string {
  if (ids.length > 1000 || ids.some((id) => !/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(id)))
    return 'Request_BadRequest'
  const wanted = new Set(ids.map((id) => id.toLowerCase()))
  return account.directory
    .filter(({ former, objectId, type }) => !former && wanted.has(objectId) && types.includes(GRAPH_TYPES[type]))
    .map((object) => ({
      '@odata.type': `#microsoft.graph.${GRAPH_TYPES[object.type]}`,
      // Without the type's permission the object is there all the same, but says nothing of itself.
      ...(tenant.permissions.has(object.type) ? itemOf(tenant, object, select) : { id: object.objectId }),
    }))
}
