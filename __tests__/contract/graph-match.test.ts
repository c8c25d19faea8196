import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import { divergenceOf } from '../../src/domain/divergence.ts'
import type { Match } from '../../src/domain/match.ts'
import { PRINCIPAL_TYPES } from '../../src/domain/principal.ts'
import { type AccountPrincipal, type MakeBelieveAccount, makeAccount, withoutFormer } from '../sandbox/account.ts'
import { type GraphWorld, graphWorld } from './graph-world.ts'
import { failureOf, never } from './wire.ts'

const SMALL = { users: 60, groups: 25, servicePrincipals: 20, driftedGroups: 6 }

const accountOf = (seed: number, shape: object = SMALL): MakeBelieveAccount =>
  withoutFormer(makeAccount({ seed, ...shape }))

/** The order of candidates is the source's own. */
const sorted = (match: Match | string | undefined) =>
  typeof match === 'object' ? { ...match, nameMatches: [...match.nameMatches].sort() } : match

async function expectSame({ everyMatch, graph, databricks }: GraphWorld): Promise<void> {
  const [ours, theirs] = [await everyMatch(graph), await everyMatch(databricks)]
  for (const [key, match] of theirs) expect(sorted(ours.get(key)), key).toEqual(sorted(match))
}

const principalOf = (account: MakeBelieveAccount, which: (one: AccountPrincipal) => boolean): AccountPrincipal => {
  const found = PRINCIPAL_TYPES.flatMap((type) => account.principals[type]).find(which)
  if (found === undefined) throw new Error('no such principal')
  return found
}
const isLinked = (account: MakeBelieveAccount) => {
  const ids = new Set(account.directory.map(({ objectId }) => objectId))
  return ({ externalId }: AccountPrincipal) => ids.has(externalId)
}

describe('graphSourceOf: the same match as matchWithIdp', () => {
  test('for random accounts, by IAM v2 or SCIM, learnt in phase 2 or not', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.boolean(), fc.boolean(), fc.boolean(), async (seed, hasIam, learn, early) => {
        const world = graphWorld(accountOf(seed), { hasIam })
        await world.prepare({ learn, early })
        expect(world.calls.filter((call) => call === 'graph.users').length).toBeLessThanOrEqual(2)
        await expectSame(world)
      }),
      { numRuns: 12 },
    )
  })

  test('whether the tenant is listed or looked up', async () => {
    const account = accountOf(7)
    const listed = graphWorld(account)
    await listed.prepare()
    expect(listed.graph.readings().map(({ plan }) => plan)).toEqual(['list', 'list', 'list'])

    // A tenant that is large against the account.
    const strangers = Array.from({ length: 30_000 }, (_, at) => ({
      ...{ type: 'users' as const, name: `stranger${at}@example.com`, mail: '', members: [], former: false },
      objectId: `00000000-0000-4000-8000-${String(at).padStart(12, '0')}`,
    }))
    const large = graphWorld({ ...account, directory: [...account.directory, ...strangers] })
    await large.prepare()
    expect(large.graph.readings().find(({ type }) => type === 'users')).toMatchObject({ plan: 'look-up' })
    await expectSame(large)
  })

  test('members of groups in their order, the same ones as the IdP lacks', async () => {
    const world = graphWorld(accountOf(3, { ...SMALL, driftedGroups: 20 }))
    await world.prepare()
    const matches = [...(await world.everyMatch(world.graph)).values()].filter((match) => typeof match === 'object')
    const categories = new Set(matches.flatMap((match) => divergenceOf(match)?.categories ?? []))
    expect(categories).toContain('GROUP_HAS_LOCAL_MEMBERS_WITHOUT_EXTERNAL_ID')
    expect(categories).toContain('GROUP_HAS_LOCAL_MEMBERS_WITH_EXTERNAL_ID')
    await expectSame(world)
  })

  test('service principals in groups, which v1.0 leaves out of the members, are no strangers', async () => {
    const account = accountOf(5)
    const robot = principalOf(account, (one) => one.type === 'service-principals' && isLinked(account)(one))
    const group = principalOf(account, (one) => one.type === 'groups' && isLinked(account)(one))
    group.members.push(robot.id)
    const world = graphWorld(account)
    await world.prepare()
    expect(await world.graph.match('groups', group.id, never)).toMatchObject({
      externalMembers: expect.arrayContaining([robot.id]),
    })
    account.directory.find(({ objectId }) => objectId === group.externalId)?.members.push(robot.externalId)
    const after = graphWorld(account)
    await after.prepare()
    expect((await after.graph.match('groups', group.id, never)).externalMembers).not.toContain(robot.id)
  })

  test('of excluded types it needs no permission, and knows members all the same', async () => {
    for (const hasIam of [true, false]) {
      const world = graphWorld(accountOf(9, { ...SMALL, driftedGroups: 20 }), { hasIam })
      world.tenant.permissions.delete('users')
      await world.prepare({ included: ['groups'] })
      for (const { id } of world.account.principals.groups)
        expect(sorted(await world.graph.match('groups', id, never))).toEqual(
          sorted(await world.databricks.match('groups', id, never)),
        )
    }
  })

  test('of a few targets, only those are asked for', async () => {
    const account = accountOf(4)
    const targets = PRINCIPAL_TYPES.flatMap((type) => account.principals[type].slice(0, 3))
    const world = graphWorld(account)
    await world.prepare({ learn: false, only: targets.map(({ id }) => id) })
    expect(world.calls.filter((call) => call.endsWith('.list'))).toEqual([])
    for (const { type, id } of targets)
      expect(sorted(await world.graph.match(type, id, never))).toEqual(
        sorted(await world.databricks.match(type, id, never)),
      )
  })
})

