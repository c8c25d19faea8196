import type { Clock } from '../ports.ts'
import { Alarm } from './waiting.ts'

/**
 * Ends what is not over within `limitMs`. All have the same time, so the first that began is the first that is due, and one
 * alarm does for however many are under way.
 */
export class Overdue {
  readonly #limitMs: number
  readonly #clock: Clock
  readonly #alarm: Alarm
  /** In the order in which they are due. */
  readonly #dueAt = new Map<() => void, number>()

  constructor(limitMs: number, clock: Clock) {
    this.#limitMs = limitMs
    this.#clock = clock
    this.#alarm = new Alarm(clock, () => this.#ring())
  }

  /** Calls `end` when the time is up, unless what it gives is called before. */
  watch(end: () => void): () => void {
    const dueAt = this.#clock.now() + this.#limitMs
    this.#dueAt.set(end, dueAt)
    if (this.#dueAt.size === 1) this.#alarm.set(dueAt)
    return () => {
      this.#dueAt.delete(end)
      if (this.#dueAt.size === 0) this.#alarm.set(undefined)
    }
  }

  /** The alarm may be that of one that has ended in time: it is set to the next one only now. */
  #ring(): void {
    for (const [end, dueAt] of this.#dueAt) {
      if (dueAt > this.#clock.now()) {
        this.#alarm.set(dueAt)
        return
      }
      this.#dueAt.delete(end)
      end()
    }
  }
}
