import {
  ACCOUNT_ID,
  type AccountPrincipal,
  type DirectoryObject,
  type MakeBelieveAccount,
  type PrincipalType,
} from '../sandbox/account.ts'

/** What a summary shows of each type and category. */
const SHOWN = 10

const CATEGORIES = ['lost', 'renamed', 'unlinked'] as const
const GROUP_CATEGORIES = [...CATEGORIES, 'strangers', 'linked strangers'] as const

/** How many names an account shows, each of them in the summary. */
export const NAMES_SHOWN = SHOWN * (CATEGORIES.length * 2 + GROUP_CATEGORIES.length)

/**
 * An account in which ten identities of each type have each error category, and nobody another one, all of them named by
 * the given texts; and each external id begins with one.
 */
export function hostileAccount(names: readonly string[]): MakeBelieveAccount {
  let [used, ids] = [0, 0]
  const account: MakeBelieveAccount = {
    accountId: ACCOUNT_ID,
    principals: { users: [], groups: [], 'service-principals': [] },
    directory: [],
    workspaces: [{ id: '1', name: names[0] ?? '', status: 'RUNNING', pricingTier: 'PREMIUM', federation: false }],
  }
  const nextId = () => String(1_000_000 + ids++)
  const known = (type: PrincipalType, name: string, objectId: string): DirectoryObject => {
    const object = { type, objectId, name, mail: '', members: [], former: false }
    account.directory.push(object)
    return object
  }
  const add = (type: PrincipalType, name: string, externalId: string): AccountPrincipal => {
    const principal = { type, id: nextId(), name, displayName: name, externalId }
    const whole = { ...principal, active: true, roles: [], members: [], gone: false }
    account.principals[type].push(whole)
    return whole
  }

  const stranger = add('users', 'local-member', '')
  const linkedStranger = add('users', 'linked-member', 'linked-member-id')
  known('users', 'linked-member', 'linked-member-id')

  for (const type of ['users', 'groups', 'service-principals'] as const)
    for (const category of type === 'groups' ? GROUP_CATEGORIES : CATEGORIES)
      for (let nth = 0; nth < SHOWN; nth++) {
        const name = names[used % names.length] ?? ''
        const other = names[(used + 1) % names.length] ?? ''
        const objectId = `${other}object-${used++}`
        if (category === 'lost') add(type, name, other || 'lost')
        else if (category === 'unlinked') {
          add(type, name, '')
          known(type, name, objectId)
        } else {
          const principal = add(type, name, objectId)
          known(type, category === 'renamed' ? `renamed-${used}` : name, objectId)
          if (category === 'strangers') principal.members.push(stranger.id)
          if (category === 'linked strangers') principal.members.push(linkedStranger.id)
        }
      }
  return account
}
