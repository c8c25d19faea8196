import { describe, expect, test } from 'vitest'
import { systemClock } from '../../src/http/clock.ts'
import { fakeClock } from './fake-clock.ts'

for (const [name, clock] of Object.entries({ systemClock, 'fakeClock()': fakeClock() }))
  describe(name, () => {
    test('sleeps for as long as asked, by its own time', async () => {
      const before = clock.now()
      await clock.sleep(30)
      expect(clock.now() - before).toBeGreaterThanOrEqual(29)
    })

    test('is woken by the signal, with its reason', async () => {
      const reason = new Error('enough')
      await expect(clock.sleep(60_000, AbortSignal.abort(reason))).rejects.toBe(reason)
      const cancel = new AbortController()
      const slept = clock.sleep(60_000, cancel.signal)
      cancel.abort(reason)
      await expect(slept).rejects.toBe(reason)
    })

    test('a time gone by is over at once', async () => await clock.sleep(-5))
  })

test('fakeClock() wakes sleepers in the order of their times', async () => {
  const clock = fakeClock()
  const woken: number[] = []
  await Promise.all([300, 100, 200].map(async (ms) => clock.sleep(ms).then(() => woken.push(clock.now()))))
  expect(woken).toStrictEqual([100, 200, 300])
})
