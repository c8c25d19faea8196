import { Slots } from '../domain/slots.ts'
import type { Clock } from '../ports.ts'
import { Alarm } from './waiting.ts'

interface Watch {
  readonly end: () => void
  /** The clock's ms. */
  readonly dueAt: number
}

/**
 * Ends what is not over within `limitMs`. All have the same time, so the first that began is the first that is due, and one
 * alarm does for however many are under way.
 */
export class Overdue {
  readonly #limitMs: number
  readonly #clock: Clock
  readonly #alarm: Alarm
  readonly #watches = new Slots<Watch>()

  constructor(limitMs: number, clock: Clock) {
    this.#limitMs = limitMs
    this.#clock = clock
    this.#alarm = new Alarm(clock, () => this.#ring())
  }

  /** Calls `end` when the time is up, unless what it gives is called before. */
  watch(end: () => void): () => void {
    const dueAt = this.#clock.now() + this.#limitMs
    const forget = this.#watches.add({ end, dueAt })
    if (this.#watches.size === 1) this.#alarm.set(dueAt)
    return () => {
      forget()
      if (this.#watches.size === 0) this.#alarm.set(undefined)
    }
  }

  /** The alarm may be that of one that has ended in time: it is set to the next one only now. */
  #ring(): void {
    const now = this.#clock.now()
    const due = this.#watches.take(({ dueAt }) => dueAt <= now)
    for (const { end } of due.sort((one, other) => one.dueAt - other.dueAt)) end()
    const next = this.#watches.all().reduce((least, { dueAt }) => Math.min(least, dueAt), Number.POSITIVE_INFINITY)
    this.#alarm.set(next === Number.POSITIVE_INFINITY ? undefined : next)
  }
}
