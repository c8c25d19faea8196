import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../files/temporary.ts'
import { largeCopy } from '../saved/large-copy.ts'

test('R8: half a million identities, one in ten divergent: at most 12 MiB, taken up again within seconds', async () => {
  await using root = await temporaryFolder()
  const figures = await largeCopy(root.path, 500_000)
  console.log(figures)
  expect(figures.bytes).toBeLessThanOrEqual(12 * 1024 ** 2)
  expect(figures.adoptMs).toBeLessThan(15_000)
  expect(figures.copyMs).toBeLessThan(15_000)
  // With as many gaps as divergences, which is far more than an audit leaves.
  expect(figures.commitMs).toBeLessThan(500)
  expect((await stat(join(root.path, 'copy'))).isDirectory()).toBe(true)
})
