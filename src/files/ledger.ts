import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Checkpoint, SavedListing, SavedPaces } from '../domain/checkpoint.ts'
import type { TypeReading } from '../domain/directory-reading.ts'
import { DoneSet } from '../domain/done-set.ts'
import type { Failure } from '../domain/failure.ts'
import { PRINCIPAL_TYPES, type PrincipalType } from '../domain/principal.ts'
import type { Clock, Finished, ResultRecord, ResultsLog } from '../ports.ts'
import { checkpointOf } from './checkpoint-file.ts'
import { replaceDurably } from './durable.ts'
import { ResultsLogFile } from './results-log.ts'

const FILE = 'checkpoint.json'

/**
 * The results log and the checkpoint that says how much of it counts. Both become durable together: the rows first, then
 * the checkpoint in one rename. What stands in the log beyond the checkpoint never happened.
 */
export class Ledger implements ResultsLog {
  readonly log: ResultsLogFile
  readonly #folder: string
  readonly #clock: Pick<Clock, 'date'>
  readonly #done = new Map<PrincipalType, DoneSet>()
  #checkpoint: Checkpoint
  #paces: (() => SavedPaces) | undefined

  private constructor(folder: string, log: ResultsLogFile, checkpoint: Checkpoint, clock: Pick<Clock, 'date'>) {
    this.#folder = folder
    this.log = log
    this.#checkpoint = checkpoint
    this.#clock = clock
    for (const type of PRINCIPAL_TYPES) this.#done.set(type, new DoneSet(checkpoint.done[type]))
  }

  /** `checkpoint`: where the audit begins; nothing is done yet. */
  static async create(folder: string, checkpoint: Checkpoint, clock: Pick<Clock, 'date'>): Promise<Ledger> {
    const ledger = new Ledger(
      folder,
      await ResultsLogFile.create(folder),
      { ...checkpoint, done: {}, resultsBytes: 0 },
      clock,
    )
    await ledger.#write()
    return ledger
  }

  /** Takes up what a run that was killed left behind; `undefined` when it had not even begun, or is not whole. */
  static async reopen(folder: string, clock: Pick<Clock, 'date'>): Promise<Ledger | undefined> {
    const text = await readFile(join(folder, FILE), 'utf8').catch(() => undefined)
    const checkpoint = text === undefined ? undefined : checkpointOf(text)
    if (checkpoint === undefined) return undefined
    const log = await ResultsLogFile.reopen(folder, checkpoint.resultsBytes).catch(() => undefined)
    return log === undefined ? undefined : new Ledger(folder, log, checkpoint, clock)
  }

  /** Commits carry from now on what is found out about the server's limits. */
  watch(paces: () => SavedPaces): void {
    this.#paces = paces
  }

  /** What is durable. */
  get checkpoint(): Checkpoint {
    return this.#checkpoint
  }

  isDone(type: PrincipalType, position: number): boolean {
    return this.#done.get(type)?.has(position) ?? false
  }

  doneCount(type: PrincipalType): number {
    return this.#done.get(type)?.size ?? 0
  }

  /** In this run or one that it continues. */
  get hasAnswers(): boolean {
    return PRINCIPAL_TYPES.some((type) => this.doneCount(type) > 0)
  }

  async listed(listing: SavedListing): Promise<void> {
    await this.#write({ listings: [...this.#checkpoint.listings, listing] })
  }

  async directoryRead(types: readonly TypeReading[]): Promise<void> {
    const { directory, run } = this.#checkpoint
    await this.#write({ directory: [...directory, { run, types }] })
  }

  async commit(finished: readonly Finished[]): Promise<void> {
    if (finished.length === 0) return
    await this.log.append(
      finished.flatMap(({ type, position, outcome }) =>
        outcome.kind === 'linked' ? [] : [{ type, position, outcome }],
      ),
    )
    for (const { type, position } of finished) this.#done.get(type)?.add(position)
    await this.#write({ firstAnswerAt: this.#checkpoint.firstAnswerAt ?? this.#clock.date().toISOString() })
  }

  /** Nothing is left to continue. */
  async end(ended: NonNullable<Checkpoint['ended']>): Promise<void> {
    await this.#write({ ended })
  }

  async close(): Promise<void> {
    await this.log.close()
  }

  read(type: PrincipalType): AsyncIterable<readonly ResultRecord[]> {
    return this.log.read(type)
  }

  failures(type: PrincipalType): AsyncIterable<Failure> {
    return this.log.failures(type)
  }

  async #write(changes: Partial<Checkpoint> = {}): Promise<void> {
    const done = Object.fromEntries(PRINCIPAL_TYPES.map((type) => [type, this.#done.get(type)?.ranges() ?? []]))
    const checkpoint: Checkpoint = {
      ...this.#checkpoint,
      ...changes,
      done,
      resultsBytes: this.log.length,
      paces: this.#paces?.() ?? this.#checkpoint.paces,
      committedAt: this.#clock.date().toISOString(),
    }
    await replaceDurably(join(this.#folder, FILE), JSON.stringify(checkpoint))
    this.#checkpoint = checkpoint
  }
}
