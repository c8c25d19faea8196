import { describe, expect, test } from 'vitest'
import { AuditError } from '../../src/domain/failure.ts'
import { admitted } from '../../src/http/admission.ts'
import { breakerOf } from '../../src/http/breaker.ts'
import { pacedLimiterOf } from '../../src/http/pacing/paced-limiter.ts'
import { retrying } from '../../src/http/retry.ts'
import { divergences } from '../../src/phases/divergences.ts'
import type { MatchSource } from '../../src/ports.ts'
import { fakeClock, fakeRandom } from '../http/fake-clock.ts'
import { linkedMatch, MemoryLog, MemorySnapshot, scriptedAccount } from '../phases/fakes.ts'

const MINUTE_MS = 60_000
const MOST = 8
const COUNT = 100

/** Phase 3 by the layers of production in virtual time; `refuses`: is this identity answered 429 at this time? */
async function run(refuses: (id: number, now: number) => boolean, retryAfterMs?: number) {
  const [clock, random] = [fakeClock(), fakeRandom(1)]
  const admissions = [pacedLimiterOf({ most: MOST, perSecond: 0, clock, random }), breakerOf({ clock })]
  const ask = retrying({ clock, random, most: MOST })(
    admitted(
      clock,
      () => admissions,
    )(async (request, decode) => {
      await clock.sleep(100)
      const id = request.url.split('/').at(-1) ?? ''
      if (refuses(Number(id), clock.now())) throw new AuditError('throttled', 'Too many', { retryAfterMs })
      return decode(linkedMatch('users', id))
    }),
  )
  const source: MatchSource = {
    match: (_, id, signal) =>
      ask(
        { call: 'users.match', url: `https://account.invalid/${id}` },
        (match) => match as ReturnType<typeof linkedMatch>,
        signal,
      ),
  }
  const log = new MemoryLog()
  const ids = Array.from({ length: COUNT }, (_, index) => String(index + 1))
  const { stopped, fault } = await divergences({
    ...{ source, clock, results: log, snapshot: MemorySnapshot.of('users', ids), concurrency: MOST * 4 },
    ...{ account: scriptedAccount([]).account, targeted: false, isBulk: false },
    ...{ signal: new AbortController().signal, deadline: new AbortController().signal },
    ...{ onFinished: () => {}, onCommitted: () => {} },
  })
  const failed = log.records.map(({ outcome }) => (outcome.kind === 'failed' ? outcome.failure : undefined))
  return { stopped, fault, failed, done: log.doneCount('users'), tookMs: clock.now() }
}

describe('when all others are done', () => {
  test.each([undefined, 30_000])(
    'who is refused for ever is given up within minutes (Retry-After: %s)',
    async (hint) => {
      const { failed, done, tookMs, stopped, fault } = await run((id) => id > COUNT - 3, hint)
      expect(failed).toMatchObject(Array(3).fill({ reason: 'throttled' }))
      expect([done, stopped, fault]).toEqual([COUNT, undefined, undefined])
      expect(tookMs).toBeLessThan(10 * MINUTE_MS)
    },
  )

  test.each([undefined, 30_000])('a limit that closes for all is waited for (Retry-After: %s)', async (hint) => {
    const opensAt = 20 * MINUTE_MS
    const { failed, done, tookMs } = await run((id, now) => now < opensAt && (id > COUNT - 3 || now > 3_000), hint)
    expect([failed, done]).toEqual([[], COUNT])
    expect(tookMs).toBeGreaterThan(opensAt)
  })
})
