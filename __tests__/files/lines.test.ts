import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { blocksOf, linesOf } from '../../src/files/lines.ts'
import { temporaryFolder } from './temporary.ts'

const lines = fc.array(
  fc.string({ unit: 'grapheme', maxLength: 12 }).map((line) => line.replaceAll('\n', '')),
  { maxLength: 30 },
)
const ended = (all: readonly string[]) => all.map((line) => `${line}\n`).join('')

describe('the lines of a file', () => {
  test('are the same however many bytes a read takes; what is not ended is no line', async () => {
    await using folder = await temporaryFolder()
    const path = join(folder.path, 'lines.txt')
    await fc.assert(
      fc.asyncProperty(
        lines,
        fc.constantFrom('', 'begun'),
        fc.integer({ min: 1, max: 40 }),
        async (all, rest, bytes) => {
          await writeFile(path, ended(all) + rest)
          expect((await Array.fromAsync(blocksOf(path, bytes))).flat()).toEqual(all)
          expect((await Array.fromAsync(linesOf(path))).map(String)).toEqual(all)
        },
      ),
      { numRuns: 300 },
    )
  })

  test('a line longer than a read is whole', async () => {
    await using folder = await temporaryFolder()
    const path = join(folder.path, 'long.txt')
    const all = ['a', 'ü'.repeat(200_000), '', 'b']
    await writeFile(path, ended(all))
    expect((await Array.fromAsync(blocksOf(path))).flat()).toEqual(all)
    expect((await Array.fromAsync(linesOf(path))).map(String)).toEqual(all)
  })

  test('of the first bytes alone', async () => {
    await using folder = await temporaryFolder()
    const path = join(folder.path, 'some.txt')
    await writeFile(path, 'one\ntwo\nthree\n')
    expect((await Array.fromAsync(linesOf(path, 8))).map(String)).toEqual(['one', 'two'])
    expect(await Array.fromAsync(linesOf(path, 0))).toEqual([])
  })
})
