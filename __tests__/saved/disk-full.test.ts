import { type FileHandle, open } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { WorkFolder } from '../../src/files/work-folder.ts'
import type { Finished, ResultRecord } from '../../src/ports.ts'
import { temporaryFolder } from '../files/temporary.ts'
import { checkpointOfRun, hastyClock } from './make-believe-audit.ts'

type Writing = 'write' | 'writeFile' | 'sync' | 'datasync'

/** From now on a full disk fails this call of every open file, after half of what is to be written; until it is undone. */
async function full(folder: string, method: Writing): Promise<() => void> {
  const file = await open(join(folder, 'any'), 'w')
  const prototype = Object.getPrototypeOf(file) as Record<string, unknown>
  await file.close()
  const original = prototype[method] as (...args: unknown[]) => Promise<unknown>
  prototype[method] = async function (this: FileHandle, ...[what, start, length, at]: unknown[]) {
    if (method === 'write') await original.call(this, what, start, Number(length) >> 1, at)
    if (method === 'writeFile') await original.call(this, String(what).slice(0, 20))
    throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' })
  }
  return () => {
    prototype[method] = original
  }
}

const gone = (position: number): Finished => ({ type: 'users', position, outcome: { kind: 'gone' } })
const POSITIONS = Array.from({ length: 9 }, (_, position) => position)

test.each<Writing>(['write', 'datasync', 'writeFile', 'sync'])(
  'case 16: a disk that is full at %s fails the commit; what was durable stays, and what is committed later counts once',
  async (method) => {
    await using root = await temporaryFolder()
    const clock = hastyClock()
    const work = await WorkFolder.create(root.path, checkpointOfRun('1', clock), clock)
    await work.results.listed({ type: 'users', listed: 9, promised: 9, trusted: true })
    await work.results.commit([0, 1, 2].map(gone))
    const undo = await full(root.path, method)
    await expect(work.results.commit([3, 4, 5].map(gone))).rejects.toMatchObject({ code: 'ENOSPC' })
    undo()
    expect(work.results.checkpoint.done.users).toEqual([[0, 3]])
    const taken = await WorkFolder.reopen(work.path, clock)
    expect(taken?.results.doneCount('users')).toBe(3)
    await taken?.results.commit([8, 7, 6, 5, 4, 3].map(gone))
    await taken?.results.close()

    await using other = await temporaryFolder()
    const going = await WorkFolder.create(other.path, checkpointOfRun('1', clock), clock)
    await going.results.listed({ type: 'users', listed: 9, promised: 9, trusted: true })
    const again = await full(other.path, method)
    await expect(going.results.commit([3, 4, 5].map(gone))).rejects.toMatchObject({ code: 'ENOSPC' })
    again()
    await going.results.commit(POSITIONS.filter((position) => !going.results.isDone('users', position)).map(gone))
    await going.results.close()
    for (const path of [work.path, going.path]) {
      const whole = await WorkFolder.reopen(path, clock)
      const records: ResultRecord[] = []
      for await (const some of whole?.results.read('users') ?? []) records.push(...some)
      expect(records.map(({ position }) => position)).toEqual(POSITIONS)
      expect(whole?.results.doneCount('users')).toBe(9)
      await whole?.results.close()
    }
    await work.results.close()
  },
)
