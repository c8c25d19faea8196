import { join } from 'node:path'
import { type Checkpoint, isAffordable, type Refusal, refusalOf, saveIntervalMs } from '../domain/checkpoint.ts'
import { type Adopted, adopted } from '../files/adopt.ts'
import {
  COPY_FOLDER,
  type CopyIdentity,
  type CopyProblem,
  clearCopy,
  readCopy,
  writeCopy,
} from '../files/state-copy.ts'
import type { WorkFolder } from '../files/work-folder.ts'
import type { ProgressCache } from '../github/progress-cache.ts'
import type { Clock } from '../ports.ts'
import type { ProgressKeys } from './progress-keys.ts'

export interface StoreOptions {
  readonly cache: Pick<ProgressCache, 'save' | 'restore'>
  readonly keys: ProgressKeys
  readonly progressKey: string | undefined
  readonly workspace: string
  readonly clock: Clock
  /** Of the whole run. */
  readonly maxDurationMs: number
  /** What an earlier step of this run put into the cache. */
  readonly savedBytes: number
  /** Told after each save how much this run has put into the cache, and whether the cache may have taken this copy. */
  readonly onSaved: (savedBytes: number, mayBeTaken: boolean) => void
}

/** What came of looking for progress. `refused`: there was some, and why it is not continued. */
export type Restored =
  | ({ readonly state: 'continued'; readonly from: Checkpoint } & Adopted)
  | { readonly state: 'none' }
  | { readonly state: 'refused'; readonly why: Refusal | CopyProblem }
  | { readonly state: 'failed'; readonly why: string }

/** What came of one save; `bytes` that went out. */
interface Attempt {
  readonly bytes: number
  readonly problem: string | undefined
  readonly mayBeTaken: boolean
}

const NOTHING = { bytes: 0, mayBeTaken: false } as const

/** Keeps copies of the work folder in the Actions cache, and brings one back. Nothing here fails the audit. */
export class ProgressStore {
  readonly #options: StoreOptions
  readonly #startedMs: number
  #saves = 0
  #saving: Promise<void> | undefined
  #last: { endedMs: number; costMs: number; bytes: number; failures: number }
  #savedBytes: number
  #savedKey = ''
  #mayHaveSaved = false
  #problem: string | undefined

  constructor(options: StoreOptions) {
    this.#options = options
    this.#startedMs = options.clock.now()
    this.#last = { endedMs: this.#startedMs, costMs: 0, bytes: 0, failures: 0 }
    this.#savedBytes = options.savedBytes
  }

  get keys(): ProgressKeys {
    return this.#options.keys
  }

  /** Why progress could not be saved, as far as it could not. */
  get problem(): string | undefined {
    return this.#problem
  }

  /** Key of the last copy that the cache took; `''` before the first. */
  get savedKey(): string {
    return this.#savedKey
  }

  /** Whether there may be a copy of this run in the cache. */
  get mayHaveSaved(): boolean {
    return this.#mayHaveSaved
  }

  /** Looks for progress to continue. The copy is taken out of the workspace at once, whatever it is. */
  async restore(
    parent: string,
    fresh: Pick<Checkpoint, 'toolVersion' | 'run' | 'fingerprint'>,
    maxAgeMs: number,
  ): Promise<Restored> {
    const { cache, keys, clock } = this.#options
    await this.clear()
    const found = await cache.restore(keys.restore)
    try {
      if (found.state !== 'restored') return found
      const copy = await readCopy(this.#folder, this.#identity)
      if (typeof copy === 'string') return { state: 'refused', why: copy }
      const { fingerprint, run } = fresh
      const expected = { fingerprint, maxAgeMs, now: clock.date(), runId: run.id, ownRunOnly: keys.ownRunOnly }
      const why = refusalOf(copy.checkpoint, expected)
      if (why !== undefined) return { state: 'refused', why }
      const taken = await adopted(parent, copy, { toolVersion: fresh.toolVersion, run }, clock)
      return taken === undefined
        ? { state: 'refused', why: 'damaged' }
        : { state: 'continued', from: copy.checkpoint, ...taken }
    } finally {
      await this.clear()
    }
  }

  /** Saves in the background when it is time to; never two at once. */
  saveWhenDue(work: WorkFolder): void {
    if (this.#saving !== undefined) return
    const { clock, maxDurationMs } = this.#options
    const now = clock.now()
    const remainingMs = Math.max(0, this.#startedMs + maxDurationMs - now)
    const interval = saveIntervalMs({ ...this.#last, savedBytes: this.#savedBytes, remainingMs })
    if (interval !== undefined && now - this.#last.endedMs >= interval) void this.save(work, false)
  }

  /** Saves now, after a save that is under way. One that is not the last of its run leaves room for another. */
  async save(work: WorkFolder, isLast: boolean): Promise<void> {
    const before = this.#saving
    const saving = (async () => {
      await before
      await this.#saveOnce(work, isLast)
    })()
    this.#saving = saving
    await saving
    if (this.#saving === saving) this.#saving = undefined
  }

  /** Waits for a save that is under way. */
  async idle(): Promise<void> {
    await this.#saving
  }

  /** Takes a copy out of the workspace that a save left there when it was killed. */
  async clear(): Promise<void> {
    await clearCopy(this.#options.workspace)
  }

  async #saveOnce(work: WorkFolder, isLast: boolean): Promise<void> {
    const { clock, onSaved } = this.#options
    const startedMs = clock.now()
    const { bytes, problem, mayBeTaken } = await this.#attempt(work, isLast)
    await this.clear()
    this.#problem = problem
    // What was given up or refused may have been taken all the same: it counts.
    this.#savedBytes += bytes
    if (mayBeTaken) this.#mayHaveSaved = true
    onSaved(this.#savedBytes, mayBeTaken)
    const endedMs = clock.now()
    const failures = problem === undefined ? 0 : this.#last.failures + 1
    this.#last = { endedMs, costMs: endedMs - startedMs, bytes, failures }
  }

  async #attempt(work: WorkFolder, isLast: boolean): Promise<Attempt> {
    const { cache, keys } = this.#options
    try {
      const bytes = await writeCopy(work, this.#folder, this.#identity)
      if (!isAffordable(bytes, this.#savedBytes, isLast))
        return { ...NOTHING, problem: 'this run has put as much into the Actions cache as it may' }
      const key = keys.save(++this.#saves)
      const saved = await cache.save(key)
      if (saved.state === 'saved') this.#savedKey = key
      return { bytes, problem: saved.state === 'saved' ? undefined : saved.why, mayBeTaken: saved.state !== 'refused' }
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code ?? 'fault'
      return { ...NOTHING, problem: `the copy could not be made (${code})` }
    }
  }

  get #folder(): string {
    return join(this.#options.workspace, COPY_FOLDER)
  }

  get #identity(): CopyIdentity {
    return { key: this.#options.progressKey, belongsTo: this.#options.keys.belongsTo }
  }
}
