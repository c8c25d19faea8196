import { describe, expect, test } from 'vitest'
import type { AuditError } from '../../src/domain/failure.ts'
import { listed, targeted } from '../../src/phases/identities.ts'
import { failing, MemorySnapshot, pageOf, scriptedAccount } from './fakes.ts'

const signal = new AbortController().signal

async function listing(pages: Parameters<typeof scriptedAccount>[0]) {
  const snapshot = new MemorySnapshot()
  const { account, asked } = scriptedAccount(pages)
  const failures: string[] = []
  const watchers = {
    onPage() {},
    onUnread: (type: string, { reason }: AuditError) => failures.push(`${type}: ${reason}`),
  }
  const result = await listed(account, snapshot, 'users', watchers, signal)
  return { ...result, ids: snapshot.lists.get('users'), asked, failures }
}

describe('listed', () => {
  test('case 24: advances by what was received, whatever was asked for', async () => {
    const { ids, asked, trusted } = await listing([pageOf(['1', '2', '3'], 5), pageOf(['4'], 5), pageOf(['5'], 5)])
    expect(ids).toEqual(['1', '2', '3', '4', '5'])
    expect(asked).toEqual([1, 4, 5])
    expect(trusted).toBe(true)
  })

  test('case 21: a repeat is dropped, and the listing is read once more for what it hid', async () => {
    const { ids, trusted } = await listing([
      pageOf(['1', '2'], 4),
      pageOf(['2', '3'], 4),
      pageOf(['1', '2'], 4),
      pageOf(['4', '3'], 4),
    ])
    expect(ids).toEqual(['1', '2', '3', '4'])
    expect(trusted).toBe(true)
  })

  test('case 21: short of the promise in both passes together is not to be trusted', async () => {
    const { ids, trusted, promised } = await listing([
      pageOf(['1', '2'], 4),
      pageOf(['2', '3'], 4),
      pageOf(['1', '2'], 4),
      pageOf(['2', '3'], 4),
    ])
    expect(ids).toEqual(['1', '2', '3'])
    expect({ trusted, promised }).toEqual({ trusted: false, promised: 4 })
  })

  test('case 22: a total that grows is followed to its end', async () => {
    const { ids, trusted } = await listing([pageOf(['1', '2'], 3), pageOf(['3'], 4), pageOf(['4'], 4)])
    expect(ids).toEqual(['1', '2', '3', '4'])
    expect(trusted).toBe(true)
  })

  test('case 22: deleted meanwhile, so the second pass promises less: the smaller promise counts', async () => {
    const { ids, trusted } = await listing([
      pageOf(['1', '2'], 4),
      pageOf(['4'], 4),
      ...Array.from({ length: 4 }, () => pageOf([], 4)),
      pageOf(['1', '2'], 3),
      pageOf(['4'], 3),
    ])
    expect(ids).toEqual(['1', '2', '4'])
    expect(trusted).toBe(true)
  })

  test('case 23: an empty page while more is promised is asked again three times', async () => {
    const { ids, asked, trusted } = await listing([
      pageOf(['1'], 2),
      pageOf([], 2),
      pageOf([], 2),
      pageOf([], 2),
      pageOf(['2'], 2),
    ])
    expect(ids).toEqual(['1', '2'])
    expect(asked.filter((start) => start === 2)).toHaveLength(4)
    expect(trusted).toBe(true)
  })

  test('case 23: pages that stay empty are never taken for the end', async () => {
    const { listed: count, trusted } = await listing(Array.from({ length: 8 }, () => pageOf([], 7)))
    expect({ count, trusted }).toEqual({ count: 0, trusted: false })
  })

  test('case 23: an empty page that takes the promise back is not believed', async () => {
    const takenBack = Array.from({ length: 4 }, () => pageOf([], 0))
    const { ids, trusted } = await listing([pageOf(['1'], 9), ...takenBack, pageOf(['1'], 9), ...takenBack])
    expect({ ids, trusted }).toEqual({ ids: ['1'], trusted: false })
  })

  test('case 25: the same page for ever comes to an end', async () => {
    const { trusted, ids } = await listing(Array.from({ length: 60 }, () => pageOf(['1', '2'], 1_000_000)))
    expect({ trusted, ids }).toEqual({ trusted: false, ids: ['1', '2'] })
  })

  test('an empty account needs one call', async () => {
    const { asked, trusted } = await listing([pageOf([], 0)])
    expect({ asked, trusted }).toEqual({ asked: [1], trusted: true })
  })

  test('case 17: a page that cannot be read leaves what was read, after a second pass', async () => {
    const { ids, trusted, failures } = await listing([
      pageOf(['1'], 3),
      failing('not-json', 200),
      pageOf(['1', '2'], 3),
      failing('not-json', 200),
    ])
    expect({ ids, trusted }).toEqual({ ids: ['1', '2'], trusted: false })
    expect(failures).toContain('users: not-json')
  })

  test('a listing that broke off is made whole by the second pass', async () => {
    const { ids, trusted } = await listing([pageOf(['1'], 2), failing('unavailable', 503), pageOf(['1', '2'], 2)])
    expect({ ids, trusted }).toEqual({ ids: ['1', '2'], trusted: true })
  })

  for (const reason of ['forbidden', 'sign-in', 'certificate', 'not-found'] as const)
    test(`${reason} ends it: the account refuses us`, async () => {
      await expect(listing([failing(reason)])).rejects.toMatchObject({ reason })
    })
})

test('targeted: takes the targets of one type in the order given', async () => {
  const snapshot = new MemorySnapshot()
  const targets = [
    { type: 'groups' as const, id: '9' },
    { type: 'users' as const, id: '2' },
    { type: 'users' as const, id: '1' },
  ]
  expect(await targeted(snapshot, 'users', targets)).toMatchObject({ listed: 2, trusted: true })
  expect(snapshot.lists.get('users')).toEqual(['2', '1'])
})
