import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { WorkFolder } from '../../src/files/work-folder.ts'
import { temporaryFolder } from '../files/temporary.ts'
import { chanceFrom } from './chance.ts'
import { chainOf, type Fate } from './killing.ts'
import { filesOf, hastyClock } from './make-believe-audit.ts'
import type { Death } from './mortal-disk.ts'
import { committedBy, LISTED } from './scripted-ledger.ts'

const COUNTS = { users: 44, groups: 16 } as const
const DEATHS: readonly Death[] = ['before', 'after', 'torn', 'power']
/** In flight, and finished but not yet committed: ten ticks of the hasty clock make a batch. */
const BOUND = 6 + 12

test.each([
  ['without a key', undefined, 1],
  // The same calls; the long suite makes them all.
  ['with a key', 'k'.repeat(32), process.env.AIM_READINESS_LONG === 'true' ? 1 : 5],
])(
  'R2, case 65: killed at any file-system call and resumed on an empty machine, the files are those of an uninterrupted audit, %s',
  async (_, progressKey, step) => {
    const whole = await chainOf([undefined], { counts: COUNTS, progressKey })
    expect(whole.calls).toBeGreaterThan(100)
    for (let at = 1; at <= whole.calls; at += step) {
      const fate: Fate = { at, death: DEATHS[at % DEATHS.length] as Death, post: true }
      const options = { counts: COUNTS, progressKey, chance: chanceFrom(at) }
      const { files, kills, directory } = await chainOf([fate, undefined], options)
      expect([at, kills, Object.fromEntries(files)]).toEqual([at, 1, Object.fromEntries(whole.files)])
      const unsaved = progressKey === undefined ? directory.renamed : 0
      expect([at, directory.again - whole.directory.again <= BOUND + unsaved]).toEqual([at, true])
    }
  },
  120_000,
)

test('R1, case 65: killed thirty times, each time at a random moment on another machine, nothing is lost and nothing twice', async () => {
  const counts = { users: 400, groups: 60, 'service-principals': 40 } as const
  const chance = chanceFrom(30)
  const fates = Array.from({ length: 30 }, (_, index): Fate => {
    const at = 5 + Math.floor(chance() * 170)
    return { at, death: DEATHS[index % 3] as Death, post: true }
  })
  const whole = await chainOf([undefined], { counts })
  const { files, kills, directory } = await chainOf([...fates, undefined], { counts })
  expect(Object.fromEntries(files)).toEqual(Object.fromEntries(whole.files))
  expect(kills).toBe(30)
  // Failures are asked about again by every machine that comes so far, and what is not saved without a key.
  expect(directory.again).toBeLessThanOrEqual(kills * (BOUND + directory.failing + directory.renamed))
})

test('R1, R2: a process that kills itself with SIGKILL at each file-system call of the commit path leaves what was committed, and the rest can follow', async () => {
  await using folder = await temporaryFolder()
  const clock = hastyClock()
  const script = fileURLToPath(new URL('scripted-ledger.ts', import.meta.url))
  const parent = async () => join(folder.path, String(++parents))
  let parents = 0

  const lifeOf = async (diesAt: number) => {
    const path = await parent()
    const child = spawn(process.execPath, [script, path, String(diesAt)], { stdio: ['ignore', 'ignore', 'inherit'] })
    const [code, signal] = await once(child, 'close')
    return { path, code, signal }
  }
  const end = async (path: string) => {
    const [name] = await readdir(path)
    const work = name === undefined ? undefined : await WorkFolder.reopen(join(path, name), clock)
    if (work === undefined) return { done: 0, files: undefined }
    const done = work.results.doneCount('users')
    if (work.results.checkpoint.listings.length === 0) {
      await work.results.close()
      return { done, files: undefined }
    }
    await committedBy(work, done)
    const files = await filesOf(work, path)
    await work.results.close()
    return { done, files: Object.fromEntries(files) }
  }

  const whole = await lifeOf(0)
  expect(whole).toMatchObject({ code: 0, signal: null })
  const expected = await end(whole.path)
  expect(expected.done).toBe(LISTED)
  const seen = new Set<number>()
  let before = 0
  for (let at = 1, ended = false; !ended; at += 2) {
    for (const life of await Promise.all([lifeOf(at), lifeOf(at + 1)])) {
      if (life.signal === null) {
        ended = true
        continue
      }
      expect(life.signal).toBe('SIGKILL')
      const { done, files } = await end(life.path)
      if (files !== undefined) expect(files).toEqual(expected.files)
      // Later deaths never keep less.
      expect(done).toBeGreaterThanOrEqual(before)
      before = done
      seen.add(done)
    }
  }
  // Each commit counts as a whole.
  expect([...seen]).toEqual([0, 3, 6, 9, 12])
}, 120_000)
