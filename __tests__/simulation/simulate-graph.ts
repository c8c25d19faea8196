import { graphLimits } from '../../src/http/graph-limits.ts'
import type { HttpAnswer, HttpRequest } from '../../src/http/send.ts'
import { never } from '../http/expecting.ts'
import { fakeRandom } from '../http/fake-clock.ts'
import { agendaClock } from './agenda-clock.ts'
import { GRAPH_LATENCY_MS, GRAPH_RUN_MS, GRAPH_WARM_UP_MS, type GraphModel, REFUSAL_MS } from './graph-models.ts'
import type { GraphReception } from './graph-servers.ts'
import { secondsUntil, sum } from './seconds.ts'
import type { Fare } from './simulate.ts'

/** For each place in flight, as in an audit. */
const UNDER_WAY_PER_PLACE = 4
/** An audit of half a million identities takes about so long. */
const AUDIT_S = 100

/** How a model of Graph fared with one seed. Shares in percent, of units and of requests. */
export type GraphFare = Pick<Fare, 'allowed' | 'refused' | 'recoveryS'> & {
  /** Units that were had in the first 100 s, as a share of 100 s of what is allowed. */
  readonly atFirst: number
  /** Of the answers in the first 100 s, those that said 429. */
  readonly refusedAtFirst: number
}

/** The goals of every limit domain. */
export const fulfils = ({ allowed, refused, recoveryS = 0 }: GraphFare): boolean =>
  allowed >= 95 && refused < 1 && recoveryS <= 120

/** By second of the run. */
interface Seconds {
  readonly units: Float64Array
  readonly answered: Float64Array
  readonly refused: Float64Array
}

const eachSecond = (): Float64Array => new Float64Array(GRAPH_RUN_MS / 1000)

function count(seconds: Float64Array, ms: number, more: number): void {
  const second = Math.floor(ms / 1000)
  seconds[second] = (seconds[second] ?? 0) + more
}

/** Some minutes of a model in virtual time, with callers that always have something to ask. */
export async function simulateGraph(model: GraphModel, seed: number, runMs = GRAPH_RUN_MS): Promise<GraphFare> {
  const [clock, random] = [agendaClock(), fakeRandom(seed * 7919 + 1)]
  const server = model.server(fakeRandom(seed * 104_729 + 2))
  const limits = graphLimits({ most: model.inFlight, clock, random })
  const seconds: Seconds = { units: eachSecond(), answered: eachSecond(), refused: eachSecond() }
  const [least, most] = GRAPH_LATENCY_MS

  const send = limits.observed(async ({ call }) => {
    const expected = call === 'graph.members' ? 2 : 1
    const units = model.costs?.(expected) ?? expected
    const latencyMs = least + (most - least) * random()
    await clock.sleep(latencyMs / 2)
    const reception = server.receive(clock.now(), units)
    await clock.sleep(reception.accepted ? latencyMs / 2 : REFUSAL_MS / 2)
    count(reception.accepted ? seconds.answered : seconds.refused, clock.now(), 1)
    if (reception.accepted) count(seconds.units, clock.now(), units)
    return answerOf(reception, units, model.tells)
  })

  let asked = 0
  const caller = async () => {
    for (;;) {
      asked += 1
      const call = random() < 0.5 ? 'graph.members' : 'graph.memberships'
      const request = { call, url: `https://graph.invalid/${asked}` } as const
      for (let again = 0; ; again += 1) {
        const afterMs = await attempt(request)
        if (afterMs === undefined) break
        // As the layer does that asks again.
        await clock.sleep(Math.max(afterMs * (1 + random() / 10), random() * Math.min(20_000, 1_000 * 2 ** again)))
      }
    }
  }
  /** How long it is asked to wait after a refusal, in ms; `undefined`: it was answered. */
  const attempt = async (request: HttpRequest): Promise<number | undefined> => {
    const leave = await limits.limiter.admit(request, never)
    const sentAt = clock.now()
    const { status, headers } = await send(request, never)
    const retryAfterMs = headers['retry-after'] === undefined ? undefined : Number(headers['retry-after']) * 1000
    const result = status === 429 ? 'throttled' : 'answered'
    leave({ sentAt, endedAt: clock.now(), result, retryAfterMs })
    return status === 429 ? (retryAfterMs ?? 0) : undefined
  }
  for (let callers = model.inFlight * UNDER_WAY_PER_PLACE; callers > 0; callers -= 1) void caller()
  await clock.run(runMs)
  return graphFareOf(model, seconds, runMs / 1000)
}

function answerOf(
  { accepted, share, retryAfterMs }: GraphReception,
  units: number,
  tells: GraphModel['tells'],
): HttpAnswer {
  const headers: Record<string, string> = {}
  if (!accepted && tells !== 'nothing') headers['retry-after'] = String(retryAfterMs / 1000)
  if (accepted && tells === 'all') headers['x-ms-resource-unit'] = String(units)
  if (accepted && tells === 'all' && share >= 0.8) headers['x-ms-throttle-limit-percentage'] = share.toFixed(2)
  return { status: accepted ? 200 : 429, headers, text: '' }
}

function graphFareOf(
  { perSecondAt, changesAtMs }: GraphModel,
  { units, answered, refused }: Seconds,
  runS: number,
): GraphFare {
  const allowed = Float64Array.from({ length: runS }, (_, second) => perSecondAt(second * 1000))
  const reach = (ms: number) => secondsUntil(units, ms / 1000, (second) => allowed[second] ?? 0)
  const share = (from: number, to: number) => ({
    allowed: (100 * sum(units.subarray(0, to), from)) / sum(allowed.subarray(0, to), from),
    refused:
      (100 * sum(refused.subarray(0, to), from)) /
      sum(
        answered.subarray(0, to).map((count, second) => count + (refused[second] ?? 0)),
        from,
      ),
  })
  const first = share(0, AUDIT_S)
  return {
    ...share(GRAPH_WARM_UP_MS / 1000, runS),
    recoveryS: changesAtMs && Math.max(...changesAtMs.map(reach)),
    atFirst: first.allowed,
    refusedAtFirst: first.refused,
  }
}
