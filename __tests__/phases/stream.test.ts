import fc from 'fast-check'
import { expect, test } from 'vitest'
import { evenly, inBlocks, mapConcurrent } from '../../src/stream.ts'

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

test('evenly takes from each in proportion, everything once and in its order', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat({ max: 60 }), { maxLength: 4 }), async (counts) => {
      async function* source(name: number, count: number) {
        for (let at = 0; at < count; at++) yield { name, at }
      }
      const total = counts.reduce((sum, count) => sum + count, 0)
      const taken = counts.map(() => 0)
      let all = 0
      for await (const { name, at } of evenly(counts.map((count, name) => ({ items: source(name, count), count })))) {
        expect(at).toBe(taken[name])
        taken[name] = at + 1
        all++
        for (const [of, count] of counts.entries())
          expect(Math.abs((taken[of] ?? 0) - (all * count) / total)).toBeLessThan(counts.length)
      }
      expect(taken).toEqual(counts)
    }),
  )
})

test('evenly: a source that has less than it said ends, and the others go on', async () => {
  async function* source(...items: string[]) {
    yield* items
  }
  const shares = [
    { items: source('a'), count: 100 },
    { items: source('b', 'c'), count: 2 },
  ]
  expect((await Array.fromAsync(evenly(shares))).sort()).toEqual(['a', 'b', 'c'])
})

test('inBlocks keeps the order, and gives no empty block', async () => {
  for (const count of [0, 1, 499, 500, 501, 1_234]) {
    const blocks = await Array.fromAsync(inBlocks(numbers(count)))
    expect(blocks.flat()).toEqual(numbers(count))
    expect(blocks.every(({ length }) => length > 0)).toBe(true)
  }
})
