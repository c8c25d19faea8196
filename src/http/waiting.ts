import type { AuditError } from '../domain/failure.ts'
import type { Clock } from '../ports.ts'
import { cancelledBy, onCancel } from './cancel.ts'

interface Waiter<T, W> {
  readonly who: W
  readonly signal: AbortSignal
  readonly resolve: (value: T) => void
  readonly reject: (error: AuditError) => void
}

/** Who waits for something, first come, first served; who is cancelled leaves the line. `W`: what is known of who waits. */
export class WaitingLine<T, W> {
  #line: Waiter<T, W>[] = []
  readonly #onLeave: () => void
  readonly #watched = new WeakSet<AbortSignal>()

  /** `onLeave` is called after somebody was cancelled. */
  constructor(onLeave: () => void) {
    this.#onLeave = onLeave
  }

  get length(): number {
    return this.#line.length
  }

  /** Rejects with `AuditError` `cancelled`. */
  wait(signal: AbortSignal, who: W): Promise<T> {
    if (signal.aborted) return Promise.reject(cancelledBy(signal))
    this.#watch(signal)
    return new Promise((resolve, reject) => {
      this.#line.push({ who, signal, resolve, reject })
    })
  }

  /** Serves who is first. */
  serve(withWhat: (who: W) => T): void {
    const first = this.#line.shift()
    first?.resolve(withWhat(first.who))
  }

  dismiss(error: AuditError): void {
    for (const waiter of this.#line.splice(0)) waiter.reject(error)
  }

  /** Once, however many wait with it. */
  #watch(signal: AbortSignal): void {
    if (this.#watched.has(signal)) return
    this.#watched.add(signal)
    onCancel(signal, () => {
      const leaving = this.#line.filter((waiter) => waiter.signal === signal)
      this.#line = this.#line.filter((waiter) => waiter.signal !== signal)
      for (const waiter of leaving) waiter.reject(cancelledBy(signal))
      if (leaving.length > 0) this.#onLeave()
    })
  }
}

/** Without a reason of its own, every `abort` would make an error with a stack. */
const OFF = new Error('The alarm is off')

/** One alarm, that can be set to another time or off; none is left ringing when nobody waits. */
export class Alarm {
  readonly #clock: Clock
  readonly #ring: () => void
  #set: { at: number; off: AbortController } | undefined

  constructor(clock: Clock, ring: () => void) {
    this.#clock = clock
    this.#ring = ring
  }

  /** `at`: the clock's ms; `undefined`: off. */
  set(at: number | undefined): void {
    if (at === this.#set?.at) return
    this.#set?.off.abort(OFF)
    this.#set = undefined
    if (at === undefined) return
    const off = new AbortController()
    this.#set = { at, off }
    const ring = () => {
      this.#set = undefined
      this.#ring()
    }
    this.#clock.sleep(Math.max(0, at - this.#clock.now()), off.signal).then(ring, () => {})
  }
}
