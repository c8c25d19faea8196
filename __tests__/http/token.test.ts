import { describe, expect, test } from 'vitest'
import { AuditError, type Reason } from '../../src/domain/failure.ts'
import { authorised } from '../../src/http/authorised.ts'
import type { HttpAnswer } from '../../src/http/send.ts'
import { tokenHolder } from '../../src/http/token.ts'
import { heldTokenOf } from '../../src/http/token-state.ts'
import { failureOf, jsonAnswer, never } from './expecting.ts'
import { fakeClock, fakeRandom } from './fake-clock.ts'
import { MINUTE, matchRequest } from './make-believe.ts'

const HOUR = 60 * MINUTE

/** A sign-in that gives T1, T2, … unless `fails` says otherwise. */
function signIn({
  lifetimeMs = HOUR,
  fails = (_now: number): AuditError | undefined => undefined,
  signal = never,
} = {}) {
  const clock = fakeClock()
  const at: number[] = []
  const told: string[] = []
  const failures: AuditError[] = []
  let given = 0
  const tokens = tokenHolder({
    async fetch(until) {
      at.push(clock.now())
      await clock.sleep(100, until)
      const failure = fails(clock.now())
      if (failure !== undefined) throw failure
      return { token: `T${++given}`, lifetimeMs }
    },
    clock,
    random: fakeRandom(),
    onToken: (token) => told.push(token),
    onFailed: (failure) => failures.push(failure),
    signal,
  })
  return { clock, at, told, failures, tokens }
}

const failing = (reason: Reason, from: number, to: number) => (now: number) =>
  now >= from && now < to ? new AuditError(reason, 'Cannot sign in: x', { code: 503 }) : undefined

describe('tokenHolder()', () => {
  test('signs in once, however many ask, and tells of the token before anybody has it', async () => {
    const { tokens, at, told } = signIn()
    const got = await Promise.all(Array.from({ length: 64 }, () => tokens.current(never)))
    expect([new Set(got), at.length, told]).toStrictEqual([new Set(['T1']), 1, ['T1']])
  })

  test('case 50: a token that grows old is renewed in the background, and serves until then', async () => {
    const { tokens, clock, at } = signIn()
    await tokens.current(never)
    await clock.sleep(39 * MINUTE)
    expect([await tokens.current(never), at.length]).toStrictEqual(['T1', 1])
    await clock.sleep(2 * MINUTE)
    const before = clock.now()
    expect([await tokens.current(never), clock.now()]).toStrictEqual(['T1', before])
    await clock.sleep(1_000)
    expect([await tokens.current(never), at.length]).toStrictEqual(['T2', 2])
  })

  for (const reason of ['throttled', 'unavailable', 'server-error', 'network', 'sign-in'] as const)
    test(`case 50: while the sign-in answers ${reason}, the old token serves as long as it lives`, async () => {
      const { tokens, clock } = signIn({ fails: failing(reason, MINUTE, 58 * MINUTE) })
      await tokens.current(never)
      for (let minute = 1; minute < 59; minute++) {
        await clock.sleep(MINUTE)
        expect(await tokens.current(never)).toBe('T1')
      }
      await clock.sleep(2 * MINUTE)
      expect(await tokens.current(never)).toBe('T2')
    })

  test('case 51: a sign-in that fails for ten minutes in the middle of the run ends it', async () => {
    const { tokens, clock } = signIn({ lifetimeMs: 5 * MINUTE, fails: failing('unavailable', 1000, HOUR) })
    await tokens.current(never)
    await clock.sleep(5 * MINUTE)
    const failure = await failureOf(tokens.current(never))
    expect(failure).toMatchObject({ reason: 'outage', code: '503' })
    expect(clock.now()).toBeGreaterThan(14 * MINUTE)
    expect(clock.now()).toBeLessThan(16 * MINUTE)
  })

  test('case 51: a sign-in that is back within ten minutes is nothing but a pause', async () => {
    const { tokens, clock } = signIn({ lifetimeMs: 5 * MINUTE, fails: failing('network', 1000, 13 * MINUTE) })
    await tokens.current(never)
    await clock.sleep(5 * MINUTE)
    expect(await tokens.current(never)).toBe('T2')
  })

  test('the first sign-in is tried for two minutes, and then it is the sign-in that is wrong', async () => {
    const { tokens, clock, at, failures } = signIn({ fails: failing('network', 0, HOUR) })
    const failure = await failureOf(tokens.current(never))
    expect(failure).toMatchObject({ reason: 'sign-in', code: '503' })
    expect(failure.action).toBeTruthy()
    expect(clock.now()).toBeLessThan(2 * MINUTE + 1000)
    expect(at.length).toBeGreaterThan(5)
    // The last one is what is thrown.
    expect(failures.map(({ reason }) => reason)).toEqual(at.slice(1).map(() => 'network'))
  })

  for (const [reason, becomes] of [
    ['bad-request', 'sign-in'],
    ['forbidden', 'sign-in'],
    ['sign-in', 'sign-in'],
    ['certificate', 'certificate'],
    ['proxy', 'proxy'],
  ] as const)
    test(`a refusal (${reason}) is not tried again`, async () => {
      const { tokens, at } = signIn({ fails: failing(reason, 0, HOUR) })
      expect((await failureOf(tokens.current(never))).reason).toBe(becomes)
      expect(at).toHaveLength(1)
    })

  test('case 52: a wall clock that jumps expires nothing, and keeps nothing alive', async () => {
    const { tokens, clock, at } = signIn()
    await tokens.current(never)
    for (const jump of [-10 * MINUTE, 24 * HOUR, -48 * HOUR]) {
      clock.shiftDate(jump)
      expect(await tokens.current(never)).toBe('T1')
    }
    await clock.sleep(HOUR)
    expect([await tokens.current(never), at.length]).toStrictEqual(['T2', 2])
  })

  test('case 53: a lifetime that is none counts as ten minutes', () => {
    for (const lifetimeMs of [Number.NaN, 0, -1, Number.POSITIVE_INFINITY])
      expect(heldTokenOf({ token: 't', lifetimeMs }, 1000)).toStrictEqual({
        token: 't',
        staleAt: 1000 + 5 * MINUTE,
        expiresAt: 1000 + 10 * MINUTE - 40_000,
      })
  })

  test('a token of five minutes is renewed at half time, one of three days twenty minutes early', () => {
    const of = (lifetimeMs: number) => heldTokenOf({ token: 't', lifetimeMs }, 0)
    expect(of(5 * MINUTE)).toMatchObject({ staleAt: 2.5 * MINUTE, expiresAt: 4.5 * MINUTE })
    expect(of(72 * HOUR)).toMatchObject({ staleAt: 72 * HOUR - 20 * MINUTE, expiresAt: 72 * HOUR - 40_000 })
  })

  test('who is cancelled does not wait; the others do', async () => {
    const { tokens } = signIn()
    const cancel = new AbortController()
    const impatient = failureOf(tokens.current(cancel.signal))
    const patient = tokens.current(never)
    cancel.abort()
    expect((await impatient).reason).toBe('cancelled')
    expect(await patient).toBe('T1')
  })
})

