import type { AccountPrincipal, DirectoryObject, MakeBelieveAccount, PrincipalType } from './account.ts'
import { hashOf } from './chance.ts'
import { type Distortion, rawNumber } from './exchange.ts'

/** Both sides of the account, ready to be asked. Looks every principal up anew, so that a test may change the account. */
export interface BothSides {
  principal(type: PrincipalType, id: string): AccountPrincipal | undefined
  /** Direct members that are still there. */
  members(group: AccountPrincipal): readonly AccountPrincipal[]
  /** The body of a `matchWithIdp` answer. */
  match(principal: AccountPrincipal, distortion?: Distortion): string
}

interface Words {
  readonly self: string
  readonly name: string
  readonly byName: string
}

const WORDS: Record<PrincipalType, Words> = {
  users: { self: 'databricks_user', name: 'username', byName: 'idp_match_by_username' },
  groups: { self: 'databricks_group', name: 'group_name', byName: 'idp_matches_by_group_name' },
  'service-principals': {
    self: 'databricks_service_principal',
    name: 'application_id',
    byName: 'idp_match_by_app_id',
  },
}

const PRINCIPAL_TYPE = { users: 'USER', groups: 'GROUP', 'service-principals': 'SERVICE_PRINCIPAL' } as const

/** The same field comes as a number here and as text there; which one follows from the id. */
const int64 = (id: string): unknown => (hashOf(`int64 ${id}`) % 2 === 0 ? rawNumber(id) : id)

/** As long, and different in the last digit. */
const otherThan = (id: string) => `${id.slice(0, -1)}${(Number(id.at(-1)) + 1) % 10}`

/** Absent is the usual way to be empty; now and then it is written out. */
function orEmpty<T>(value: T | undefined, empty: unknown, salt: string): unknown {
  if (value !== undefined) return value
  return [undefined, undefined, undefined, null, empty][hashOf(`empty ${salt}`) % 5]
}

export function bothSidesOf(account: MakeBelieveAccount): BothSides {
  const objects = new Map<string, DirectoryObject>()
  const namesakes = new Map<string, DirectoryObject[]>()
  for (const object of account.directory) {
    objects.set(`${object.type} ${object.objectId}`, object)
    if (object.former) continue
    for (const name of new Set([object.name.toLowerCase(), object.mail.toLowerCase()])) {
      if (name === '') continue
      const key = `${object.type} ${name}`
      const known = namesakes.get(key)
      if (known === undefined) namesakes.set(key, [object])
      else known.push(object)
    }
  }
  const principals = new Map<string, AccountPrincipal>()
  for (const list of Object.values(account.principals)) for (const one of list) principals.set(one.id, one)
  const find = (type: PrincipalType, id: string) => {
    const found = principals.get(id) ?? account.principals[type].find((one) => one.id === id)
    return found?.type === type && !found.gone ? found : undefined
  }

  const objectOf = ({ type, objectId, name }: DirectoryObject) => ({
    external_id: objectId,
    [WORDS[type].name]: name,
    ...(type === 'users' && { account_user_status: 'ACTIVE' }),
  })

  function selfOf(principal: AccountPrincipal, id: string) {
    const { type, name, displayName, externalId, active } = principal
    const [givenName, ...rest] = displayName.split(' ')
    return {
      account_id: account.accountId,
      internal_id: int64(id),
      external_id: orEmpty(externalId || undefined, '', `${id} external`),
      [WORDS[type].name]: name,
      ...(type === 'users' && {
        name: { given_name: givenName, family_name: rest.join(' ') },
        account_user_status: active ? 'ACTIVE' : 'INACTIVE',
      }),
      ...(type === 'service-principals' && { display_name: displayName, account_sp_status: 'ACTIVE' }),
    }
  }

  /** Direct members that the IdP's group has not: those without an external id, and those with one. */
  function strangersOf(group: AccountPrincipal, peer: DirectoryObject | undefined) {
    if (peer === undefined) return {}
    const inIdp = new Set(peer.members)
    const strangers = group.members
      .flatMap((id) => principals.get(id) ?? [])
      .filter((one) => !inIdp.has(one.externalId))
    const memberOf = ({ id, type, displayName, externalId }: AccountPrincipal) => ({
      principal_id: int64(id),
      principal_type: PRINCIPAL_TYPE[type],
      membership_source: 'INTERNAL',
      display_name: displayName,
      external_id: externalId || undefined,
    })
    const listOf = (linked: boolean, salt: string) => {
      const members = strangers.filter(({ externalId }) => (externalId !== '') === linked).map(memberOf)
      return orEmpty(members.length > 0 ? members : undefined, [], `${group.id} ${salt}`)
    }
    return { local_members_not_in_idp: listOf(false, 'local'), external_members_not_in_idp: listOf(true, 'external') }
  }

  return {
    principal: find,
    members: (group) => group.members.flatMap((id) => principals.get(id) ?? []).filter(({ gone }) => !gone),
    match(principal, distortion) {
      const { type, id, name, externalId } = principal
      const words = WORDS[type]
      const peer = externalId === '' ? undefined : objects.get(`${type} ${externalId}`)
      const named = namesakes.get(`${type} ${name.toLowerCase()}`) ?? []
      const last = named.at(-1)
      const byName = type === 'groups' ? (named.length > 0 ? named.map(objectOf) : undefined) : last && objectOf(last)
      const self = selfOf(principal, distortion === 'wrong-id' ? otherThan(id) : id)
      return JSON.stringify({
        ...(distortion !== 'missing-identity' && { [words.self]: self }),
        [words.byName]: orEmpty(byName, type === 'groups' ? [] : {}, `${id} name`),
        idp_match_by_external_id: orEmpty(peer && objectOf(peer), {}, `${id} peer`),
        ...(type === 'groups' && strangersOf(principal, peer)),
      })
    },
  }
}
