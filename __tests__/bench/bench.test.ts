import { describe, expect, test } from 'vitest'
import type { AccountPrincipal, DirectoryObject, MakeBelieveAccount, PrincipalType } from '../sandbox/account.ts'
import { type Figure, isHeld, median, rowOf } from './figure.ts'
import { leastRequests } from './least.ts'
import { startWorld } from './measure.ts'
import { CONCURRENCY } from './shapes.ts'

const principal = (type: PrincipalType, id: string, externalId: string, members: string[] = []): AccountPrincipal => ({
  ...{ type, id, name: id, displayName: id, externalId, active: true, roles: [], members, gone: false },
})
const object = (type: PrincipalType, objectId: string, former = false): DirectoryObject => ({
  ...{ type, objectId, name: objectId, mail: '', members: [], former },
})
const many = <T>(count: number, make: (at: number) => T) => Array.from({ length: count }, (_, at) => make(at))

describe('leastRequests()', () => {
  const users = many(250, (at) => principal('users', `u${at}`, at < 40 ? `U${at}` : ''))
  const account: MakeBelieveAccount = {
    accountId: 'a',
    workspaces: [],
    principals: {
      users,
      groups: [
        principal('groups', 'empty', 'EMPTY'),
        principal('groups', 'of-users', 'OF-USERS', ['u0', 'u1']),
        principal('groups', 'of-unlinked', 'OF-UNLINKED', ['u200']),
        principal('groups', 'of-robots', 'OF-ROBOTS', ['s0', 's1', 's2']),
        principal('groups', 'of-both', 'OF-BOTH', ['u2', 's0']),
        principal('groups', 'nowhere', 'NOWHERE', ['u0', 's0']),
        principal('groups', 'unlinked', '', ['u0', 's0']),
      ],
      'service-principals': many(3, (at) => principal('service-principals', `s${at}`, `S${at}`)),
    },
    directory: [
      ...many(3_000, (at) => object('users', `U${at}`)),
      ...['EMPTY', 'OF-USERS', 'OF-UNLINKED', 'OF-ROBOTS', 'OF-BOTH'].map((id) => object('groups', id)),
      ...many(3, (at) => object('service-principals', `S${at}`, at === 2)),
    ],
  }

  test('counts by hand what each part takes', () => {
    expect(leastRequests(account)).toEqual({
      // The workspaces; 3 pages of users, one of each other type.
      listing: 6,
      // 40 linked users by their ids rather than 4 pages of 3,000; one for each other type.
      reading: 3,
      // Each group that the tenant has.
      members: 5,
      // Only those with linked users.
      directoryMembers: 2,
      // The third one is gone from the tenant, so nothing is left to ask.
      memberships: 2,
      total: 18,
    })
  })

  test('counts the pages of large groups on both sides', () => {
    const large = { ...account, principals: { ...account.principals, users: [] as AccountPrincipal[] } }
    large.principals.users = many(1_500, (at) => principal('users', `u${at}`, `U${at}`))
    large.principals.groups = [
      principal(
        'groups',
        'of-users',
        'OF-USERS',
        many(1_500, (at) => `u${at}`),
      ),
    ]
    // The 1,500 users by their ids are two look-ups, against four pages of all 3,000.
    expect(leastRequests(large)).toMatchObject({ listing: 18, reading: 4, members: 2, directoryMembers: 2 })
  })
})

describe('figures', () => {
  test('the median is the middle one, or the mean of the two', () => {
    expect([median([3, 1, 2]), median([4, 1, 2, 3])]).toEqual([2, 2.5])
  })

  test('a goal that is missed is published as missed', () => {
    const figure: Figure = { what: 'requests', values: [1.2, 1.1, 1.4], unit: '×', goal: { most: 1.15 } }
    expect(rowOf(figure)).toBe('| requests | 1.20 × | 1.10 to 1.40 | at most 1.15 (**missed**) |')
    expect(rowOf({ ...figure, goal: { most: 1.2 } })).toBe('| requests | 1.20 × | 1.10 to 1.40 | at most 1.2 |')
    expect([isHeld({ ...figure, goal: { least: 1.2 } }), isHeld({ ...figure, goal: { least: 1.3 } })]).toEqual([
      true,
      false,
    ])
  })
})

test('the world runs the audit, and the bare loop fires the very same requests', async () => {
  await using world = await startWorld({ users: 60, groups: 10, servicePrincipals: 5, latencyMs: 0 })
  const audit = await world.audit({ 'match-source': 'graph' })
  const requests = await world.ask('sent')
  expect(world.identities).toBe(75)
  expect(audit.cpuMs).toBeGreaterThan(100)
  expect(audit.peakMb).toBeGreaterThan(50)
  expect(audit.firstRequestMs).toBeGreaterThan(50)
  expect(audit.firstRequestMs).toBeLessThan(audit.wallMs)
  const { total } = await world.ask('least')
  expect(requests.length).toBeGreaterThanOrEqual(total)

  await world.ask('forget')
  const floor = await world.loop({ requests, concurrency: CONCURRENCY, batched: false })
  const keyOf = ({ method, url, body, status }: (typeof requests)[number]) => `${method} ${url} ${body} ${status}`
  expect((await world.ask('sent')).map(keyOf).sort()).toEqual(requests.map(keyOf).sort())
  expect(floor.cpuMs).toBeGreaterThan(0)
})
