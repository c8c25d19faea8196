import { describe, expect, test } from 'vitest'
import { failureOf, never } from './expecting.ts'
import {
  broken,
  idOf,
  listRequest,
  MINUTE,
  matchAll,
  matchRequest,
  ok,
  refused,
  tallyOf,
  world,
} from './make-believe.ts'

/** Long enough for an outage to fall into the middle. */
const MANY = 20_000
const started = 20_000

describe('databricksHttp(), outages', () => {
  for (const [name, failure] of [
    ['connections reset', broken('network')],
    ['503', refused(503)],
    ['DNS gone', broken('name-not-resolved')],
    ['time-outs', broken('timeout')],
  ] as const)
    test(`case 40: ten minutes of ${name} with 64 workers lose no identity`, async () => {
      const host = world((_request, now) => (now > started && now < started + 10 * MINUTE ? failure : ok()))
      const outcomes = await matchAll(host, MANY, 64)
      expect(tallyOf(outcomes)).toStrictEqual({ ok: MANY })
      const during = host.sent.filter(({ at }) => at > started && at < started + 10 * MINUTE)
      expect(during.length).toBeLessThan(200)
    })

  test('case 46: ten minutes of plain 500 lose few, for a second pass', async () => {
    const host = world((_request, now) => (now > started && now < started + 10 * MINUTE ? refused(500) : ok()))
    const { ok: fine = 0, 'server-error': lost = 0 } = tallyOf(await matchAll(host, MANY, 64))
    expect(fine + lost).toBe(MANY)
    expect(lost).toBeLessThan(64)
  })

  test('case 46: a burst of 503 is nothing but a delay', async () => {
    const host = world((_request, now) => (now > started && now < started + 3_000 ? refused(503) : ok()))
    expect(tallyOf(await matchAll(host, MANY, 64))).toStrictEqual({ ok: MANY })
  })

  test('a host that never comes back ends the run within 30 minutes', async () => {
    const host = world((_request, now) => (now > started ? refused(503) : ok()))
    const { unavailable = 0, outage = 0 } = tallyOf(await matchAll(host, 10_000, 64))
    expect(outage).toBeGreaterThan(0)
    expect(unavailable).toBeLessThan(10)
    expect(host.clock.now()).toBeLessThan(started + 32 * MINUTE)
  })
})

describe('databricksHttp(), poisoned identities', () => {
  test('case 46: one that always answers 500 fails after three, and nobody else notices', async () => {
    const host = world((request) => (idOf(request) === 13 ? refused(500) : ok()))
    const outcomes = await matchAll(host, 2_000, 64)
    expect(tallyOf(outcomes)).toStrictEqual({ ok: 1_999, 'server-error': 1 })
    expect(outcomes[13]).toBe('server-error')
    expect(host.sent.filter(({ id }) => id === 13)).toHaveLength(3)
  })

  test('a fifth of all that always answer 503 hold up nobody for long, in a second pass neither', async () => {
    const host = world((request) => (idOf(request) % 5 === 0 ? refused(503) : ok()))
    expect(tallyOf(await matchAll(host, 2_000, 64))).toStrictEqual({ ok: 1_600, unavailable: 400 })
    const first = host.clock.now()
    expect(first).toBeLessThan(20 * MINUTE)
    const poisoned = Array.from({ length: 400 }, (_, n) => host.ask(matchRequest(n * 5), () => 0, never))
    const reasons = await Promise.all(poisoned.map(async (asked) => (await failureOf(asked)).reason))
    expect(new Set(reasons)).toStrictEqual(new Set(['unavailable']))
    expect(host.clock.now() - first).toBeLessThan(10 * MINUTE)
  })
})

describe('databricksHttp(), throttling', () => {
  test('case 45: twenty minutes of 429 lose nothing, neither of a listing nor of the matching', async () => {
    const host = world((_request, now) => (now > started && now < started + 20 * MINUTE ? refused(429) : ok()))
    const listing = (async () => {
      for (let page = 0; page < 200; page++) await host.ask(listRequest, () => 0, never)
    })()
    expect(tallyOf(await matchAll(host, MANY, 64))).toStrictEqual({ ok: MANY })
    await listing
    const during = host.sent.filter(({ at }) => at > started + MINUTE && at < started + 20 * MINUTE)
    // In each of the two domains hardly more than one every five seconds finds out.
    expect(during.length).toBeLessThan((2 * 19 * MINUTE) / 5_000)
  })

  test('case 44: a Retry-After holds back the whole domain, and only it', async () => {
    let refusals = 0
    const host = world(
      ({ call }) => (call === 'users.match' && refusals++ === 0 ? refused(429, { 'retry-after': '30' }) : ok()),
      {
        latencyMs: 10,
      },
    )
    const [outcomes] = await Promise.all([
      matchAll(host, 100, 1),
      (async () => {
        await host.clock.sleep(10_000)
        await host.ask(listRequest, () => 0, never)
        expect(host.clock.now()).toBeLessThan(11_000)
      })(),
    ])
    expect(tallyOf(outcomes)).toStrictEqual({ ok: 100 })
    const [, second] = host.sent.filter(({ id }) => !Number.isNaN(id))
    expect(second?.at).toBeGreaterThanOrEqual(30_000)
    expect(second?.at).toBeLessThan(34_000)
  })

  test('case 44: waits beyond reason end the run instead of the patience', async () => {
    const host = world(() => refused(429, { 'retry-after': '999999' }))
    const tally = tallyOf(await matchAll(host, 10, 1))
    expect(tally.throttled).toBe(2)
    expect(tally.outage).toBeGreaterThan(0)
  })

  test('never is more in flight than max-concurrency', async () => {
    for (const maxConcurrency of [1, 5, 256]) {
      const host = world(() => ok(), { maxConcurrency })
      await matchAll(host, 3_000, 300)
      expect(host.most()).toBeLessThanOrEqual(maxConcurrency)
      expect(host.readout('match').inFlight).toBe(0)
    }
  })

  test('a host that takes everything is asked at full width before long', async () => {
    const host = world(() => ok())
    await matchAll(host, 5_000, 64)
    expect(host.most()).toBe(64)
    expect(host.clock.now()).toBeLessThan(60_000)
  })
})

describe('databricksHttp(), cancelled', () => {
  test('everybody ends at once, wherever they wait', async () => {
    for (const says of [ok, () => refused(503), () => refused(429, { 'retry-after': '600' })]) {
      const host = world(says, { latencyMs: 5_000 })
      const cancel = new AbortController()
      const asked = Array.from({ length: 200 }, (_, id) =>
        failureOf(host.ask(matchRequest(id), () => 0, cancel.signal)),
      )
      await host.clock.sleep(100)
      cancel.abort()
      const reasons = (await Promise.all(asked)).map(({ reason }) => reason)
      expect(new Set(reasons)).toStrictEqual(new Set(['cancelled']))
      expect(host.readout('match').inFlight).toBe(0)
      expect(host.clock.now()).toBe(100)
    }
  })
})
