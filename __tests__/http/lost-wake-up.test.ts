import { describe, expect, test } from 'vitest'
import type { Admission, Result } from '../../src/http/admission.ts'
import { breakerOf } from '../../src/http/breaker.ts'
import { pacedLimiterOf } from '../../src/http/pacing/paced-limiter.ts'
import type { HttpRequest } from '../../src/http/send.ts'
import type { Clock } from '../../src/ports.ts'
import { fakeClock } from './fake-clock.ts'

/** As real clocks are: timers wake a little early, and time goes on from one reading to the next. */
function realisticClock(stepMs: number): Clock {
  const base = fakeClock()
  let reads = 0
  return {
    now: () => base.now() + reads++ * stepMs,
    date: () => base.date(),
    sleep: (ms, signal) => base.sleep(Math.max(0, ms - 1), signal),
  }
}

const { signal } = new AbortController()
const requestOf = (item: number): HttpRequest => ({ call: 'users.match', url: `https://a.example/${item}` })

/** So many requests by one admission, each again until it is answered; every `n`-th sending goes as told. */
async function through(admission: Admission, clock: Clock, n: number, bad: Result): Promise<number> {
  let sendings = 0
  const one = async (item: number) => {
    for (;;) {
      const leave = await admission.admit(requestOf(item), signal)
      const sentAt = clock.now()
      const result = ++sendings % n === 0 ? bad : 'answered'
      await clock.sleep(5)
      leave({ sentAt, endedAt: clock.now(), result })
      if (result === 'answered') return
    }
  }
  await Promise.all(Array.from({ length: 60 }, (_, item) => one(item)))
  return sendings
}

/** Small against a millisecond and large, so that some reading falls right before every moment that is waited for. */
const STEPS = Array.from({ length: 40 }, (_, index) => 0.02 * (index + 1))

describe('nobody is forgotten who waits for a moment that passes while the clock is read', () => {
  test.each(STEPS)('pacedLimiterOf, %d ms a reading', async (stepMs) => {
    const clock = realisticClock(stepMs)
    const limiter = pacedLimiterOf({ most: 8, clock, random: () => 0.5 })
    expect(await through(limiter, clock, 7, 'throttled')).toBeGreaterThan(60)
  })

  test.each(STEPS)('breakerOf, %d ms a reading', async (stepMs) => {
    const clock = realisticClock(stepMs)
    expect(await through(breakerOf({ clock }), clock, 2, 'transient')).toBeGreaterThan(60)
  })
})
