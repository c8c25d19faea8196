import { describe, expect, test } from 'vitest'
import { AuditError, POLICIES, type Reason } from '../../src/domain/failure.ts'
import type { Ask } from '../../src/http/ask.ts'
import { retrying } from '../../src/http/retry.ts'
import { commonStart, noTrials, stepAfter } from '../../src/http/retry-policy.ts'
import type { HttpRequest } from '../../src/http/send.ts'
import { failureOf, never } from './expecting.ts'
import { fakeClock, fakeRandom } from './fake-clock.ts'
import { broken, listRequest, MINUTE, matchRequest } from './make-believe.ts'

/** Asks once; fails with what it is given, then succeeds. */
function trial(...failures: readonly (AuditError | Reason)[]) {
  const clock = fakeClock()
  const at: number[] = []
  const next: Ask = async (_request, decode) => {
    at.push(clock.now())
    const failure = failures[at.length - 1]
    if (failure !== undefined) throw typeof failure === 'string' ? new AuditError(failure, 'x') : failure
    return decode('answer')
  }
  const ask = retrying({ clock, random: fakeRandom(), most: 64 })(next)
  return { at, clock, once: (signal = never) => ask(matchRequest(1), (json) => json, signal) }
}

const times = (count: number, reason: Reason) => Array.from({ length: count }, () => reason)

describe('retrying(), how often', () => {
  const allowed: Partial<Record<Reason, number>> = {
    unavailable: 6,
    network: 6,
    timeout: 6,
    'not-json': 6,
    'server-error': 3,
    'name-not-resolved': 3,
    'unexpected-answer': 2,
    'wrong-identity': 2,
  }
  for (const reason of Object.keys(POLICIES) as Reason[]) {
    if (reason === 'throttled') continue
    const attempts = allowed[reason] ?? 1
    test(`${reason} gets ${attempts} in all (cases 17, 18, 40, 41, 46)`, async () => {
      const lucky = trial(...times(attempts - 1, reason))
      expect(await lucky.once()).toBe('answer')
      const unlucky = trial(...times(20, reason))
      expect((await failureOf(unlucky.once())).reason).toBe(reason)
      expect(unlucky.at).toHaveLength(attempts)
    })
  }

  test('failures of several kinds share one account', async () => {
    const mixed = trial(...times(2, 'server-error'), ...times(3, 'network'), 'timeout', 'network')
    expect((await failureOf(mixed.once())).reason).toBe('timeout')
    expect(mixed.at).toHaveLength(6)
  })

  test('case 45: being throttled costs no attempt', async () => {
    const { once, at } = trial(...times(5, 'network'), ...times(30, 'throttled'))
    expect(await once()).toBe('answer')
    expect(at).toHaveLength(36)
  })

  test('an item that is throttled for half an hour, with everybody else, is given up', async () => {
    const { once, clock } = trial(...times(10_000, 'throttled'))
    expect((await failureOf(once())).reason).toBe('throttled')
    expect(clock.now()).toBeGreaterThanOrEqual(30 * MINUTE)
    expect(clock.now()).toBeLessThan(31 * MINUTE)
  })

  describe('while others are not throttled', () => {
    /** One of two is always throttled, the other never is. */
    async function givenUp(throttled: HttpRequest, others: HttpRequest, everyMs: number) {
      const clock = fakeClock()
      const asked: number[] = []
      const ask = retrying({ clock, random: fakeRandom(), most: 64 })(async ({ call }, decode) => {
        if (call === others.call) return decode('')
        asked.push(clock.now())
        throw new AuditError('throttled', 'x', { code: 429 })
      })
      const once = async () => {
        let over = false
        const begun = clock.now()
        asked.length = 0
        const end = failureOf(ask(throttled, () => 0, never)).then(({ reason }) => {
          over = true
          return { reason, afterMs: clock.now() - begun, asked: asked.length }
        })
        while (!over) {
          await clock.sleep(everyMs)
          await ask(others, () => 0, never)
        }
        return end
      }
      return [await once(), await once()]
    }

    test('an identity is given up soon, for it comes back at the end, and then later', async () => {
      const [first, later] = await givenUp(matchRequest(1), listRequest, 5)
      expect(first).toMatchObject({ reason: 'throttled', asked: 3 })
      expect(first?.afterMs).toBeLessThan(3_000)
      expect(later).toMatchObject({ reason: 'throttled', asked: 6 })
      expect(later?.afterMs).toBeLessThan(MINUTE)
    })

    test('a listing, which does not, is given up after a quarter of an hour', async () => {
      const [first] = await givenUp(listRequest, matchRequest(1), 1_000)
      expect([first?.reason, Math.floor((first?.afterMs ?? 0) / MINUTE)]).toStrictEqual(['throttled', 15])
    })
  })

  test('what the decoder throws is asked again like a failed call', async () => {
    const clock = fakeClock()
    let asked = 0
    const next: Ask = async (_request, decode) => {
      asked++
      return decode({})
    }
    const decode = () => {
      if (asked < 2) throw new AuditError('wrong-identity', 'x')
      return 'right'
    }
    expect(await retrying({ clock, random: fakeRandom(), most: 64 })(next)(matchRequest(1), decode, never)).toBe(
      'right',
    )
  })

  test('a cancelled audit does not wait for the next attempt', async () => {
    const { once, clock } = trial(new AuditError('throttled', 'x', { retryAfterMs: 10 * MINUTE }))
    const cancel = new AbortController()
    const failure = failureOf(once(cancel.signal))
    await clock.sleep(1_000)
    cancel.abort()
    expect((await failure).reason).toBe('cancelled')
    expect(clock.now()).toBe(1_000)
  })
})