describe('graphSourceOf: what is not known is no divergence', () => {
  test('an object with id and type only is a failure', async () => {
    const account = accountOf(1)
    // The preflight looks at the first one.
    const first = account.directory.find(({ type }) => type === 'users')?.objectId
    const isOther = (one: AccountPrincipal) => one.type === 'users' && one.externalId !== first
    const user = principalOf(account, (one) => isOther(one) && isLinked(account)(one))
    const world = graphWorld(account)
    world.tenant.unreadable.add(user.externalId)
    await world.prepare()
    expect(await failureOf(world.graph.match('users', user.id, never))).toMatchObject({ reason: 'unreadable' })
  })

  test.each([
    ['users', 'User.Read.All'],
    ['groups', 'GroupMember.Read.All'],
    ['service-principals', 'Application.Read.All'],
  ] as const)('a 403 on %s ends the preflight and names %s', async (type, permission) => {
    const world = graphWorld(accountOf(1))
    world.tenant.permissions.delete(type)
    const failure = await failureOf(world.graph.preflight(PRINCIPAL_TYPES, never))
    expect(failure.reason).toBe('forbidden')
    expect(failure.message).toContain(permission)
  })

  test('several are named at once', async () => {
    const world = graphWorld(accountOf(1))
    for (const type of ['users', 'service-principals'] as const) world.tenant.permissions.delete(type)
    const { message } = await failureOf(world.graph.preflight(PRINCIPAL_TYPES, never))
    for (const permission of ['User.Read.All', 'Application.Read.All']) expect(message).toContain(permission)
    expect(message).not.toContain('GroupMember.Read.All')
  })

  test('an object that shows its id only ends the preflight, too', async () => {
    const world = graphWorld(accountOf(1))
    for (const { objectId } of world.account.directory) world.tenant.unreadable.add(objectId)
    const failure = await failureOf(world.graph.preflight(['groups'], never))
    expect(failure).toMatchObject({ reason: 'forbidden', code: 'unreadable' })
    expect(failure.message).toContain('GroupMember.Read.All')
  })

  test('hidden membership, and a group that answers 403, are failures of these groups alone', async () => {
    const account = accountOf(2)
    const linked = isLinked(account)
    const groups = account.principals.groups.filter(
      (group) => linked(group) && group.members.some((id) => linked(principalOf(account, (one) => one.id === id))),
    )
    const [hidden, forbidden, other] = groups as [AccountPrincipal, AccountPrincipal, AccountPrincipal]
    const world = graphWorld(account)
    world.tenant.hidden.add(hidden.externalId)
    world.tenant.forbidden.add(forbidden.externalId)
    await world.prepare()
    expect(await failureOf(world.graph.match('groups', hidden.id, never))).toMatchObject({
      reason: 'unreadable',
      code: 'HiddenMembership',
    })
    expect(await failureOf(world.graph.match('groups', forbidden.id, never))).toMatchObject({
      reason: 'unreadable',
      code: '403',
    })
    expect(await world.graph.match('groups', other.id, never)).toBeTruthy()
  })

  test('who is gone is not found', async () => {
    const account = accountOf(6)
    const user = account.principals.users[5] as AccountPrincipal
    const world = graphWorld(account)
    user.gone = true
    await world.prepare({ learn: false, only: account.principals.users.slice(0, 8).map(({ id }) => id) })
    expect(await failureOf(world.graph.match('users', user.id, never))).toMatchObject({ reason: 'not-found' })
  })

  test('an id that belongs to another type, or differs in case, is not in the IdP', async () => {
    const account = accountOf(8)
    const linked = isLinked(account)
    const [user, other] = account.principals.users.filter(linked) as [AccountPrincipal, AccountPrincipal]
    const group = principalOf(account, (one) => one.type === 'groups' && linked(one))
    user.externalId = group.externalId
    other.externalId = other.externalId.toUpperCase()
    const world = graphWorld(account)
    await world.prepare()
    for (const { id } of [user, other])
      expect(divergenceOf(await world.graph.match('users', id, never))?.categories).toContain('EXTERNAL_ID_NOT_IN_IDP')
  })
})

