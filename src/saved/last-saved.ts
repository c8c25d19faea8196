import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Which step of this job saved last. Several may make one audit, and post steps run when all steps have ended: what an
 * earlier step left behind must not be put before what a later one has saved since. Kept beside the work folders, which the
 * runner clears with the job.
 */
export class LastSaved {
  readonly #path: string
  readonly #startedAt: string

  /** `audit`: what the steps have in common. `startedAt`: ISO 8601, of this step. */
  constructor(parent: string, audit: string, startedAt: string) {
    this.#path = join(parent, `aim-readiness-${audit}.saved`)
    this.#startedAt = startedAt
  }

  /** This step has saved. At once, since the next moment may be the last. */
  note(): void {
    try {
      writeFileSync(this.#path, this.#startedAt)
    } catch {
      // Then the last post step has the last word.
    }
  }

  /** A step that began later has saved. */
  get isByLater(): boolean {
    try {
      return readFileSync(this.#path, 'utf8') > this.#startedAt
    } catch {
      return false
    }
  }
}
