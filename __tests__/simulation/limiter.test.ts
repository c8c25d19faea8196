import { describe, expect, test } from 'vitest'
import { paceOf, ticketOf, withAdmitted } from '../../src/http/pacing/pace.ts'
import { paceStart, savedPace } from '../../src/http/pacing/pace-start.ts'
import type { PaceState } from '../../src/http/pacing/pace-state.ts'
import { withAttempt } from '../../src/http/pacing/reaction.ts'
import { heldOut } from './held-out.ts'
import { MODELS, MOST_IN_FLIGHT, RUN_MS, steady } from './models.ts'
import { fixedWindow } from './servers.ts'
import { simulate } from './simulate.ts'

const SEEDS = [1, 2, 3]

describe('the paced limiter finds what a server allows from its answers alone', () => {
  for (const model of MODELS)
    test(`${model.name}: at least 95 % of it, under 1 % refused, 90 % within 120 s of a change`, () => {
      for (const seed of SEEDS) {
        const { allowed, refused, recoveryS = 0 } = simulate(model, seed)
        expect(allowed, `seed ${seed}`).toBeGreaterThanOrEqual(95)
        expect(refused, `seed ${seed}`).toBeLessThan(1)
        expect(recoveryS, `seed ${seed}`).toBeLessThanOrEqual(120)
      }
    })

  test('servers drawn by chance: nine in ten as well', () => {
    const fares = heldOut(1).map((model) => simulate(model, 1))
    const well = fares.filter(({ allowed, refused, recoveryS = 0 }) => allowed >= 95 && refused < 1 && recoveryS <= 120)
    expect(well.length).toBeGreaterThanOrEqual(0.9 * fares.length)
  })

  test('a model and a seed make the same figures each time', () => {
    const model = MODELS[1] as (typeof MODELS)[number]
    expect(simulate(model, 7)).toEqual(simulate(model, 7))
  })

  test('what is in flight never exceeds the ceiling, whatever the server does', () => {
    for (const model of [...MODELS, ...heldOut(2, 8)]) {
      let most = 0
      simulate(model, 1, (_now, state) => {
        most = Math.max(most, state.inFlight + 1)
      })
      expect(most, model.name).toBeLessThanOrEqual(MOST_IN_FLIGHT)
    }
  })
})

describe('the state of the pace', () => {
  const states: PaceState[] = []
  const server = fixedWindow(600, 60_000, { tells: true })
  simulate({ name: '', server, perSecondAt: steady(10) }, 1, (now, state) => {
    if (states.length < now / (RUN_MS / 20)) states.push(state)
  })

  test('is plain JSON throughout', () => {
    for (const state of states) expect(JSON.parse(JSON.stringify(state))).toEqual(state)
  })

  test('is saved as plain JSON and resumed at 0.8 of its rate', () => {
    const state = states.at(-1) as PaceState
    const saved = JSON.parse(JSON.stringify(savedPace(state)))
    const resumed = paceStart({ most: 64, saved }, 1_000_000)
    expect(paceOf(resumed)).toBeCloseTo(0.8 * state.ceiling)
    expect(resumed.inFlight).toBe(0)
  })

  test('a saved window is resumed within a smaller ceiling', () => {
    const saved = { mode: 'crowded', perSecond: 40, window: 60 } as const
    expect(paceStart({ most: 16, saved }, 0).window).toBe(16)
    expect(paceStart({ most: 64, saved }, 0).window).toBe(48)
  })

  test('a pace that reacted to what was its request’s own is what it was before', () => {
    // Below a limit of 50 that it knows, where refusals are mostly about the limit.
    const known = paceStart({ most: 64, saved: { mode: 'paced', perSecond: 50, window: 64 } }, 0)
    const suspicion = { ...known.suspicion, ownShare: { ...known.suspicion.ownShare, short: 0 } }
    let [state, now] = [{ ...known, suspicion }, 0]
    const ask = (url: string, result: 'answered' | 'throttled') => {
      now = Math.max(now + 20, state.pausedUntil + 1)
      const ticket = ticketOf(state)
      state = withAttempt(withAdmitted(state, now), url, { sentAt: now, endedAt: now + 10, result }, ticket, 0)
    }
    const pass = (count: number) => {
      for (let n = 0; n < count; n++) ask(`passes ${now}`, 'answered')
    }
    pass(20)
    const before = state.ceiling
    ask('ill', 'throttled')
    pass(20)
    expect(state.ceiling).toBeLessThan(before)
    ask('ill', 'throttled')
    expect(state.ceiling).toBe(before)
  })

  test('a pinned rate stays what it is when all is refused, and what was saved does not change it', () => {
    const saved = { mode: 'open', perSecond: 0, window: 64 } as const
    const start = paceStart({ most: 64, pinned: 20, saved }, 0)
    const after = Array.from({ length: 7 }).reduce<PaceState>((state, _, n) => {
      const attempt = { sentAt: 60 * n, endedAt: 60 * n + 50, result: 'throttled', retryAfterMs: 2_000 } as const
      return withAttempt(withAdmitted(state, 60 * n), `${n}`, attempt, ticketOf(state), 0)
    }, start)
    expect(paceOf(after)).toBe(20)
    expect(after.pausedUntil).toBe(360 + 2_050)
  })
})