describe('authorised()', () => {
  /** A host that accepts what it is told to. */
  function host({ accepts, ...options }: { accepts: (token: string, now: number) => boolean; lifetimeMs?: number }) {
    const signedIn = signIn(options)
    const bearers: string[] = []
    const send = authorised(signedIn.tokens)(async ({ headers }): Promise<HttpAnswer> => {
      const token = String(headers?.authorization).replace('Bearer ', '')
      bearers.push(token)
      await signedIn.clock.sleep(50 + (bearers.length % 7) * 10)
      return jsonAnswer({}, accepts(token, signedIn.clock.now()) ? 200 : 401)
    })
    return { ...signedIn, bearers, send: (id: number) => send(matchRequest(id), never) }
  }

  test('case 49: a token that expires with 64 calls in flight is renewed once, and every call is sent again', async () => {
    const { clock, send, at, bearers } = host({ accepts: (token, now) => token !== 'T1' || now < MINUTE })
    expect((await send(0)).status).toBe(200)
    await clock.sleep(MINUTE)
    const answers = await Promise.all(Array.from({ length: 64 }, (_, id) => send(id)))
    expect(answers.every(({ status }) => status === 200)).toBe(true)
    expect([at.length, bearers.length]).toStrictEqual([2, 1 + 64 + 64])
  })

  test('case 49: a second 401, to a token that nobody ever accepted, ends the run', async () => {
    const { send, at } = host({ accepts: () => false })
    expect(await failureOf(send(0))).toMatchObject({ reason: 'sign-in', code: '401' })
    expect(at).toHaveLength(2)
  })

  test('one call that is refused with tokens that serve the others is a failure of its own', async () => {
    const { tokens, clock } = signIn()
    const send = authorised(tokens)(async ({ url }) => {
      const isOdd = url.includes('/13/')
      await clock.sleep(isOdd ? 50 : 10)
      return jsonAnswer({}, isOdd ? 401 : 200)
    })
    const others = (async () => {
      for (let id = 100; id < 200; id++) {
        await send(matchRequest(id), never)
        await clock.sleep(1)
      }
    })()
    await clock.sleep(500)
    expect((await send(matchRequest(13), never)).status).toBe(401)
    await others
  })

  test('an answer other than 401 accepts a token, whatever else it says', async () => {
    const { tokens } = signIn()
    const send = authorised(tokens)(async () => jsonAnswer({}, 403))
    expect((await send(matchRequest(1), never)).status).toBe(403)
    expect(tokens.isFresh('T1')).toBe(false)
  })
})
