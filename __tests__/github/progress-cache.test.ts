import { afterEach, expect, test, vi } from 'vitest'
import { ProgressCache } from '../../src/github/progress-cache.ts'

const failing = () => {
  throw new TypeError('Invalid URL')
}

test('case 63: a toolkit that throws at every question is no cache, and no reason to fail', async () => {
  const cache = new ProgressCache({ isFeatureAvailable: failing, saveCache: failing, restoreCache: failing }, 'folder')
  expect(cache.isAvailable()).toBe(false)
  expect(await cache.save('key')).toMatchObject({ state: 'refused' })
  expect(await cache.restore(['a-', 'b-'])).toMatchObject({ state: 'failed' })
})

afterEach(() => void vi.useRealTimers())

test('case 63: a download that hangs is tried once more, and none goes on when nobody waits for it', async () => {
  vi.useFakeTimers()
  let [begun, underWay] = [0, 0]
  const hanging: ConstructorParameters<typeof ProgressCache>[0] = {
    isFeatureAvailable: () => true,
    saveCache: failing,
    // Ten minutes is what the toolkit waits for a download by itself.
    async restoreCache(_paths, key, _keys, { lookupOnly, segmentTimeoutInMs = 600_000 } = {}) {
      if (lookupOnly) return key
      begun++
      underWay++
      await new Promise((done) => setTimeout(done, segmentTimeoutInMs))
      underWay--
      return undefined
    },
  }
  const restored = new ProgressCache(hanging, 'folder').restore(['a-']).then(({ state }) => ({ state, underWay }))
  await vi.advanceTimersByTimeAsync(3_600_000 / 2)
  expect([await restored, begun]).toEqual([{ state: 'failed', underWay: 0 }, 2])
})
