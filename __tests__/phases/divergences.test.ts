import { describe, expect, test } from 'vitest'
import { divergences } from '../../src/phases/divergences.ts'
import type { Finished } from '../../src/ports.ts'
import {
  type Answer,
  answeringSource,
  failing,
  linkedMatch,
  MemoryLog,
  MemorySnapshot,
  scriptedAccount,
  stillClock,
} from './fakes.ts'

const ids = (count: number) => Array.from({ length: count }, (_, index) => String(index + 1))
const link = (id: string) => linkedMatch('users', id)

async function run(
  listed: readonly string[],
  answers: (id: string) => Answer | readonly Answer[],
  options: {
    targeted?: boolean
    isBulk?: boolean
    exists?: (id: string) => boolean
    concurrency?: number
    signal?: AbortSignal
    deadline?: AbortSignal
    log?: MemoryLog
  } = {},
) {
  const log = options.log ?? new MemoryLog()
  const { source, asked } = answeringSource(answers)
  const { account } = scriptedAccount([], options.exists)
  const end = await divergences({
    account,
    source,
    snapshot: MemorySnapshot.of('users', listed),
    results: log,
    clock: stillClock,
    targeted: options.targeted ?? false,
    isBulk: options.isBulk ?? false,
    concurrency: options.concurrency ?? 4,
    onFinished: () => {},
    onCommitted: () => {},
    deadline: options.deadline ?? new AbortController().signal,
    signal: options.signal ?? new AbortController().signal,
  })
  const outcomes = new Map(log.records.map(({ position, outcome }) => [listed[position], outcome]))
  return { ...end, outcomes, asked, done: log.doneCount('users') }
}

const failure = (outcome: unknown) => (outcome as { failure: { reason: string; code: string } } | undefined)?.failure

