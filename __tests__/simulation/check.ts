import { AuditError, type Reason } from '../../src/domain/failure.ts'
import { admitted } from '../../src/http/admission.ts'
import type { Ask } from '../../src/http/ask.ts'
import { breakerOf } from '../../src/http/breaker.ts'
import { pacedLimiterOf } from '../../src/http/pacing/paced-limiter.ts'
import { retrying } from '../../src/http/retry.ts'
import { mapConcurrent } from '../../src/stream.ts'
import { fakeClock, fakeRandom } from '../http/fake-clock.ts'
import type { MakeServer } from './servers.ts'

const SIGNAL = new AbortController().signal
export const LATENCY_MS = 100
/** Identities under way for each place in flight, as in an audit. */
const UNDER_WAY_PER_PLACE = 4

export interface Check {
  readonly identities: number
  readonly most?: number
  readonly perSecond?: number
  /** How every hundredth identity (or every so many) always fails. */
  readonly poison?: Reason
  readonly poisonEvery?: number
  /** As many, but which is chance. */
  readonly isScattered?: boolean
  /** What their refusals ask to wait. */
  readonly retryAfterMs?: number
  readonly server?: MakeServer
  readonly seed?: number
}

const isIll = (id: number, { poisonEvery = 100, isScattered = false }: Check): boolean =>
  isScattered ? fakeRandom(id)() * poisonEvery < 1 : id % poisonEvery === 0

/** Asks about so many identities by the layers of production in virtual time; returns when the healthy ones were done. */
export async function check(checked: Check) {
  const { identities, most = 64, perSecond = 0, poison, retryAfterMs, server, seed = 0 } = checked
  const [clock, random] = [fakeClock(), fakeRandom(2 * seed + 1)]
  const limiter = pacedLimiterOf({ most, perSecond, clock, random })
  const limit = server?.(fakeRandom(2 * seed + 2))
  let [underWay, mostUnderWay, refusedByServer] = [0, 0, 0]
  const answer: Ask = async (request, decode) => {
    underWay += 1
    mostUnderWay = Math.max(mostUnderWay, underWay)
    const reception = limit?.receive(clock.now())
    await clock.sleep(reception?.latencyMs ?? LATENCY_MS)
    underWay -= 1
    refusedByServer += reception?.accepted === false ? 1 : 0
    if (reception?.accepted === false)
      throw new AuditError('throttled', 'Too many', { retryAfterMs: reception.retryAfterMs })
    limit?.finish()
    if (poison !== undefined && isIll(Number(request.url.split('/').at(-1)), checked))
      throw new AuditError(poison, 'Always', { retryAfterMs })
    return decode(undefined)
  }
  const admissions = [limiter, breakerOf({ clock })]
  const ask = retrying({ clock, random, most })(admitted(clock, () => admissions)(answer))

  const doneAt: number[] = []
  let failed = 0
  const ids = Array.from({ length: identities }, (_, id) => id + 1)
  const ill = poison === undefined ? 0 : ids.filter((id) => isIll(id, checked)).length
  await mapConcurrent([ids], {
    limit: most * UNDER_WAY_PER_PLACE,
    async map(id) {
      const request = { call: 'users.match', url: `https://account.invalid/${id}` } as const
      await ask(request, () => undefined, SIGNAL).then(
        () => doneAt.push(clock.now()),
        () => {
          failed += 1
        },
      )
    },
    take() {},
  })
  const sorted = doneAt.toSorted((one, other) => one - other)
  const p99Ms = sorted[Math.floor(sorted.length * 0.99)] ?? 0
  return { done: doneAt.length, failed, ill, mostUnderWay, refusedByServer, p99Ms, limiter }
}

/** Its refusals ask to wait for so long, whenever it accepts again. */
export const asking =
  (retryAfterMs: number | undefined, server: MakeServer): MakeServer =>
  (random) => {
    const { receive, finish } = server(random)
    const told = (now: number) => {
      const reception = receive(now)
      return reception.accepted ? reception : { ...reception, retryAfterMs }
    }
    return { receive: told, finish }
  }
