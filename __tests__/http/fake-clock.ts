import type { Clock } from '../../src/ports.ts'

export interface FakeClock extends Clock {
  /** Moves the wall clock alone, as an administrator or NTP would. */
  shiftDate(ms: number): void
}

interface Sleeper {
  readonly at: number
  readonly wake: () => void
}

/**
 * Virtual time: as soon as nothing else is going on, it jumps to the next sleeper. Hours pass in milliseconds, and in the
 * same order each time. Only for what waits by this clock; real sockets and timers need the real one.
 */
export function fakeClock({ start = new Date('2026-01-05T08:00:00Z') }: { start?: Date } = {}): FakeClock {
  let [now, shift, ticking] = [0, 0, false]
  let sleepers: Sleeper[] = []

  // By then every promise that could be settled has been.
  const tick = () => {
    ticking = false
    const next = Math.min(...sleepers.map(({ at }) => at))
    if (next === Number.POSITIVE_INFINITY) return
    now = Math.max(now, next)
    const due = sleepers.filter(({ at }) => at <= now)
    sleepers = sleepers.filter(({ at }) => at > now)
    for (const { wake } of due) wake()
    keepTicking()
  }
  const keepTicking = () => {
    if (ticking || sleepers.length === 0) return
    ticking = true
    setImmediate(tick)
  }

  return {
    now: () => now,
    date: () => new Date(start.getTime() + now + shift),
    shiftDate: (ms) => {
      shift += ms
    },
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason)
        const stop = () => {
          sleepers = sleepers.filter((each) => each !== sleeper)
          reject(signal?.reason)
        }
        const wake = () => {
          signal?.removeEventListener('abort', stop)
          resolve()
        }
        const sleeper = { at: now + Math.max(0, ms), wake }
        sleepers.push(sleeper)
        signal?.addEventListener('abort', stop, { once: true })
        keepTicking()
      }),
  }
}

/** A repeatable `Math.random` (mulberry32). */
export function fakeRandom(seed = 1): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
