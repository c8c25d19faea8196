import { describe, expect, test } from 'vitest'
import type { Attempt } from '../../src/http/admission.ts'
import { graphLimits } from '../../src/http/graph-limits.ts'
import { fakeClock, fakeRandom } from './fake-clock.ts'

const never = new AbortController().signal
const URL = 'https://graph.microsoft.com/v1.0/groups/x/members'

/** A tenant that gives so many units a second, and so many callers at it for some time. */
async function run(options: {
  seconds: number
  perSecond: number
  callers?: number
  /** Units that a call really costs. */
  cost?: number
  tells?: boolean
  users?: number
  /** How many seconds' worth the tenant keeps; as documented, ten. */
  burst?: number
}) {
  const { seconds, perSecond, callers = 64, cost = 2, tells = false, users, burst = 10 } = options
  const clock = fakeClock()
  const limits = graphLimits({ most: callers, clock, random: fakeRandom(1) })
  if (users !== undefined) limits.tenantHas(users)
  const most = perSecond * burst
  let [left, last, answered, refused] = [most, 0, 0, 0]
  const server = limits.observed(async () => {
    left = Math.min(most, left + ((clock.now() - last) / 1000) * perSecond)
    last = clock.now()
    const used = 1 - left / most
    const headers: Record<string, string> = { 'x-ms-resource-unit': String(cost) }
    if (tells && used >= 0.8) headers['x-ms-throttle-limit-percentage'] = used.toFixed(2)
    if (left < cost) return { status: 429, headers: {}, text: '' }
    left -= cost
    return { status: 200, headers, text: '' }
  })
  let asked = 0
  const caller = async () => {
    while (clock.now() < seconds * 1000) {
      const request = { call: 'graph.members', url: `${URL}?$skiptoken=${asked++}` } as const
      const leave = await limits.limiter.admit(request, never)
      const sentAt = clock.now()
      await clock.sleep(50)
      const { status } = await server(request, never)
      const result: Attempt['result'] = status === 429 ? 'throttled' : 'answered'
      if (status === 429) refused++
      else answered++
      leave({ sentAt, endedAt: clock.now(), result })
      if (status === 429) await clock.sleep(500)
    }
  }
  await Promise.all(Array.from({ length: callers }, caller))
  return {
    unitsPerSecond: (answered * cost) / seconds,
    refused,
    answered,
    readout: limits.limiter.readout().perSecond ?? Number.POSITIVE_INFINITY,
  }
}

describe('graphLimits', () => {
  test('uses what a large tenant gives, and is not refused', async () => {
    const { unitsPerSecond, refused } = await run({ seconds: 30, perSecond: 800 })
    expect(refused).toBe(0)
    expect(unitsPerSecond).toBeGreaterThan(800)
  })

  test('a tenant that keeps less for later than documented refuses a little, once', async () => {
    const { unitsPerSecond, refused, answered } = await run({ seconds: 120, perSecond: 800, burst: 1 })
    expect(refused).toBeLessThan(0.01 * answered)
    expect(unitsPerSecond).toBeGreaterThan(0.95 * 800)
  })

  test('learns from refusals that there is less', async () => {
    const { unitsPerSecond, refused, answered } = await run({ seconds: 120, perSecond: 300 })
    expect(unitsPerSecond).toBeGreaterThan(0.95 * 300)
    expect(refused).toBeLessThan(0.02 * answered)
  })

  test('learns from what the answers say that a call costs more', async () => {
    const { refused, answered } = await run({ seconds: 30, perSecond: 800, cost: 5 })
    expect(refused).toBeLessThan(0.02 * answered)
  })

  test('what answers tell of the limit spares refusals', async () => {
    const { unitsPerSecond, refused } = await run({ seconds: 120, perSecond: 800, tells: true })
    expect(refused).toBe(0)
    expect(unitsPerSecond).toBeGreaterThan(800)
  })

  test('learns that there is more', async () => {
    const { readout } = await run({ seconds: 60, perSecond: 5_000, callers: 400 })
    expect(readout).toBeGreaterThan(1_200)
  })

  test('a small tenant has a small budget from the start', async () => {
    const { refused } = await run({ seconds: 10, perSecond: 350, users: 30 })
    expect(refused).toBe(0)
  })

  test('who is cancelled leaves the line, and costs nothing', async () => {
    const clock = fakeClock()
    const { limiter } = graphLimits({ most: 1, clock, random: () => 0 })
    const cancel = new AbortController()
    const request = { call: 'graph.members', url: URL } as const
    const leave = await limiter.admit(request, never)
    const waiting = limiter.admit(request, cancel.signal)
    const next = limiter.admit(request, never)
    cancel.abort()
    leave({ sentAt: 0, endedAt: 0, result: 'answered' })
    await expect(waiting).rejects.toMatchObject({ reason: 'cancelled' })
    await next
    expect(clock.now()).toBeLessThan(20)
  })
})
