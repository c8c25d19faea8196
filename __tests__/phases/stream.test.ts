import { expect, test } from 'vitest'
import { mapConcurrent } from '../../src/stream.ts'

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
