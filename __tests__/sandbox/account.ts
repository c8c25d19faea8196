import { castGroups, castServicePrincipals, castUsers } from './cast.ts'
import { type Chance, chanceOf } from './chance.ts'

export const ACCOUNT_ID = '6f2c1d0e-9c1e-4b7a-8f35-2d4e6a8b0c1d'
export const TENANT_ID = '1b9d3f57-0a2c-4e68-9b1d-7c5e3a1f9d80'
/** Application id of the service principal under which an audit signs in; it is an account admin. */
export const CLIENT_ID = 'c0ffee00-1234-4abc-8def-0123456789ab'
export const CLIENT_SECRET = 'dose-not-a-real-secret-0123456789abcdef'

export const TYPES = ['users', 'groups', 'service-principals'] as const
export type PrincipalType = (typeof TYPES)[number]

/** What Databricks holds. A plain record that a test may change before or while an audit runs. */
export interface AccountPrincipal {
  type: PrincipalType
  id: string
  /** A user's username, a group's name, a service principal's application id. */
  name: string
  displayName: string
  /** `''`: not linked. */
  externalId: string
  active: boolean
  roles: string[]
  /** Internal ids of direct members; groups only. */
  members: string[]
  /** Deleted after it was listed: the listing has it, everything else answers 404. */
  gone: boolean
}

/** What the IdP holds. */
export interface DirectoryObject {
  type: PrincipalType
  objectId: string
  /** A user principal name, a group's display name, an application id. */
  name: string
  /** Address by which a guest is known at home; `''` otherwise. */
  mail: string
  /** Object ids of direct members; groups only. */
  members: string[]
  /** Replaced by a newer object of the same name: still there by its id, no longer by its name. */
  former: boolean
}

export interface AccountWorkspace {
  id: string
  name: string
  status: string
  pricingTier: string
  /** `undefined`: the API says nothing about it. */
  federation: boolean | undefined
}

export interface MakeBelieveAccount {
  accountId: string
  /** In listing order. */
  principals: Record<PrincipalType, AccountPrincipal[]>
  directory: DirectoryObject[]
  workspaces: AccountWorkspace[]
}

export interface AccountShape {
  seed?: number
  users?: number
  groups?: number
  servicePrincipals?: number
  workspaces?: number
  /** How many linked groups have direct members that the IdP group has not; a real account's scan had none. */
  driftedGroups?: number
  /** Most direct members that a group has. */
  groupSize?: number
}

/** Sizes of a real account that was scanned before AIM was switched on. */
export const SAMPLE_SHAPE = { users: 2504, groups: 341, servicePrincipals: 173, workspaces: 41 } as const

/**
 * An account like the sample: its default sizes give its counts in every error category. Other sizes keep the proportions,
 * with at least one identity of each kind as far as there is room. Whether an identity diverges follows from the two sides
 * alone: nothing here says so.
 */
export function makeAccount(shape: AccountShape = {}): MakeBelieveAccount {
  const { seed = 1, users = SAMPLE_SHAPE.users, driftedGroups: drifted = 0, groupSize = 8 } = shape
  const like = (of: number) => Math.max(1, Math.round((of * users) / SAMPLE_SHAPE.users))
  const { groups = like(SAMPLE_SHAPE.groups), servicePrincipals = like(SAMPLE_SHAPE.servicePrincipals) } = shape
  const chance = chanceOf(seed)
  const directory: DirectoryObject[] = []
  const cast = { chance, directory, bigIds: bigIds() }
  const castedUsers = castUsers(cast, users)
  const castedServicePrincipals = castServicePrincipals(cast, servicePrincipals)
  const people = [...castedUsers, ...castedServicePrincipals]
  const castedGroups = castGroups(cast, groups, people, { drifted, groupSize })
  return {
    accountId: ACCOUNT_ID,
    principals: { users: castedUsers, groups: castedGroups, 'service-principals': castedServicePrincipals },
    directory: chance.shuffle(directory),
    workspaces: makeWorkspaces(chance, shape.workspaces ?? SAMPLE_SHAPE.workspaces),
  }
}

/** Ids that a double cannot hold, up to the largest int64. */
const bigIds = () => ({
  users: ['9007199254740993', '9223372036854775807', '9223372036854770001'],
  groups: ['9223372036854775801', '9007199254740995'],
})

/** 16 of 41 without federation, two of them because nothing is said about it. */
function makeWorkspaces(chance: Chance, total: number): AccountWorkspace[] {
  const unfederated = Math.min(total, Math.max(1, Math.round((total * 16) / 41)))
  const workspaces = Array.from({ length: total }, (_, index): AccountWorkspace => {
    const federated = index >= unfederated
    return {
      id: index === 0 ? '9007199254740997' : chance.internalId(),
      name: `${chance.pick(['sales', 'finance', 'platform', 'research', 'ml'])}-${chance.pick(['dev', 'test', 'prod'])}-${index}`,
      status: chance.int(12) === 0 ? chance.pick(['PROVISIONING', 'FAILED', 'BANNED']) : 'RUNNING',
      pricingTier: federated ? chance.pick(['PREMIUM', 'PREMIUM', 'ENTERPRISE']) : chance.pick(['STANDARD', 'PREMIUM']),
      federation: federated ? true : index % 8 === 7 ? undefined : false,
    }
  })
  return chance.shuffle(workspaces)
}

/** Every principal of an account, in the order in which everything lists them. */
export const everyPrincipal = (account: MakeBelieveAccount): AccountPrincipal[] =>
  TYPES.flatMap((type) => account.principals[type])

/** Without what only Databricks may still know: objects of the directory that were deleted and made anew. Changes the account. */
export function withoutFormer(account: MakeBelieveAccount): MakeBelieveAccount {
  const former = new Set(account.directory.filter((object) => object.former).map(({ objectId }) => objectId))
  account.directory = account.directory.filter((object) => !object.former)
  for (const object of account.directory)
    for (let at = object.members.length - 1; at >= 0; at--)
      if (former.has(object.members[at] ?? '')) object.members.splice(at, 1)
  return account
}
