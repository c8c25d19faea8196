import { describe, expect, test } from 'vitest'
import { admissionAt, paceOf, withAdmitted } from '../../src/http/pacing/pace.ts'
import { paceStart } from '../../src/http/pacing/pace-start.ts'
import type { PaceState } from '../../src/http/pacing/pace-state.ts'
import { withDocumented, withTold } from '../../src/http/pacing/told.ts'

const LIMIT = { perSecond: 100, keepsMs: 10_000, burstMs: 4_000 }
const start = paceStart({ most: 64, documented: LIMIT }, 0)
const told = (share: number | undefined, extra = 0) => ({ share, extra })

/** So many units sent evenly in so much time, each answered at once. */
function spent(from: PaceState, units: number, fromMs: number, toMs: number): PaceState {
  let state = from
  for (let unit = 0; unit < units; unit += 1)
    state = { ...withAdmitted(state, fromMs + ((toMs - fromMs) * unit) / units), inFlight: 0 }
  return state
}

describe('paceStart with a documented limit', () => {
  test('begins with its pace, and a burst', () => {
    expect(paceOf(start)).toBeGreaterThan(96)
    expect(paceOf(start)).toBeLessThanOrEqual(100)
    expect(admissionAt(spent(start, 380, 0, 1), 1)).toBeLessThanOrEqual(1)
    expect(admissionAt(spent(start, 420, 0, 1), 1)).toBeGreaterThan(1)
  })

  test('a call that costs more is followed by a longer pause', () => {
    const [cheap, dear] = [withAdmitted(start, 0, 1), withAdmitted(start, 0, 5)]
    expect(dear.nextAt - start.nextAt).toBeCloseTo(5 * (cheap.nextAt - start.nextAt))
  })
})

describe('withTold', () => {
  test('a share below the limit changes nothing', () => {
    expect(withTold(start, told(0.9), 1, 2)).toBe(start)
    expect(withTold(start, told(undefined), 1, 2)).toBe(start)
  })

  test('near the limit one at a time is sent, until one is answered that it is no longer near', () => {
    const near = withTold(spent(start, 900, 0, 5_000), told(0.98), 5_001, 5_100)
    expect(admissionAt(near, 6_000)).toBeLessThanOrEqual(6_000)
    const probing = withAdmitted(near, 6_000)
    expect(admissionAt(probing, 7_000)).toBeNull()
    const free = withTold(probing, told(0.9), 6_000, 6_200)
    expect(admissionAt(free, 6_200)).not.toBeNull()
  })

  test('the further above the limit, the longer nothing is sent', () => {
    const above = withTold(start, told(1.1), 1, 2)
    expect(admissionAt(above, 2)).toBeGreaterThan(1_000)
    expect(admissionAt(withTold(start, told(1.8), 1, 2), 2)).toBeLessThanOrEqual(5_002)
  })

  test('what was spent between two times at which it was near is the limit', () => {
    const once = withTold(spent(start, 900, 0, 5_000), told(0.97), 5_001, 5_100)
    const resumed = withTold(once, told(0.9), 5_200, 5_200)
    const twice = withTold(spent(resumed, 600, 5_200, 15_000), told(0.97), 15_001, 15_100)
    expect(twice.ceiling).toBeGreaterThanOrEqual(60)
    expect(twice.ceiling).toBeLessThan(85)
  })

  test('an answer to what was sent before it reacted says nothing new', () => {
    const near = withTold(start, told(1), 1, 1_000)
    expect(withTold(near, told(1.5, 40), 999, 1_100)).toBe(near)
  })

  test('what a call cost more than expected is paid later', () => {
    const state = spent(start, 400, 0, 1)
    expect(withTold(state, told(undefined, 10), 2, 3).nextAt - state.nextAt).toBeCloseTo(100, -1)
  })

  test('a pinned rate stays what it is', () => {
    const pinned = paceStart({ most: 64, pinned: 20, documented: LIMIT }, 0)
    expect(withTold(pinned, told(1.2, 5), 1, 2)).toBe(pinned)
  })
})

describe('withDocumented', () => {
  test('another limit counts at once', () => expect(paceOf(withDocumented(start, 40))).toBeLessThanOrEqual(40))
  test('but not once it was met', () => {
    const met = withTold(start, told(1), 1, 2)
    expect(withDocumented(met, 40)).toBe(met)
  })
})
