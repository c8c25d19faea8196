import type { ResultsFolder } from '../files/results-folder.ts'
import type { WorkFolder } from '../files/work-folder.ts'
import type { Clock } from '../ports.ts'
import { progressJsonOf } from '../report/progress-json.ts'
import { PROGRESS_FILE } from '../report/tables.ts'

const EVERY_MS = 10_000

/** Keeps `idp_divergence_progress.json` in the results folder while the audit is unfinished. */
export class ProgressFile {
  readonly #folder: ResultsFolder
  readonly #work: WorkFolder
  readonly #clock: Pick<Clock, 'now'>
  #writing: Promise<void> | undefined
  #writtenMs = Number.NEGATIVE_INFINITY

  constructor(folder: ResultsFolder, work: WorkFolder, clock: Pick<Clock, 'now'>) {
    this.#folder = folder
    this.#work = work
    this.#clock = clock
  }

  /** Now and then; a file that cannot be written now is written later. */
  update(): void {
    if (this.#writing !== undefined || this.#clock.now() - this.#writtenMs < EVERY_MS) return
    this.#writing = this.#write()
      .catch(() => {})
      .finally(() => {
        this.#writing = undefined
        this.#writtenMs = this.#clock.now()
      })
  }

  /** As it stands at the end: gone when there is nothing left to do. */
  async end(finished: boolean): Promise<void> {
    await this.#writing
    if (finished) await this.#folder.drop(PROGRESS_FILE)
    else await this.#write()
  }

  async #write(): Promise<void> {
    const { results } = this.#work
    // Whole listings only: of half of one, all might seem to be done.
    const { listings } = results.checkpoint
    if (listings.length === 0) return
    const of = listings.map(({ type, listed }) => ({ type, done: results.doneCount(type), total: listed }))
    await this.#folder.note(PROGRESS_FILE, progressJsonOf(of))
  }
}