describe('divergences', () => {
  test('in bulk: everybody is asked about once', async () => {
    const { asked, done } = await run(ids(300), link, { isBulk: true })
    expect([asked.toSorted(), done]).toEqual([ids(300).toSorted(), 300])
  })

  test('what is linked and agrees leaves no record but is done', async () => {
    const { done, outcomes, stopped, fault } = await run(ids(9), link)
    expect({ done, records: outcomes.size, stopped, fault }).toEqual({
      done: 9,
      records: 0,
      stopped: undefined,
      fault: undefined,
    })
  })

  test('the row carries the listed id', async () => {
    const { outcomes } = await run(['7'], () => ({ ...link('7'), byExternalId: undefined }))
    expect(outcomes.get('7')).toMatchObject({ kind: 'divergent', divergence: { id: '7' } })
  })

  test('case 46: one poisoned identity is a failure and holds nobody up', async () => {
    const { outcomes, done } = await run(ids(50), (id) => (id === '3' ? failing('server-error', 500) : link(id)))
    expect(done).toBe(50)
    expect([...outcomes.keys()]).toEqual(['3'])
    expect(failure(outcomes.get('3'))).toMatchObject({ reason: 'server-error', code: '500' })
  })

  test('a failure of a passing kind is asked again at the end, and only a last one is written', async () => {
    const { outcomes, done } = await run(ids(20), (id) => (id === '5' ? [failing('timeout'), link(id)] : link(id)))
    expect({ done, records: outcomes.size }).toEqual({ done: 20, records: 0 })
  })

  test('case 19: an answer that stays unusable is not asked for a third time', async () => {
    const { outcomes, asked } = await run(['1', '2'], (id) =>
      id === '1' ? failing('unexpected-answer', 200) : link(id),
    )
    expect(failure(outcomes.get('1'))).toMatchObject({ reason: 'unexpected-answer' })
    expect(asked.filter((id) => id === '1')).toHaveLength(1)
  })

  test('case 56: 404 here and in SCIM is gone', async () => {
    const { outcomes } = await run(ids(5), (id) => (id === '2' ? failing('not-found', 404) : link(id)))
    expect(outcomes.get('2')).toEqual({ kind: 'gone' })
  })

  test('case 56: 404 here while SCIM knows it is a missing endpoint', async () => {
    const { outcomes } = await run(ids(5), (id) => (id === '2' ? failing('not-found', 404) : link(id)), {
      exists: () => true,
    })
    expect(failure(outcomes.get('2'))).toEqual({ type: 'users', id: '2', reason: 'endpoint-not-found', code: '404' })
  })

  test('a target that does not exist is a failure', async () => {
    const { outcomes } = await run(['2'], () => failing('not-found', 404), { targeted: true })
    expect(failure(outcomes.get('2'))).toMatchObject({ reason: 'not-found', code: '404' })
  })

  test('case 57: the first ten calls find no endpoint: there is no result at all', async () => {
    const end = await run(ids(100), () => failing('not-found', 404), { exists: () => true })
    expect(end).toMatchObject({ broken: true, fault: { reason: 'endpoint-not-found' } })
    expect(end.asked.length).toBeLessThan(30)
  })

  test('an endpoint missing after an answer is a failure of that identity', async () => {
    const end = await run(ids(30), (id) => (id === '1' ? link(id) : failing('not-found', 404)), { exists: () => true })
    expect(end).toMatchObject({ broken: false, done: 30, fault: undefined })
  })

  test('case 54: refused before anything was answered: there is no result at all', async () => {
    expect(await run(ids(100), () => failing('forbidden', 403))).toMatchObject({
      broken: true,
      fault: { reason: 'forbidden' },
    })
    expect(await run(ids(2), () => failing('forbidden', 403))).toMatchObject({
      broken: true,
      fault: { reason: 'forbidden' },
    })
  })

  test('case 55: refused later, and the canary too: stops, what is done is kept', async () => {
    let calls = 0
    const end = await run(
      ids(200),
      (id) => {
        calls++
        return calls > 50 ? failing('forbidden', 403) : { ...link(id), byExternalId: undefined }
      },
      { concurrency: 8 },
    )
    expect(end).toMatchObject({ broken: false, stopped: 'access-lost' })
    expect([...end.outcomes.values()].filter(({ kind }) => kind === 'divergent').length).toBeGreaterThan(40)
    expect(end.asked.length).toBeLessThan(90)
  })

  test('case 55: identities that are forbidden one by one are failures, since the canary still sings', async () => {
    const end = await run(ids(200), (id) => (Number(id) > 50 && Number(id) < 60 ? failing('forbidden', 403) : link(id)))
    expect(end).toMatchObject({ broken: false, stopped: undefined, done: 200 })
    expect(end.outcomes.size).toBe(9)
  })

  test('case 34: three confirmed answers for another identity stop it', async () => {
    const wrong = new Set(['10', '40', '80'])
    const end = await run(ids(500), (id) => (wrong.has(id) ? failing('wrong-identity', 200) : link(id)))
    expect(end).toMatchObject({ broken: false, stopped: 'wrong-identities' })
    expect(end.asked.length).toBeLessThan(120)
  })

  test('case 34: two are failures of these two', async () => {
    const wrong = new Set(['10', '40'])
    const end = await run(ids(50), (id) => (wrong.has(id) ? failing('wrong-identity', 200) : link(id)))
    expect(end).toMatchObject({ stopped: undefined, done: 50 })
    expect(failure(end.outcomes.get('40'))).toMatchObject({ reason: 'wrong-identity' })
  })

  test('case 39, case 51: a sign-in or certificate that breaks in mid-run stops it, what is done is kept', async () => {
    for (const [reason, stopped] of [
      ['sign-in', 'access-lost'],
      ['certificate', 'unavailable'],
      ['outage', 'unavailable'],
    ] as const) {
      const end = await run(ids(100), (id) => (id === '50' ? failing(reason) : link(id)))
      expect(end).toMatchObject({ broken: false, stopped, fault: { reason } })
      expect(end.done).toBeGreaterThanOrEqual(40)
    }
  })

  test('cancelled: stops, what is done is kept', async () => {
    const controller = new AbortController()
    const end = await run(
      ids(100),
      (id) => {
        if (id === '30') controller.abort(failing('cancelled'))
        return link(id)
      },
      { signal: controller.signal },
    )
    expect(end).toMatchObject({ broken: false, stopped: 'cancelled' })
    expect(end.done).toBeLessThan(100)
  })

  test('the time is up: nothing new is begun, what is under way ends, the rest is left', async () => {
    const deadline = new AbortController()
    const end = await run(
      ids(100),
      (id) => {
        if (id === '30') deadline.abort()
        return link(id)
      },
      { deadline: deadline.signal },
    )
    expect(end).toMatchObject({ broken: false, stopped: 'time-up', fault: undefined })
    expect(end.done).toBe(end.asked.length)
    expect(end.done).toBeLessThan(40)
  })

  test('goes on where an earlier run stopped, and asks nobody twice', async () => {
    const log = new MemoryLog()
    await log.commit([0, 1, 2, 7].map((position) => ({ type: 'users', position, outcome: { kind: 'linked' } })))
    const { asked, done } = await run(ids(10), link, { log })
    expect(asked).toEqual(['4', '5', '6', '7', '9', '10'])
    expect(done).toBe(10)
  })

  test('refused at once, but an earlier run had answers: what is done is kept', async () => {
    const log = new MemoryLog()
    await log.commit([{ type: 'users', position: 0, outcome: { kind: 'linked' } }])
    expect(await run(ids(40), () => failing('forbidden', 403), { log })).toMatchObject({
      broken: false,
      stopped: 'access-lost',
    })
  })

  test('what is not durable yet is never more than 200, or a fifth of what is finished, or a thousand', async () => {
    const sizes: number[] = []
    class Watched extends MemoryLog {
      override async commit(finished: readonly Finished[]): Promise<void> {
        sizes.push(finished.length)
        await super.commit(finished)
      }
    }
    const { done } = await run(ids(12_000), link, { log: new Watched() })
    let finished = 0
    for (const size of sizes) {
      finished += size
      expect(size).toBeLessThanOrEqual(Math.min(1_000, Math.max(200, Math.ceil(finished / 5))))
    }
    expect([finished, done, sizes[0]]).toStrictEqual([12_000, 12_000, 200])
    expect(sizes.length).toBeLessThan(30)
  })

  test('case 16: a disk that is full ends it as internal, and what was not made durable is not done', async () => {
    class FullDisk extends MemoryLog {
      override async commit(): Promise<void> {
        throw Object.assign(new Error('no space left on /home/ada'), { code: 'ENOSPC' })
      }
    }
    const { fault, broken, done } = await run(ids(500), link, { log: new FullDisk() })
    expect({ fault, broken, done }).toMatchObject({
      fault: { reason: 'disk', code: 'ENOSPC' },
      broken: true,
      done: 0,
    })
    expect(fault?.message).not.toContain('ada')
  })

  test('case 74: a fault of our own ends it as internal', async () => {
    const end = await run(ids(10), () => {
      throw new TypeError('a bug')
    })
    expect(end).toMatchObject({ broken: true, fault: { reason: 'internal' } })
  })
})
