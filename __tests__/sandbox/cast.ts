import type { AccountPrincipal, DirectoryObject, PrincipalType } from './account.ts'
import { CLIENT_ID } from './account.ts'
import type { Chance } from './chance.ts'
import { AWKWARD_NAMES, personOf } from './names.ts'

export interface Cast {
  readonly chance: Chance
  /** Grows while the principals are cast. */
  readonly directory: DirectoryObject[]
  /** Ids past 2^53 that are still to be given away, to identities that will be written down. */
  readonly bigIds: { readonly users: string[]; readonly groups: string[] }
}

/**
 * How many identities play each part, of a sample of so many; the rest is `linked`. `lost`: its link leads nowhere;
 * `moved`: the same, but the IdP has that name under another id; `unlinked`: no link, though the IdP has that name; `drifted`:
 * linked, found by name too, but the name is not the same letter for letter; `renamed`: linked to an object of another name;
 * `recreated`: linked to an object which a newer one of the same name replaced; `local`: the IdP knows nothing of it.
 */
const PARTS = {
  users: {
    of: 2504,
    parts: { lost: 1012, foreign: 17, moved: 10, unlinked: 59, drifted: 25, guest: 3, renamed: 3, local: 25 },
  },
  groups: { of: 341, parts: { ambiguous: 1, unlinked: 6, local: 54 } },
  'service-principals': { of: 173, parts: { lost: 3, unlinked: 2, recreated: 1, renamed: 2, local: 117 } },
} as const

function partsOf(type: PrincipalType, total: number, chance: Chance): string[] {
  const { of, parts } = PARTS[type]
  const cast = Object.entries(parts).flatMap(([part, count]) =>
    Array<string>(Math.max(1, Math.round((count * total) / of))).fill(part),
  )
  // Too few to go round: one of each kind first.
  const fits = cast.length < total ? cast : Object.keys(parts).slice(0, Math.max(0, total - 1))
  return chance.shuffle([...fits, ...Array<string>(total - fits.length).fill('linked')])
}

const principal = (type: PrincipalType, id: string, name: string): AccountPrincipal => ({
  ...{ type, id, name, displayName: name, externalId: '', active: true, roles: [], members: [], gone: false },
})

/** Adds an object to the directory and gives its id. */
function known(cast: Cast, type: PrincipalType, name: string, more: Partial<DirectoryObject> = {}): string {
  const objectId = cast.chance.uuid()
  cast.directory.push({ type, objectId, name, mail: '', members: [], former: false, ...more })
  return objectId
}

export function castUsers(cast: Cast, total: number): AccountPrincipal[] {
  const { chance } = cast
  const awkward = [...AWKWARD_NAMES]
  let lost = 0
  let lastLost = ''
  return partsOf('users', total, chance).map((part, index) => {
    const { displayName, address } = personOf(chance, index, part === 'foreign' || part === 'guest' ? part : 'home')
    // One in three, so that a small account has plain names too.
    const strange = part === 'lost' && lost % 3 === 1 ? awkward.shift() : undefined
    const id =
      part === 'lost' && lost % 5 === 0 ? (cast.bigIds.users.shift() ?? chance.internalId()) : chance.internalId()
    const user = { ...principal('users', id, strange ?? address), displayName: strange ?? displayName }
    user.active = chance.int(20) > 0
    switch (part) {
      case 'lost':
        // The sample has some 57 pairs (a few of them threes) that share one external id.
        lost++
        user.externalId = lost % 18 === 9 || lost % 504 === 10 ? lastLost : chance.uuid()
        lastLost = user.externalId
        break
      case 'foreign':
        user.externalId = chance.uuid()
        break
      case 'moved':
        user.externalId = chance.uuid()
        known(cast, 'users', address)
        break
      case 'unlinked':
        known(cast, 'users', address)
        break
      case 'drifted':
        user.externalId = known(
          cast,
          'users',
          address.replace(/(^|\.)[a-z]/g, (initial) => initial.toUpperCase()),
        )
        break
      case 'guest':
        user.externalId = known(cast, 'users', `${address.replace('@', '_')}#EXT#@example.onmicrosoft.com`, {
          mail: address,
        })
        break
      case 'renamed':
        user.externalId = known(cast, 'users', address.replace('.', '.married-'))
        break
      case 'linked':
        user.externalId = known(cast, 'users', address)
        if (index % 10 === 0) known(cast, 'users', `not.in.databricks${index}@example.com`)
    }
    return user
  })
}

export function castServicePrincipals(cast: Cast, total: number): AccountPrincipal[] {
  const { chance } = cast
  let caller = CLIENT_ID as string | undefined
  return partsOf('service-principals', total, chance).map((part, index) => {
    const mine = part === 'linked' ? caller : undefined
    if (mine !== undefined) caller = undefined
    const applicationId = mine ?? chance.uuid()
    const servicePrincipal = principal('service-principals', chance.internalId(), applicationId)
    servicePrincipal.displayName = mine === undefined ? `job-runner-${index}` : 'aim-readiness'
    servicePrincipal.roles = mine === undefined ? [] : ['account_admin']
    switch (part) {
      case 'lost':
        servicePrincipal.externalId = chance.uuid()
        break
      case 'unlinked':
        known(cast, 'service-principals', applicationId)
        break
      case 'recreated':
        servicePrincipal.externalId = known(cast, 'service-principals', applicationId, { former: true })
        known(cast, 'service-principals', applicationId)
        break
      case 'renamed':
        servicePrincipal.externalId = known(cast, 'service-principals', chance.uuid())
        break
      case 'linked':
        servicePrincipal.externalId = known(cast, 'service-principals', applicationId)
    }
    return servicePrincipal
  })
}

/** `drifted`: how many of the linked groups have members that their IdP group lacks. `groupSize`: most members of one. */
export function castGroups(
  cast: Cast,
  total: number,
  people: readonly AccountPrincipal[],
  { drifted, groupSize }: { readonly drifted: number; readonly groupSize: number },
): AccountPrincipal[] {
  const { chance } = cast
  const objectIds = new Set(cast.directory.map(({ objectId }) => objectId))
  const linked = people.filter(({ externalId }) => objectIds.has(externalId))
  const externalIds = new Map(linked.map(({ id, externalId }) => [id, externalId]))
  const unlinked = people.filter(({ externalId }) => externalId === '')
  let left = drifted
  return partsOf('groups', total, chance).map((part, index) => {
    const name = part === 'ambiguous' ? 'test' : part === 'local' ? `local-${index}` : `EXAMPLE-GROUP-${index}`
    const divergent = part === 'ambiguous' || part === 'unlinked'
    const group = principal('groups', (divergent && cast.bigIds.groups.shift()) || chance.internalId(), name)
    if (part === 'ambiguous') for (let i = 0; i < 7; i++) known(cast, 'groups', name)
    if (part === 'unlinked') known(cast, 'groups', name)
    if (linked.length > 0)
      group.members = [...new Set(Array.from({ length: chance.int(groupSize + 1) }, () => chance.pick(linked).id))]
    if (part !== 'linked') return group

    const members = group.members.map((id) => externalIds.get(id) ?? '')
    group.externalId = known(cast, 'groups', name, { members: [...members, chance.uuid()] })
    if (left > 0) {
      left--
      const strangers = [...unlinked, ...linked].filter(({ id }) => !group.members.includes(id))
      group.members.push(
        ...chance
          .shuffle(strangers)
          .slice(0, 3 + (left % 3))
          .map(({ id }) => id),
      )
    }
    return group
  })
}
