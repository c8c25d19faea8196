import type { AccountPrincipal, DirectoryObject, MakeBelieveAccount, PrincipalType } from './account.ts'

/** What the audit was asked to do, as far as its files depend on it. */
export interface Audit {
  included?: readonly PrincipalType[]
  /** Only these, in this order. */
  targets?: readonly { type: PrincipalType; id: string }[]
  /** Identities that cannot be checked, with the text of their `error` cell. */
  failures?: readonly { type: PrincipalType; id: string; error: string }[]
  csvFormat?: 'safe' | 'exact'
}

const NAMES: Record<PrincipalType, { file: string; failure: string; columns: string }> = {
  users: {
    file: 'users',
    failure: 'USER',
    columns: 'id,username,externalId,externalIdWithUsernameMatch,errorCategories',
  },
  groups: {
    file: 'groups',
    failure: 'GROUP',
    columns:
      'id,groupName,externalId,externalIdsWithGroupnameMatch,localMembersNotInIdpInternalIds,externalMembersNotInIdpInternalIds,errorCategories',
  },
  'service-principals': {
    file: 'service_principals',
    failure: 'SERVICE_PRINCIPAL',
    columns: 'id,applicationId,externalId,externalIdWithAppIdMatch,errorCategories',
  },
}

/**
 * The bytes of every CSV that an audit of this account has to write, from the two sides alone. It restates the rules in the
 * plainest way and shares no code with what it judges. Gone identities are those marked so in the account.
 */
export function expectedFiles(account: MakeBelieveAccount, audit: Audit = {}): Map<string, Buffer> {
  const { included = ['users', 'groups', 'service-principals'], failures = [], csvFormat = 'safe' } = audit
  const files = new Map<string, Buffer>()
  const index = indexOf(account)
  const write = (name: string, header: string, rows: string[][]) => {
    const lines = rows.map((row) => row.map((cell) => cellOf(cell, csvFormat)).join(','))
    files.set(name, Buffer.from([header, ...lines].map((line) => `${line}\r\n`).join('')))
  }
  const unfederated = account.workspaces.filter(({ federation }) => federation !== true)
  write(
    'divergence_workspaces.csv',
    'workspaceId,errorCategories',
    unfederated.map(({ id }) => [id, 'IDENTITY_FEDERATION_DISABLED']),
  )

  const failed: string[][] = []
  for (const type of ['users', 'groups', 'service-principals'] as const) {
    if (!included.includes(type)) continue
    const { file, failure, columns } = NAMES[type]
    const ids = audit.targets?.filter((target) => target.type === type).map(({ id }) => id) ?? listed(account, type)
    write(
      `identities_to_process_${file}.csv`,
      'id',
      ids.map((id) => [id]),
    )
    const rows: string[][] = []
    for (const id of ids) {
      const failedHere = failures.find((one) => one.type === type && one.id === id)
      const principal = index.principals.get(id)
      if (failedHere !== undefined) failed.push([id, failure, failedHere.error])
      else if (principal !== undefined && !principal.gone) rows.push(...rowOf(index, principal))
    }
    write(`idp_divergence_${file}.csv`, columns, rows)
  }
  write('idp_divergence_failures.csv', 'id,type,error', failed)
  return files
}

const listed = (account: MakeBelieveAccount, type: PrincipalType) => account.principals[type].map(({ id }) => id)

/** No row, or one. */
function rowOf({ principals, byObjectId, byName }: Index, principal: AccountPrincipal): string[][] {
  const { type, id, name, externalId } = principal
  const linkedTo = externalId === '' ? undefined : byObjectId.get(`${type} ${externalId}`)
  const namesakes = byName.get(`${type} ${name.toLowerCase()}`) ?? []
  const candidates = (type === 'groups' ? namesakes : namesakes.slice(-1)).map(({ objectId }) => objectId)
  const local: string[] = []
  const external: string[] = []
  for (const memberId of linkedTo === undefined ? [] : principal.members) {
    const member = principals.get(memberId)
    if (member?.externalId === '') local.push(memberId)
    else if (member !== undefined && !linkedTo?.members.includes(member.externalId)) external.push(memberId)
  }

  const categories: string[] = []
  if (externalId !== '' && linkedTo === undefined) categories.push('EXTERNAL_ID_NOT_IN_IDP')
  if (linkedTo !== undefined && linkedTo.name !== name) categories.push('EXTERNAL_ID_MATCH_NAME_MISMATCH')
  if (candidates.length > 0 && !candidates.includes(externalId)) categories.push('NAME_MATCH_EXTERNAL_ID_MISMATCH')
  if (local.length > 0) categories.push('GROUP_HAS_LOCAL_MEMBERS_WITHOUT_EXTERNAL_ID')
  if (external.length > 0) categories.push('GROUP_HAS_LOCAL_MEMBERS_WITH_EXTERNAL_ID')
  if (categories.length === 0) return []
  const members = type === 'groups' ? [local.join(';'), external.join(';')] : []
  return [[id, name, externalId, candidates.join(';'), ...members, categories.join(';')]]
}

interface Index {
  /** By internal id. */
  readonly principals: Map<string, AccountPrincipal>
  /** By type and object id. */
  readonly byObjectId: Map<string, DirectoryObject>
  /** By type and name in lower case. */
  readonly byName: Map<string, DirectoryObject[]>
}

function indexOf(account: MakeBelieveAccount): Index {
  const index: Index = { principals: new Map(), byObjectId: new Map(), byName: new Map() }
  for (const principal of Object.values(account.principals).flat()) index.principals.set(principal.id, principal)
  for (const object of account.directory) {
    index.byObjectId.set(`${object.type} ${object.objectId}`, object)
    for (const name of object.former ? [] : [object.name, object.mail].filter((text) => text !== '')) {
      const key = `${object.type} ${name.toLowerCase()}`
      index.byName.set(key, [...(index.byName.get(key) ?? []), object])
    }
  }
  return index
}

/** A spreadsheet would run a cell that starts with one of these. */
const FORMULA = /^[=+\-@\t\r\uFF1D\uFF0B\uFF0D\uFF20]/

function cellOf(text: string, csvFormat: 'safe' | 'exact'): string {
  const cell = csvFormat === 'safe' && FORMULA.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell
}
