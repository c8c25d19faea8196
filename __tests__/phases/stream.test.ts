import fc from 'fast-check'
import { expect, test } from 'vitest'
import { evenly, inBlocks, mapBlocks, mapConcurrent } from '../../src/stream.ts'

const numbers = (count: number) => Array.from({ length: count }, (_, index) => index)
const tick = () => new Promise<void>((resolve) => setImmediate(resolve))

test('mapConcurrent maps everything once, never more than the limit at a time', async () => {
  let [underWay, most] = [0, 0]
  const results: number[] = []
  for await (const result of mapConcurrent(numbers(100), 7, async (item) => {
    most = Math.max(most, ++underWay)
    for (let turn = 0; turn < item % 5; turn++) await tick()
    underWay--
    return item
  }))
    results.push(result)
  expect(results.sort((a, b) => a - b)).toEqual(numbers(100))
  expect(most).toBe(7)
})

test('mapConcurrent yields in completion order: a slow one holds nobody up', async () => {
  const slow = Promise.withResolvers<void>()
  const results: number[] = []
  for await (const result of mapConcurrent(numbers(20), 4, async (item) => {
    if (item === 0) await slow.promise
    return item
  })) {
    results.push(result)
    if (results.length === 19) slow.resolve()
  }
  expect(results.at(-1)).toBe(0)
})

test('mapConcurrent pulls its source only as far as its reader goes', async () => {
  let pulled = 0
  function* source() {
    for (;;) yield pulled++
  }
  const results = mapConcurrent(source(), 3, async (item) => item)
  await results.next()
  for (let turn = 0; turn < 20; turn++) await tick()
  expect(pulled).toBeLessThanOrEqual(4)
  await results.return(undefined)
})

test('mapConcurrent awaits what is under way before it throws', async () => {
  const ended: number[] = []
  const run = async () => {
    for await (const _ of mapConcurrent(numbers(50), 4, async (item) => {
      await tick()
      if (item === 5) throw new Error('broken')
      for (let turn = 0; turn < 5; turn++) await tick()
      ended.push(item)
      return item
    })) {
    }
  }
  await expect(run()).rejects.toThrow('broken')
  const before = ended.length
  for (let turn = 0; turn < 20; turn++) await tick()
  expect(ended.length).toBe(before)
  expect(before).toBeLessThan(12)
})

/** In blocks of so many at most, some of them empty. */
async function* blocksOf<T>(items: readonly T[], size: number): AsyncGenerator<readonly T[]> {
  for (let at = 0; at < items.length; at += size) {
    yield items.slice(at, at + size)
    yield []
  }
}

test('mapBlocks maps everything once and gives nothing twice, whatever the blocks, never more than the limit at a time', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.nat({ max: 40 }),
      fc.integer({ min: 1, max: 9 }),
      fc.integer({ min: 1, max: 9 }),
      async (n, size, limit) => {
        let [underWay, most] = [0, 0]
        const results: number[] = []
        for await (const some of mapBlocks(blocksOf(numbers(n), size), limit, async (item) => {
          most = Math.max(most, ++underWay)
          for (let turn = 0; turn < item % 3; turn++) await tick()
          underWay--
          return item
        })) {
          expect(some.length).toBeGreaterThan(0)
          results.push(...some)
        }
        expect(results.sort((a, b) => a - b)).toEqual(numbers(n))
        expect(most).toBeLessThanOrEqual(limit)
      },
    ),
    { numRuns: 50 },
  )
})

test('mapBlocks pulls within a block, too, only as far as its reader goes', async () => {
  let pulled = 0
  function* block() {
    for (;;) yield pulled++
  }
  const results = mapBlocks([block()], 3, async (item) => item)
  await results.next()
  for (let turn = 0; turn < 20; turn++) await tick()
  expect(pulled).toBeLessThanOrEqual(4)
  await results.return(undefined)
})

test('mapBlocks gives what was mapped before a source failed to go on, then throws', async () => {
  async function* source() {
    yield [1, 2]
    await tick()
    throw new Error('no more')
  }
  const results: number[] = []
  const run = async () => {
    for await (const some of mapBlocks(source(), 1, async (item) => item)) results.push(...some)
  }
  await expect(run()).rejects.toThrow('no more')
  expect(results).toEqual([1, 2])
})

test('evenly takes from each in proportion, everything once and in its order', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.nat({ max: 60 }), { maxLength: 4 }),
      fc.integer({ min: 1, max: 70 }),
      async (counts, size) => {
        const sourceOf = (name: number, count: number) =>
          blocksOf(
            numbers(count).map((at) => ({ name, at })),
            size,
          )
        const total = counts.reduce((sum, count) => sum + count, 0)
        const taken = counts.map(() => 0)
        let all = 0
        for await (const block of evenly(counts.map((count, name) => ({ blocks: sourceOf(name, count), count }))))
          for (const { name, at } of block) {
            expect(at).toBe(taken[name])
            taken[name] = at + 1
            all++
            for (const [of, count] of counts.entries())
              expect(Math.abs((taken[of] ?? 0) - (all * count) / total)).toBeLessThan(counts.length)
          }
        expect(taken).toEqual(counts)
      },
    ),
  )
})

test('evenly: a source that has less than it said ends, and the others go on', async () => {
  const shares = [
    { blocks: blocksOf(['a'], 1), count: 100 },
    { blocks: blocksOf(['b', 'c'], 2), count: 2 },
  ]
  const items: string[] = []
  for await (const block of evenly(shares)) items.push(...block)
  expect(items.sort()).toEqual(['a', 'b', 'c'])
})

test('inBlocks keeps the order, and gives no empty block', async () => {
  for (const count of [0, 1, 499, 500, 501, 1_234]) {
    const blocks = await Array.fromAsync(inBlocks(numbers(count)))
    expect(blocks.flat()).toEqual(numbers(count))
    expect(blocks.every(({ length }) => length > 0)).toBe(true)
  }
})
