import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { SAVED_BYTES_PER_RUN } from '../../src/domain/checkpoint.ts'
import { COPY_FOLDER } from '../../src/files/state-copy.ts'
import { WorkFolder } from '../../src/files/work-folder.ts'
import type { RestoreResult, SaveResult } from '../../src/github/progress-cache.ts'
import type { Clock } from '../../src/ports.ts'
import { ProgressStore, type StoreOptions } from '../../src/saved/progress-store.ts'
import { temporaryFolder } from '../files/temporary.ts'
import { filesBelow, put } from './copies.ts'
import { checkpointOfRun, MakeBelieveCache } from './make-believe-audit.ts'

const MINUTE = 60_000
const KEYS = {
  audit: 'audit-',
  ofRun: (id: string) => `audit-${id}-`,
  save: (n: number) => `audit-1-${n}`,
  restore: ['audit-1-', 'audit-'],
  ownRunOnly: false,
  belongsTo: 'octo/aim',
}

/** A store on a disk of its own, with time that stands until it is moved. */
async function situation(options: Partial<StoreOptions> = {}) {
  const root = await temporaryFolder()
  let ms = 0
  const clock: Clock = { now: () => ms, date: () => new Date(Date.UTC(2026, 10, 22) + ms), sleep: async () => {} }
  const work = await WorkFolder.create(root.path, checkpointOfRun('1', clock), clock)
  const cache = new MakeBelieveCache(root.path)
  const store = new ProgressStore({
    ...{ cache: cache.of(root.path), keys: KEYS, progressKey: undefined, workspace: root.path, clock },
    ...{ maxDurationMs: 330 * MINUTE, savedBytes: 0, onSaved: () => {} },
    ...options,
  })
  return {
    ...{ root, work, cache, store, clock, copy: join(root.path, COPY_FOLDER) },
    fresh: checkpointOfRun('2', clock),
    pass: (more: number) => {
      ms += more
    },
    async [Symbol.asyncDispose]() {
      await store.idle()
      await work.results.close()
      await root[Symbol.asyncDispose]()
    },
  }
}

const refusing = (why: string, log: string[] = []) => ({
  save: async (key: string): Promise<SaveResult> => {
    log.push(key)
    return { state: 'refused', why }
  },
  restore: async (): Promise<RestoreResult> => ({ state: 'failed', why }),
})

describe('ProgressStore', () => {
  test('saves when a minute has passed, then again as its cost says, each time under a new key', async () => {
    await using s = await situation()
    s.store.saveWhenDue(s.work)
    await s.store.idle()
    expect(s.cache.entries).toEqual([])
    for (let minute = 1; minute <= 3; minute++) {
      s.pass(MINUTE)
      s.store.saveWhenDue(s.work)
      s.store.saveWhenDue(s.work)
      await s.store.idle()
    }
    expect(s.cache.entries.map(({ key }) => key)).toEqual(['audit-1-1', 'audit-1-2', 'audit-1-3'])
    expect(s.store.savedKey).toBe('audit-1-3')
    expect(existsSync(s.copy)).toBe(false)
  })

  test('never makes two copies at once: whoever asks waits for the one under way', async () => {
    let [underWay, most] = [0, 0]
    const cache = {
      ...refusing(''),
      save: async (): Promise<SaveResult> => {
        most = Math.max(most, ++underWay)
        await new Promise((done) => setTimeout(done, 20))
        underWay--
        return { state: 'saved' }
      },
    }
    await using s = await situation({ cache })
    s.pass(10 * MINUTE)
    s.store.saveWhenDue(s.work)
    await Promise.all([s.store.save(s.work, false), s.store.save(s.work, false), s.store.save(s.work, true)])
    expect(most).toBe(1)
    expect(s.store.savedKey).toBe('audit-1-4')
  })

  test('case 63: a cache that takes nothing is tried more and more seldom, and its reason is kept', async () => {
    const tried: string[] = []
    await using s = await situation({ cache: refusing('full', tried) })
    for (let minute = 0; minute < 330; minute++) {
      s.pass(MINUTE)
      s.store.saveWhenDue(s.work)
      await s.store.idle()
    }
    expect(tried.length).toBeLessThan(10)
    expect([s.store.problem, s.store.savedKey, s.store.mayHaveSaved]).toEqual(['full', '', false])
  })

  test('a save that was given up may have been made; one that succeeds later takes the problem back', async () => {
    const answers: SaveResult[] = [{ state: 'unknown', why: 'slow' }, { state: 'saved' }]
    const cache = { ...refusing(''), save: async () => answers.shift() as SaveResult }
    await using s = await situation({ cache })
    await s.store.save(s.work, false)
    expect([s.store.problem, s.store.savedKey, s.store.mayHaveSaved]).toEqual(['slow', '', true])
    await s.store.save(s.work, false)
    expect([s.store.problem, s.store.savedKey]).toEqual([undefined, 'audit-1-2'])
  })

  test('what an earlier step saved counts: beyond 500 MB nothing is saved any more', async () => {
    const told: number[] = []
    await using s = await situation({ savedBytes: SAVED_BYTES_PER_RUN - 1_500, onSaved: (bytes) => told.push(bytes) })
    await s.store.save(s.work, false)
    const one = (told[0] ?? 0) - (SAVED_BYTES_PER_RUN - 1_500)
    for (let n = 0; n < 9; n++) await s.store.save(s.work, n > 4)
    expect(one).toBeGreaterThan(0)
    expect(Math.max(...told)).toBeLessThanOrEqual(SAVED_BYTES_PER_RUN)
    expect(s.store.problem).toBeDefined()
  })

  test('a copy is taken out of the workspace whatever it is, and nothing of it fails the audit', async () => {
    await using s = await situation()
    await s.store.save(s.work, false)
    const whole = await filesBelow(s.cache.entries[0]?.folder ?? '')
    const spoilt = [
      new Map(),
      new Map([['checkpoint', Buffer.from('?')]]),
      new Map([['../x', Buffer.alloc(1)]].slice(1) as []),
    ]
    for (const files of [...spoilt, whole]) {
      await put(s.cache.entries[0]?.folder ?? '', files)
      const restored = await s.store.restore(s.root.path, s.fresh, 36 * 60 * MINUTE)
      expect(restored.state).toBe(files === whole ? 'continued' : 'refused')
      if (restored.state === 'continued') await restored.work.remove()
      expect(existsSync(s.copy)).toBe(false)
    }
  })

  test('case 63: without an entry, or with one that cannot be had, there is nothing to continue', async () => {
    await using s = await situation()
    expect(await s.store.restore(s.root.path, s.fresh, MINUTE)).toEqual({ state: 'none' })
    await using other = await situation({ cache: refusing('gone') })
    expect(await other.store.restore(s.root.path, s.fresh, MINUTE)).toEqual({ state: 'failed', why: 'gone' })
  })

  test('an audit that has ended leaves a mark without identities, and is not continued', async () => {
    await using s = await situation()
    await s.work.results.end('passed')
    await s.store.save(s.work, true)
    expect(await readdir(s.cache.entries[0]?.folder ?? '')).toEqual(expect.arrayContaining(['checkpoint', 'results']))
    const restored = await s.store.restore(s.root.path, s.fresh, 36 * 60 * MINUTE)
    expect(restored).toEqual({ state: 'refused', why: 'finished' })
  })
})
