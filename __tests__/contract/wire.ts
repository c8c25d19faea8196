import nock from 'nock'
import { agentOf } from '../../src/http/agent.ts'
import type { Ask } from '../../src/http/ask.ts'
import type { CallName } from '../../src/http/calls.ts'
import { systemClock } from '../../src/http/clock.ts'
import type { Send } from '../../src/http/send.ts'
import { databricksHttp } from '../../src/http/stack.ts'
import { transport } from '../../src/http/transport.ts'

export { failureOf, never, thrownBy } from '../http/expecting.ts'

let stray: string[] = []
const onStray = (request: Request) => stray.push(request.url)

/** Nothing leaves the process; what tries to is written down. */
export function offline(): void {
  stray = []
  nock.disableNetConnect()
  nock.emitter.on('no match', onStray)
}

/** Checks that everything that was to be asked for was, and gives the network back. */
export function online(): void {
  nock.emitter.off('no match', onStray)
  const pending = nock.pendingMocks()
  nock.cleanAll()
  nock.enableNetConnect()
  if (pending.length > 0) throw new Error(`Not asked for: ${pending.join(', ')}`)
}

export const strayRequests = (): readonly string[] => stray

/** An unsigned id token. */
export const idToken = (claims: object): string =>
  [{ alg: 'RS256' }, claims, 'signature']
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.')

export const clock = systemClock

/** The real transport without a layer: answers of any status. */
export const rawSend: Send = transport({
  dispatcher: agentOf({}),
  clock: systemClock,
  userAgent: 'aim-readiness-action/0.0.0',
})

export const ACCOUNT = '0b1c2d3e-4f50-6172-8394-a5b6c7d8e9f0'
export const HOST = 'accounts.azuredatabricks.net'

/** The account's API over every layer of the real client, with a token in hand and no patience between retries. */
export const accountHttp = (): { ask: Ask; counts: Partial<Record<CallName, number>> } => {
  const counts: Partial<Record<CallName, number>> = {}
  const { ask } = databricksHttp({
    transport: rawSend,
    places: { account: HOST, login: undefined, accountId: ACCOUNT },
    counts,
    tokens: { current: async () => 'bearer-token', accept() {}, reject() {}, isFresh: () => false },
    // A pause of the limiter or of a retry is over at once.
    clock: { ...systemClock, now: hurried(), sleep: (ms, signal) => systemClock.sleep(ms > 30_000 ? ms : 0, signal) },
    random: () => 0,
    maxConcurrency: 8,
  })
  return { ask, counts }
}

/** A clock on which a second passes between two looks. */
const hurried = () => {
  let now = 0
  return () => {
    now += 1000
    return now
  }
}
