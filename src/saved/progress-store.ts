import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { type Checkpoint, type Refusal, refusalOf, saveIntervalMs } from '../domain/checkpoint.ts'
import { type Adopted, adopted } from '../files/adopt.ts'
import { COPY_FOLDER, type CopyIdentity, type CopyProblem, readCopy, writeCopy } from '../files/state-copy.ts'
import type { WorkFolder } from '../files/work-folder.ts'
import type { ProgressCache } from '../github/progress-cache.ts'
import type { Clock } from '../ports.ts'
import type { ProgressKeys } from './progress-keys.ts'

export interface StoreOptions {
  readonly cache: ProgressCache
  readonly keys: ProgressKeys
  readonly progressKey: string | undefined
  readonly workspace: string
  readonly clock: Clock
  /** Of the whole run. */
  readonly maxDurationMs: number
}

/** What came of looking for progress. `refused`: there was some, and why it is not continued. */
export type Restored =
  | ({ readonly state: 'continued'; readonly from: Checkpoint } & Adopted)
  | { readonly state: 'none' }
  | { readonly state: 'refused'; readonly why: Refusal | CopyProblem }
  | { readonly state: 'failed'; readonly why: string }

/** Keeps copies of the work folder in the Actions cache, and brings one back. Nothing here fails the audit. */
export class ProgressStore {
  readonly #options: StoreOptions
  readonly #startedMs: number
  #saves = 0
  #saving: Promise<void> | undefined
  #last: { endedMs: number; costMs: number; bytes: number }
  #savedBytes = 0
  #problem: string | undefined

  constructor(options: StoreOptions) {
    this.#options = options
    this.#startedMs = options.clock.now()
    this.#last = { endedMs: this.#startedMs, costMs: 0, bytes: 0 }
  }

  /** Why progress could not be saved, as far as it could not. */
  get problem(): string | undefined {
    return this.#problem
  }

  /** Key of the last save; `''` before the first. */
  get lastKey(): string {
    return this.#saves === 0 ? '' : this.#options.keys.save(this.#saves)
  }

  /** Looks for progress to continue. The copy is taken out of the workspace at once, whatever it is. */
  async restore(
    parent: string,
    fresh: Pick<Checkpoint, 'toolVersion' | 'run' | 'fingerprint'>,
    maxAgeMs: number,
  ): Promise<Restored> {
    const { cache, keys, clock } = this.#options
    await this.#clear()
    const found = await cache.restore(keys.restore)
    try {
      if (found.state !== 'restored') return found
      const copy = await readCopy(this.#folder, this.#identity)
      if (typeof copy === 'string') return { state: 'refused', why: copy }
      const ownRun = copy.checkpoint.run.id === fresh.run.id
      const why = refusalOf(copy.checkpoint, { fingerprint: fresh.fingerprint, maxAgeMs, now: clock.date(), ownRun })
      if (why !== undefined) return { state: 'refused', why }
      const taken = await adopted(parent, copy, fresh, clock)
      return taken === undefined
        ? { state: 'refused', why: 'damaged' }
        : { state: 'continued', from: copy.checkpoint, ...taken }
    } finally {
      await this.#clear()
    }
  }

  /** Saves in the background when it is time to; never two at once. */
  saveWhenDue(work: WorkFolder): void {
    if (this.#saving !== undefined) return
    const { clock, maxDurationMs } = this.#options
    const now = clock.now()
    const remainingMs = Math.max(0, this.#startedMs + maxDurationMs - now)
    const interval = saveIntervalMs({ ...this.#last, savedBytes: this.#savedBytes, remainingMs })
    if (interval !== undefined && now - this.#last.endedMs >= interval) void this.save(work)
  }

  /** Saves now, after a save that is under way. */
  async save(work: WorkFolder): Promise<void> {
    const before = this.#saving
    const saving = (async () => {
      await before
      await this.#saveOnce(work)
    })()
    this.#saving = saving
    await saving
    if (this.#saving === saving) this.#saving = undefined
  }

  /** Waits for a save that is under way. */
  async idle(): Promise<void> {
    await this.#saving
  }

  async #saveOnce(work: WorkFolder): Promise<void> {
    const { cache, keys, clock } = this.#options
    const startedMs = clock.now()
    let bytes = 0
    try {
      bytes = await writeCopy(work, this.#folder, this.#identity)
      this.#saves++
      this.#problem = await cache.save(keys.save(this.#saves))
    } catch (error) {
      this.#problem = `the copy could not be made (${(error as NodeJS.ErrnoException).code ?? 'fault'})`
    } finally {
      await this.#clear()
    }
    if (this.#problem === undefined) this.#savedBytes += bytes
    const endedMs = clock.now()
    this.#last = { endedMs, costMs: endedMs - startedMs, bytes }
  }

  get #folder(): string {
    return join(this.#options.workspace, COPY_FOLDER)
  }

  get #identity(): CopyIdentity {
    return { key: this.#options.progressKey, belongsTo: this.#options.keys.belongsTo }
  }

  async #clear(): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true }).catch(() => {})
  }
}