describe('retrying(), while the host answers nobody', () => {
  /** Well for a minute, then away for so long. */
  const away = (minutes: number, reason: Reason = 'network') => {
    const clock = fakeClock()
    let asked = 0
    const ask = retrying({ clock, random: fakeRandom(), most: 64 })(async (_request, decode) => {
      asked++
      if (clock.now() >= MINUTE && clock.now() < MINUTE * (1 + minutes)) throw broken(reason)
      return decode('answer')
    })
    const later = async () => {
      await ask(listRequest, () => 0, never)
      await clock.sleep(2 * MINUTE)
      return ask(listRequest, (json) => json, never)
    }
    return { clock, later, asked: () => asked }
  }

  for (const reason of ['network', 'timeout', 'unavailable', 'name-not-resolved'] as const)
    test(`case 40: a listing survives ten minutes of ${reason}, though nobody else is asking`, async () => {
      const { later, asked } = away(10, reason)
      expect(await later()).toBe('answer')
      expect(asked()).toBeLessThan(120)
    })

  test('but not twenty', async () => {
    const { later, clock } = away(20)
    expect((await failureOf(later())).reason).toBe('network')
    expect(clock.now()).toBeLessThan(17 * MINUTE)
  })

  test('before the first answer of all nobody waits: then the set-up is likelier wrong', async () => {
    const { once, at, clock } = trial(...times(100, 'network'))
    expect((await failureOf(once())).reason).toBe('network')
    expect([at.length, clock.now() < MINUTE]).toStrictEqual([6, true])
  })
})

describe('stepAfter(), how long', () => {
  const facts = { now: 0, chance: 1, patient: false, returns: false, most: 64 }
  const wait = (failure: AuditError, { failed = 0, throttled = 0, chance = 1, tokens = 500 } = {}) => {
    const step = stepAfter(
      failure,
      { ...noTrials, failed, throttled },
      { ...commonStart, tokens },
      { ...facts, chance },
    )
    return step.go === 'again' ? step.afterMs : step.go
  }

  test('doubles up to 20 s, with full jitter', () => {
    expect([0, 1, 2, 3, 4].map((failed) => wait(broken(), { failed }))).toStrictEqual([500, 1000, 2000, 4000, 8000])
    const throttled = new AuditError('throttled', 'x')
    expect([0, 3, 9].map((count) => wait(throttled, { throttled: count }))).toStrictEqual([1000, 8000, 20_000])
    expect([0, 0.5].map((chance) => wait(broken(), { failed: 2, chance }))).toStrictEqual([0, 1000])
  })

  test('case 44: never less than the server asks, and a little more', () => {
    const asked = (reason: Reason, retryAfterMs: number) => new AuditError(reason, 'x', { retryAfterMs })
    expect(wait(asked('throttled', 30_000), { chance: 0 })).toBe(30_000)
    expect(wait(asked('unavailable', 30_000), { chance: 1 })).toBeCloseTo(33_000)
    expect(wait(asked('throttled', 15 * MINUTE), { chance: 0 })).toBe(15 * MINUTE)
  })

  test('case 44: a wait of more than 15 minutes is not waited for; the third in a row ends the run', () => {
    const failure = new AuditError('throttled', 'x', { retryAfterMs: 999_999_000 })
    let common = commonStart
    const steps = [1, 2, 3].map(() => {
      const step = stepAfter(failure, noTrials, common, facts)
      common = step.common
      return step.go
    })
    expect(steps).toStrictEqual(['give-up', 'give-up', 'outage'])
  })

  test('an empty purse makes retries slow, not impossible', () => {
    expect(wait(broken('timeout'), { tokens: 9, chance: 0 })).toBe(10_000)
    expect(wait(broken('timeout'), { tokens: 10, chance: 0 })).toBe(0)
    expect(wait(broken('network'), { tokens: 5, chance: 0 })).toBe(0)
  })

  test('a hundred retries empty the purse', () => {
    let common = commonStart
    for (let n = 0; n < 100; n++) common = stepAfter(broken(), noTrials, common, facts).common
    expect(common.tokens).toBe(0)
  })
})