describe('graphSourceOf: what it costs', () => {
  test('a tenant that will be listed anyway is listed while the account is', async () => {
    const world = graphWorld(accountOf(1))
    await world.graph.preflight(PRINCIPAL_TYPES, never)
    world.graph.expect('users', 1_000_000, never)
    world.graph.expect('users', 1_000_000, never)
    await vi.waitFor(() => expect(world.graph.objectsRead()).toBeGreaterThan(0))
    expect(world.calls.filter((call) => call === 'graph.users')).toHaveLength(2)
    expect(world.graph.readings()).toEqual([])
  })

  test('a failure of that listing is told when the tenant is needed', async () => {
    const world = graphWorld(accountOf(1))
    await world.graph.preflight(PRINCIPAL_TYPES, never)
    world.tenant.permissions.delete('users')
    world.graph.expect('users', 1_000_000, never)
    await vi.waitFor(() => expect(world.calls.filter((call) => call === 'graph.users')).toHaveLength(2))
    world.tenant.permissions.add('users')
    await expect(world.prepare({ included: ['users'] })).rejects.toMatchObject({ reason: 'forbidden' })
  })

  test('a soft-deleted object explains itself', async () => {
    const account = accountOf(10)
    const linked = isLinked(account)
    const lost = principalOf(account, (one) => one.type === 'users' && one.externalId !== '' && !linked(one))
    const world = graphWorld(account)
    world.tenant.deleted.set('users', ['00000000-0000-4000-8000-000000000000', lost.externalId])
    await world.prepare()
    expect(await world.graph.softDeleted()).toEqual([
      {
        type: 'users',
        externalId: lost.externalId,
        deletedAt: '2026-01-02T03:04:05Z',
        restorableUntil: '2026-02-01T03:04:05.000Z',
      },
    ])
  })

  test('a missing IAM v2 is asked once', async () => {
    const world = graphWorld(accountOf(11), { hasIam: false })
    await world.prepare()
    const groups = world.account.principals.groups.map(({ id }) => world.graph.match('groups', id, never))
    await Promise.all(groups)
    expect(world.calls.filter((call) => call === 'groups.members')).toHaveLength(1)
  })

  test('of an unlinked group, and of one whose members are all local, nobody is asked for members', async () => {
    const account = accountOf(12)
    for (const group of account.principals.groups) group.members = []
    const world = graphWorld(account)
    await world.prepare()
    await world.everyMatch(world.graph)
    expect(world.calls).not.toContain('graph.members')
    const linked = account.principals.groups.filter(isLinked(account))
    expect(world.calls.filter((call) => call === 'groups.members')).toHaveLength(linked.length)
  })
})
