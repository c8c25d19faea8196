import { randomUUID } from 'node:crypto'
import { cpSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Checkpoint, STATE_SCHEMA } from '../../src/domain/checkpoint.ts'
import { render } from '../../src/files/render.ts'
import { ResultsFolder } from '../../src/files/results-folder.ts'
import { COPY_FOLDER } from '../../src/files/state-copy.ts'
import { WorkFolder } from '../../src/files/work-folder.ts'
import type { RestoreResult, SaveResult } from '../../src/github/progress-cache.ts'
import { divergences } from '../../src/phases/divergences.ts'
import { listed } from '../../src/phases/identities.ts'
import { recalled } from '../../src/phases/recall.ts'
import type { Clock } from '../../src/ports.ts'
import { ProgressStore } from '../../src/saved/progress-store.ts'
import type { MakeBelieveDirectory } from './make-believe-directory.ts'

export const FINGERPRINT = 'f'.repeat(64)

/** Time that passes with every look at it, so that batches are small. */
export function hastyClock(start = Date.UTC(2026, 10, 22)): Clock {
  let ms = 0
  return {
    now: () => (ms += 100),
    date: () => new Date(start + ms),
    sleep: async (_, signal) => void (await new Promise((_, fail) => signal?.addEventListener('abort', fail))),
  }
}

/** The Actions cache, as far as saved progress uses it. */
export class MakeBelieveCache {
  readonly entries: { key: string; folder: string }[] = []
  readonly folder: string
  constructor(folder: string) {
    this.folder = folder
  }

  of(workspace: string) {
    return {
      save: async (key: string): Promise<SaveResult> => {
        const folder = join(this.folder, randomUUID())
        cpSync(join(workspace, COPY_FOLDER), folder, { recursive: true })
        this.entries.push({ key, folder })
        return { state: 'saved' }
      },
      restore: async (prefixes: readonly string[]): Promise<RestoreResult> => {
        for (const prefix of prefixes) {
          const found = this.entries.findLast(({ key }) => key.startsWith(prefix))
          if (found === undefined) continue
          cpSync(found.folder, join(workspace, COPY_FOLDER), { recursive: true })
          return { state: 'restored', key: found.key }
        }
        return { state: 'none' }
      },
    }
  }
}

export const checkpointOfRun = (id: string, clock: Clock): Checkpoint => ({
  ...{ schema: STATE_SCHEMA, toolVersion: '0', fingerprint: FINGERPRINT, auditId: randomUUID() },
  run: { id, attempt: 1 },
  startedAt: clock.date().toISOString(),
  firstAnswerAt: undefined,
  committedAt: clock.date().toISOString(),
  ...{ listings: [], done: {}, resultsBytes: 0, paces: {}, directory: [], ended: undefined },
})

export interface MachineOptions {
  readonly directory: MakeBelieveDirectory
  readonly cache: MakeBelieveCache
  readonly clock: Clock
  readonly progressKey?: string | undefined
  readonly concurrency?: number
}

/** One runner: an empty disk, a job on it, and its post step. */
export class Machine implements AsyncDisposable {
  readonly root: string
  readonly #options: MachineOptions
  /** What the main step handed over. */
  work: string | undefined
  isWhole = false
  savedBytes = 0

  private constructor(root: string, options: MachineOptions) {
    this.root = root
    this.#options = options
  }

  static async create(options: MachineOptions): Promise<Machine> {
    return new Machine(await mkdtemp(join(tmpdir(), 'aim-readiness-machine-')), options)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.root, { recursive: true, force: true })
  }

  #store(step: string, savedBytes: number): ProgressStore {
    const { cache, clock, progressKey } = this.#options
    const audit = 'aim-readiness-1-ffff-trusted-'
    return new ProgressStore({
      cache: cache.of(this.root),
      keys: {
        audit,
        ofRun: (id) => `${audit}${id}-`,
        save: (n) => `${audit}1-${step}-${this.root}-${n}`,
        restore: [audit],
        ownRunOnly: false,
        belongsTo: 'octo/aim',
      },
      ...{ progressKey, workspace: this.root, clock, maxDurationMs: 3_600_000, savedBytes },
      onSaved: (bytes) => {
        this.savedBytes = bytes
      },
    })
  }

  /** The main step: the phases, with real files, up to the rendered CSVs by name. */
  async main(): Promise<Map<string, string>> {
    const { directory, clock, concurrency = 6 } = this.#options
    const { account, source } = directory
    const store = this.#store('main', 0)
    const fresh = checkpointOfRun('1', clock)
    const restored = await store.restore(this.root, fresh, 36 * 3_600_000)
    if (restored.state === 'refused' || restored.state === 'failed') throw new Error(`not continued: ${restored.why}`)
    const work = restored.state === 'continued' ? restored.work : await WorkFolder.create(this.root, fresh, clock)
    const unnamed = restored.state === 'continued' ? restored.unnamed : new Map()
    this.work = work.path
    this.isWhole = unnamed.size === 0

    const { signal } = new AbortController()
    for (const type of directory.ids.keys()) {
      if (!work.results.checkpoint.listings.some((listing) => listing.type === type))
        await work.results.listed(await listed(account, work.snapshot, type, { onPage() {}, onUnread() {} }, signal))
      await recalled({ account, ...work, signal }, type, unnamed.get(type) ?? [])
    }
    this.isWhole = true
    await store.save(work, false)
    await divergences({
      ...{
        account,
        source,
        targeted: false,
        isBulk: false,
        snapshot: work.snapshot,
        results: work.results,
        clock,
        concurrency,
      },
      onFinished: () => {},
      onCommitted: () => store.saveWhenDue(work),
      ...{ deadline: signal, signal },
    })
    await store.idle()
    const files = await filesOf(work, this.root)
    await work.results.close()
    return files
  }

  /** The post step of a main step that was killed. */
  async post(): Promise<void> {
    const { clock } = this.#options
    const work = this.work === undefined ? undefined : await WorkFolder.reopen(this.work, clock)
    if (work === undefined) return
    if (this.isWhole) await this.#store('post', this.savedBytes).save(work, true)
    await work.remove()
  }
}

/** Text of every CSV that a work folder renders to, byte for byte. */
export async function filesOf(work: WorkFolder, root: string): Promise<Map<string, string>> {
  const folder = await ResultsFolder.resolve(root, 'out')
  await folder.prepare([])
  const types = work.snapshot.listed()
  await render({
    ...{ folder, format: 'exact', workspaces: undefined, types },
    ...{ snapshot: work.snapshot, results: work.results },
    done: new Map(types.map((type) => [type, work.results.doneCount(type)])),
  })
  const names = (await readdir(folder.path)).sort()
  return new Map(
    await Promise.all(
      names.map(async (name) => [name, (await readFile(join(folder.path, name))).toString('latin1')] as const),
    ),
  )
}
