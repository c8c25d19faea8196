import { expect, test } from 'vitest'
import { temporaryFolder } from '../files/temporary.ts'
import { largeCopy } from './large-copy.ts'

test('R8: the state of a large account, scaled down: at most 12 MiB for half a million identities', async () => {
  await using root = await temporaryFolder()
  const { bytes, unnamed } = await largeCopy(root.path, 25_000)
  expect(bytes * 20).toBeLessThanOrEqual(12 * 1024 ** 2)
  expect(unnamed).toBe(2_500)
})
