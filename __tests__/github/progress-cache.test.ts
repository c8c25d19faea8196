import { expect, test } from 'vitest'
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
