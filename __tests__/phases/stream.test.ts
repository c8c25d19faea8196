import fc from 'fast-check'
import { expect, test } from 'vitest'
import { evenly, inBlocks, mapConcurrent } from '../../src/stream.ts'

const numbers = (count: number) => Array.from({ length: count }, (_, index) => index)
const tick = () => new Promise<void>((resolve) => setImmediate(resolve))

/** In blocks of so many at most, some of them empty. */
async function* blocksOf<T>(items: readonly T[], size: number): AsyncGenerator<readonly T[]> {
  for (let at = 0; at < items.length; at += size) {
    yield items.slice(at, at + size)
    yield []
  }
}

const some = fc.integer({ min: 1, max: 9 })

test('mapConcurrent maps everything once, whatever the blocks, never more than the limit at a time, and takes one at a time', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat({ max: 40 }), some, some, fc.integer({ min: 1, max: 5 }), async (n, size, limit, slow) => {
      let [underWay, most, isTaking] = [0, 0, false]
      const results: number[] = []
      await mapConcurrent(blocksOf(numbers(n), size), {
        limit,
        async map(item) {
          most = Math.max(most, ++underWay)
          for (let turn = 0; turn < item % 3; turn++) await tick()
          underWay--
          return item
        },
        take(result) {
          expect(isTaking).toBe(false)
          results.push(result)
          if (result % slow > 0) return
          isTaking = true
          return tick().then(() => {
            isTaking = false
          })
        },
      })
      expect(results.sort((a, b) => a - b)).toEqual(numbers(n))
      expect(most).toBeLessThanOrEqual(limit)
    }),
    { numRuns: 100 },
  )
})

test('mapConcurrent fills all places, and a slow one holds nobody up', async () => {
  const slow = Promise.withResolvers<void>()
  let [underWay, most] = [0, 0]
  const results: number[] = []
  await mapConcurrent([numbers(20)], {
    limit: 4,
    async map(item) {
      most = Math.max(most, ++underWay)
      await (item === 0 ? slow.promise : tick())
      underWay--
      return item
    },
    take(result) {
      results.push(result)
      if (results.length === 19) slow.resolve()
    },
  })
  expect(results.at(-1)).toBe(0)
  expect(most).toBe(4)
})

test('mapConcurrent pulls its source only as far as what is taken goes', async () => {
  let pulled = 0
  function* block() {
    for (let at = 0; at < 100; at++) yield pulled++
  }
  const gate = Promise.withResolvers<void>()
  const mapped = mapConcurrent([block()], { limit: 3, map: async (item) => item, take: () => gate.promise })
  for (let turn = 0; turn < 20; turn++) await tick()
  expect(pulled).toBeLessThanOrEqual(4)
  gate.resolve()
  await mapped
  expect(pulled).toBe(100)
})

test('mapConcurrent tells of a failure at once, awaits what is under way, and throws the first', async () => {
  const told: unknown[] = []
  const [begun, ended]: [number[], number[]] = [[], []]
  const rest = Promise.withResolvers<void>()
  const mapped = mapConcurrent([numbers(50)], {
    limit: 4,
    async map(item) {
      begun.push(item)
      await tick()
      if (item === 5) throw new Error('broken')
      if (item > 5) await rest.promise
      if (item === 7) throw new Error('broken later')
      ended.push(item)
      return item
    },
    take() {},
    onFailure: (error) => told.push(error),
  })
  const outcome = expect(mapped).rejects.toThrow('broken')
  while (told.length === 0) await tick()
  const before = begun.length
  for (let turn = 0; turn < 20; turn++) await tick()
  rest.resolve()
  await outcome
  expect(told).toHaveLength(1)
  expect(begun).toHaveLength(before)
  expect(ended).toEqual(begun.filter((item) => item !== 5 && item !== 7))
})

test.each(['at once', 'later'])('mapConcurrent takes nothing more when taking fails, %s', async (when) => {
  const taken: number[] = []
  const mapped = mapConcurrent([numbers(50)], {
    limit: 8,
    map: async (item) => item,
    take(result) {
      taken.push(result)
      if (result !== 5) return
      if (when === 'at once') throw new Error('full')
      return tick().then(() => Promise.reject(new Error('full')))
    },
  })
  await expect(mapped).rejects.toThrow('full')
  expect(taken.at(-1)).toBe(5)
})

test('mapConcurrent takes what had come while something was taken, though a call fails meanwhile', async () => {
  const gate = Promise.withResolvers<void>()
  const taken: number[] = []
  const mapped = mapConcurrent([numbers(4)], {
    limit: 4,
    async map(item) {
      for (let turn = 0; turn < item; turn++) await tick()
      if (item === 3) throw new Error('broken')
      return item
    },
    take(result) {
      taken.push(result)
      return result === 0 ? gate.promise : undefined
    },
    onFailure: () => gate.resolve(),
  })
  await expect(mapped).rejects.toThrow('broken')
  expect(taken).toEqual([0, 1, 2])
})

test('mapConcurrent closes its source, and throws what that throws, after what it gave was taken', async () => {
  let isClosed = false
  async function* source() {
    try {
      yield [1, 2]
      await tick()
      throw new Error('no more')
    } finally {
      isClosed = true
    }
  }
  const results: number[] = []
  const take = (result: number) => {
    results.push(result)
  }
  await expect(mapConcurrent(source(), { limit: 1, map: async (item) => item, take })).rejects.toThrow('no more')
  expect(results).toEqual([1, 2])
  async function* endless() {
    try {
      for (;;) yield [1]
    } finally {
      isClosed = true
    }
  }
  isClosed = false
  const failing = { limit: 2, map: () => Promise.reject(new Error('broken')), take }
  await expect(mapConcurrent(endless(), failing)).rejects.toThrow('broken')
  expect(isClosed).toBe(true)
})

test.each(['map', 'a block'])(
  'mapConcurrent ends when %s throws where a promise was expected, and what is under way is awaited',
  async (who) => {
    const ended: number[] = []
    function* block() {
      yield* [0, 1]
      if (who === 'a block') throw new Error('broken')
      yield 2
    }
    const mapped = mapConcurrent([block()], {
      limit: 2,
      map(item) {
        if (item === 2) throw new Error('broken')
        return (item === 0 ? tick() : tick().then(tick).then(tick)).then(() => ended.push(item as number))
      },
      take() {},
    })
    await expect(mapped).rejects.toThrow('broken')
    expect(ended).toEqual([0, 1])
  },
)

test('mapConcurrent ends at once where there is nothing', async () => {
  const nothing = { limit: 3, map: async () => expect.unreachable(), take: () => expect.unreachable() }
  await mapConcurrent([], nothing)
  await mapConcurrent([[]], nothing)
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
