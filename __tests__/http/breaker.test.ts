import { describe, expect, test } from 'vitest'
import type { Result } from '../../src/http/admission.ts'
import { breakerOf } from '../../src/http/breaker.ts'
import { failureOf, never } from './expecting.ts'
import { fakeClock } from './fake-clock.ts'
import { MINUTE, matchRequest } from './make-believe.ts'

function breaking() {
  const clock = fakeClock()
  const breaker = breakerOf({ clock })
  let next = 0
  /** Sends one request that ends so; when it was let through. */
  const send = async (result: Result, { id = next++, tookMs = 0 } = {}) => {
    const leave = await breaker.admit(matchRequest(id), never)
    const sentAt = clock.now()
    if (tookMs > 0) await clock.sleep(tookMs)
    leave({ sentAt, endedAt: clock.now(), result })
    return sentAt
  }
  const sendAll = async (count: number, result: Result) => {
    for (let n = 0; n < count; n++) await send(result)
  }
  return { clock, breaker, send, sendAll }
}

describe('breakerOf()', () => {
  test('opens at twenty samples of which half failed, not before', async () => {
    const { breaker, sendAll, send } = breaking()
    await sendAll(10, 'answered')
    await sendAll(9, 'transient')
    expect(breaker.isOpen()).toBe(false)
    await send('transient')
    expect(breaker.isOpen()).toBe(true)
  })

  test('stays closed while most is answered, however much fails in all', async () => {
    const { breaker, send, sendAll } = breaking()
    for (let n = 0; n < 200; n++) {
      await sendAll(2, 'answered')
      await send('transient')
    }
    expect(breaker.isOpen()).toBe(false)
  })

  test('being throttled, and what tells nothing, is no failure', async () => {
    const { breaker, sendAll } = breaking()
    await sendAll(100, 'throttled')
    await sendAll(100, 'void')
    expect(breaker.isOpen()).toBe(false)
  })

  test('failures of more than half a minute ago are forgotten', async () => {
    const { breaker, clock, sendAll } = breaking()
    await sendAll(19, 'transient')
    await clock.sleep(31_000)
    await sendAll(19, 'transient')
    expect(breaker.isOpen()).toBe(false)
  })

  test('one identity that always fails opens nothing', async () => {
    const { breaker, send } = breaking()
    for (let n = 0; n < 100; n++) await send('transient', { id: 7 })
    expect(breaker.isOpen()).toBe(false)
  })

  test('lets single probes through after 30 s, 60 s, … up to 5 min, and everybody when one is answered', async () => {
    const { clock, send, sendAll, breaker } = breaking()
    await sendAll(20, 'transient')
    const openedAt = clock.now()
    const probes: number[] = []
    for (let n = 0; n < 6; n++) probes.push((await send('transient')) - openedAt)
    expect(probes).toStrictEqual([30_000, 90_000, 210_000, 450_000, 750_000, 1_050_000])
    const all = Array.from({ length: 10 }, () => send('answered', { tookMs: 400 }))
    const [first, ...others] = await Promise.all(all)
    expect(Number(first) - openedAt).toBe(1_350_000)
    expect(others).toStrictEqual(others.map(() => Number(first) + 400))
    expect(breaker.isOpen()).toBe(false)
  })

  test('a probe that tells nothing gives its turn to the next', async () => {
    const { clock, send, sendAll } = breaking()
    await sendAll(20, 'transient')
    expect(await send('void')).toBe(await send('answered'))
    expect(clock.now()).toBe(30_000)
  })

  test('answers to what was sent before it opened change nothing', async () => {
    const { send, sendAll, breaker } = breaking()
    const late = send('answered', { tookMs: 5_000 })
    await sendAll(20, 'transient')
    await late
    expect(breaker.isOpen()).toBe(true)
  })

  test('after 30 minutes in all everybody gets an outage, who waits and who comes later', async () => {
    const { clock, breaker, send, sendAll } = breaking()
    await sendAll(20, 'transient')
    await send('transient')
    await send('answered')
    expect(clock.now()).toBe(90_000)
    await sendAll(20, 'transient')
    const waiting = breaker.admit(matchRequest(999), never)
    const leave = await waiting
    const others = [
      failureOf(breaker.admit(matchRequest(1000), never)),
      failureOf(breaker.admit(matchRequest(1001), never)),
    ]
    expect((await Promise.all(others)).map(({ reason }) => reason)).toStrictEqual(['outage', 'outage'])
    expect(clock.now()).toBe(90_000 + 30 * MINUTE - 90_000)
    leave({ sentAt: 0, endedAt: clock.now(), result: 'transient' })
    expect((await failureOf(breaker.admit(matchRequest(1002), never))).reason).toBe('outage')
  })

  test('who is cancelled leaves the line', async () => {
    const { clock, breaker, sendAll } = breaking()
    await sendAll(20, 'transient')
    const cancel = new AbortController()
    const failure = failureOf(breaker.admit(matchRequest(1), cancel.signal))
    cancel.abort()
    expect([(await failure).reason, clock.now()]).toStrictEqual(['cancelled', 0])
  })
})
