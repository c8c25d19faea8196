import { describe, expect, test } from 'vitest'
import type { Attempt } from '../../src/http/admission.ts'
import { admissionAt, ticketOf, withAdmitted } from '../../src/http/pacing/pace.ts'
import { paceStart } from '../../src/http/pacing/pace-start.ts'
import type { PaceState } from '../../src/http/pacing/pace-state.ts'
import { withAttempt } from '../../src/http/pacing/reaction.ts'

const TRIP_MS = 50
const start = paceStart({ most: 1 }, 0)

/** What it asks to wait, at a time; `undefined`: it accepts. */
type Asks = (now: number) => number | undefined

/** One request after the other until `untilMs`; gives when they were refused, in seconds. */
function refusals(asks: Asks, untilMs: number, from: PaceState = start) {
  let [state, now] = [from, 0]
  const refusedAt: number[] = []
  for (let count = 0; now < untilMs; count += 1) {
    now = Math.max(now, admissionAt(state, now) ?? now)
    const ticket = ticketOf(state)
    state = withAdmitted(state, now)
    const retryAfterMs = asks(now)
    const result = retryAfterMs === undefined ? 'answered' : 'throttled'
    const attempt: Attempt = { sentAt: now, endedAt: now + TRIP_MS, result, retryAfterMs }
    now += TRIP_MS
    state = withAttempt(state, `${count}`, attempt, ticket, 0)
    if (retryAfterMs !== undefined) refusedAt.push(now / 1000)
  }
  return { refusedAt, state }
}

const closing =
  (fromMs: number, toMs: number, asks: (now: number) => number): Asks =>
  (now) =>
    now >= fromMs && now < toMs ? asks(now) : undefined
const countdown = (toMs: number) => (now: number) => Math.ceil((toMs - now) / 1000) * 1000

describe('a server that asks to wait for half a minute', () => {
  test('is asked half a dozen times, ever later, as long as that may be of one request alone', () => {
    const { refusedAt } = refusals(
      closing(5_000, 35_000, () => 30_000),
      60_000,
    )
    const tries = refusedAt.filter((at) => at > 5.3)
    expect(tries.length).toBeLessThanOrEqual(7)
    const gaps = tries.slice(1).map((at, index) => at - (tries[index] as number))
    expect(gaps).toEqual(gaps.toSorted((one, other) => one - other))
  })

  test('is left alone once it counts down to the same end', () => {
    const { refusedAt } = refusals(closing(5_000, 35_000, countdown(35_000)), 60_000)
    expect(refusedAt.filter((at) => at > 5.3 && at < 34).length).toBeLessThanOrEqual(5)
    expect(refusedAt.filter((at) => at > 12 && at < 34)).toEqual([])
  })

  test('is believed untried when it has told the truth, and such were about the limit twice', () => {
    const ends = [35_000, 95_000, 155_000]
    const thrice: Asks = (now) => ends.map((end) => closing(end - 30_000, end, countdown(end))(now)).find(Boolean)
    const { refusedAt } = refusals(thrice, 180_000)
    expect(refusedAt.filter((at) => at > 65 && at < 95).length).toBeGreaterThan(1)
    expect(refusedAt.filter((at) => at > 125)).toHaveLength(1)
  })

  test('although it accepts again at once, is sent more within two seconds', () => {
    const { refusedAt, state } = refusals(
      closing(5_000, 5_300, () => 30_000),
      8_000,
    )
    expect(refusedAt.length).toBeGreaterThan(0)
    expect(state.spell).toBeNull()
    expect(state.pausedUntil).toBeLessThan(7_300)
  })
})
