import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

/** How large the heap of a process becomes in which objects come and go, many of them living for a while. */
async function heapBytes(keepsSmall: boolean): Promise<number> {
  const child = fileURLToPath(new URL('churn.ts', import.meta.url))
  const { stdout } = await promisify(execFile)(process.execPath, [child, String(keepsSmall)])
  return Number(stdout)
}

test('the heap of an audit stays near to what it holds', async () => {
  expect(await heapBytes(true)).toBeLessThan(0.8 * (await heapBytes(false)))
})
