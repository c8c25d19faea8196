import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { GroupMembers } from '../../src/entra/group-members.ts'
import type { Ask } from '../../src/http/ask.ts'
import { unitsOf } from '../../src/http/resource-units.ts'
import { never } from './wire.ts'

const HOST = 'graph.microsoft.com'
const objectId = (kind: number, at: number) => `0000000${kind}-0000-4000-8000-${String(at).padStart(12, '0')}`

/** A tenant whose groups have these members; what it was asked for, and what that cost. */
function tenantOf(groups: ReadonlyMap<string, readonly string[]>) {
  const spent = { requests: 0, units: 0 }
  const ask: Ask = async ({ call, url }, decode) => {
    spent.requests++
    spent.units += unitsOf({ call, url })
    const { pathname, searchParams } = new URL(url)
    const members = groups.get(pathname.split('/')[3] ?? '') ?? []
    const [from, top] = [Number(searchParams.get('$skiptoken') ?? 0), Number(searchParams.get('$top'))]
    searchParams.set('$skiptoken', String(from + top))
    const next = `https://${HOST}${pathname}?${searchParams}`
    return decode({
      value: members.slice(from, from + top).map((id) => ({ id })),
      ...(from + top < members.length && { '@odata.nextLink': next }),
    })
  }
  return { spent, members: new GroupMembers({ ask, host: HOST }) }
}

/** As the caller does: reads on until all of them were there. */
async function found(members: GroupMembers, group: string, wanted: ReadonlySet<string>) {
  const among = new Set<string>()
  for await (const page of members.pages(group, wanted, never)) {
    for (const id of page) if (wanted.has(id)) among.add(id)
    if (among.size === wanted.size) break
  }
  return among
}

interface Group {
  /** Members in the tenant, and those of them and others that Databricks knows. */
  readonly size: number
  readonly known: number
  readonly strangers: number
}

async function readAll(groups: readonly Group[]) {
  const idsOf = (kind: number, many: number) => Array.from({ length: many }, (_, at) => objectId(kind, at))
  const tenant = tenantOf(new Map(groups.map(({ size }, at) => [objectId(0, at), idsOf(1, size)])))
  for (const [at, { size, known, strangers }] of groups.entries()) {
    // The last ones of the group, so that a page of it is not enough.
    const present = idsOf(1, size).slice(size - Math.min(known, size))
    const wanted = new Set([...present, ...idsOf(2, strangers)])
    if (wanted.size > 0) expect([...(await found(tenant.members, objectId(0, at), wanted))].toSorted()).toEqual(present)
  }
  return tenant.spent
}

const many = (group: Group, count = 200) => Array.from({ length: count }, () => group)

describe('GroupMembers', () => {
  const group: fc.Arbitrary<Group> = fc.record({
    size: fc.oneof(fc.nat(25), fc.nat(2_100)),
    known: fc.nat(25),
    strangers: fc.nat(3),
  })

  test('finds whoever is a member, whatever the sizes, and never costs much more than whole pages', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(group, { maxLength: 120 }), async (groups) => {
        const { units } = await readAll(groups)
        const read = groups.filter(({ size, known, strangers }) => Math.min(size, known) + strangers > 0)
        const whole = read.reduce((sum, { size }) => sum + 2 * Math.max(1, Math.ceil(size / 999)), 0)
        expect(units).toBeLessThanOrEqual(1.125 * whole + 6)
      }),
      { numRuns: 60 },
    )
  })

  test('groups that are small on both sides cost a request of one unit each', async () => {
    expect(await readAll(many({ size: 19, known: 16, strangers: 3 }))).toEqual({ requests: 200, units: 200 })
  })

  test('a page is enough for whom it holds, however large the group is', async () => {
    const members = Array.from({ length: 500 }, (_, at) => objectId(1, at))
    const { spent, members: groups } = tenantOf(new Map([[objectId(0, 0), members]]))
    await found(groups, objectId(0, 0), new Set(members.slice(0, 12)))
    expect(spent).toEqual({ requests: 1, units: 1 })
  })

  test('where the tenant has many more members than Databricks, small pages are soon left alone', async () => {
    const { requests, units } = await readAll(many({ size: 100, known: 5, strangers: 0 }))
    expect(requests).toBeLessThanOrEqual(206)
    expect(units).toBeLessThanOrEqual(406)
  })

  test('and tried again once groups are small', async () => {
    const { units } = await readAll([
      ...many({ size: 100, known: 5, strangers: 0 }, 20),
      ...many({ size: 9, known: 9, strangers: 0 }),
    ])
    expect(units).toBeLessThanOrEqual(46 + 250)
  })

  test('more than a small page is looked for in whole ones', async () => {
    expect(await readAll(many({ size: 20, known: 20, strangers: 0 }))).toEqual({ requests: 200, units: 400 })
  })
})
