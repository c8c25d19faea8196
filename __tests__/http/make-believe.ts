import { AuditError, type Reason } from '../../src/domain/failure.ts'
import type { Ask } from '../../src/http/ask.ts'
import { pause } from '../../src/http/cancel.ts'
import type { HttpAnswer, HttpRequest, Send } from '../../src/http/send.ts'
import { databricksHttp } from '../../src/http/stack.ts'
import type { Tokens } from '../../src/http/token.ts'
import { jsonAnswer, never } from './expecting.ts'
import { type FakeClock, fakeClock, fakeRandom } from './fake-clock.ts'

export const MINUTE = 60_000
export const ACCOUNT = '0b1c2d3e-4f50-6172-8394-a5b6c7d8e9f0'
const HOST = 'accounts.azuredatabricks.net'

export const matchRequest = (id: number): HttpRequest => ({
  call: 'users.match',
  url: `https://${HOST}/api/2.0/identity/accounts/${ACCOUNT}/users/${id}/matchWithIdp`,
})

export const listRequest: HttpRequest = {
  call: 'users.list',
  url: `https://${HOST}/api/2.1/accounts/${ACCOUNT}/scim/v2/Users`,
}

export const idOf = ({ url }: HttpRequest): number => Number(/\d+(?=\/matchWithIdp)/.exec(url)?.[0])

export const ok = (): HttpAnswer => jsonAnswer({})
export const refused = (status: number, headers: HttpAnswer['headers'] = {}): HttpAnswer =>
  jsonAnswer({}, status, headers)
export const broken = (reason: Reason = 'network'): AuditError => new AuditError(reason, 'x', { code: 'ECONNRESET' })

/** What a make-believe host says at a moment, in ms of the clock. */
export type Says = (request: HttpRequest, now: number) => HttpAnswer | AuditError

export interface World {
  readonly clock: FakeClock
  readonly ask: Ask
  readonly sent: { readonly at: number; readonly id: number }[]
  /** How many were in flight at most. */
  most(): number
  readonly readout: ReturnType<typeof databricksHttp>['readout']
}

const anyToken: Tokens = { current: async () => 't', accept() {}, reject() {}, isFresh: () => false }

/** The whole stack over a make-believe host, in virtual time. */
export function world(
  says: Says,
  { latencyMs = 250, maxConcurrency = 64, tokens = anyToken, clock = fakeClock(), seed = 1 } = {},
): World {
  const sent: { at: number; id: number }[] = []
  let [inFlight, most] = [0, 0]
  const random = fakeRandom(seed)
  const transport: Send = async (request, signal) => {
    sent.push({ at: clock.now(), id: idOf(request) })
    most = Math.max(most, ++inFlight)
    try {
      await pause(clock, latencyMs * (0.5 + random()), signal)
    } finally {
      inFlight--
    }
    const said = says(request, clock.now())
    if (said instanceof AuditError) throw said
    return said
  }
  const { ask, readout } = databricksHttp({
    transport,
    places: { account: HOST, login: undefined, accountId: ACCOUNT },
    counts: {},
    tokens,
    clock,
    random,
    maxConcurrency,
    requestsPerSecond: 0,
    savedPaces: {},
  })
  return { clock, ask, sent, most: () => most, readout }
}

export type Outcome = 'ok' | Reason

/** Asks about the identities 0, 1, … with so many workers; what became of each. */
export async function matchAll({ ask }: World, count: number, workers: number): Promise<Outcome[]> {
  const outcomes: Outcome[] = []
  let next = 0
  const work = async () => {
    while (next < count) {
      const id = next++
      outcomes[id] = await ask(matchRequest(id), () => 'ok' as const, never).catch((error: unknown) => {
        if (error instanceof AuditError) return error.reason
        throw error
      })
    }
  }
  await Promise.all(Array.from({ length: workers }, work))
  return outcomes
}

export const tallyOf = (outcomes: readonly Outcome[]): Partial<Record<Outcome, number>> => {
  const tally: Partial<Record<Outcome, number>> = {}
  for (const outcome of outcomes) tally[outcome] = (tally[outcome] ?? 0) + 1
  return tally
}
