import { expect, test } from 'vitest'
import { clientsOf } from '../../src/action/wiring.ts'
import type { SavedPaces } from '../../src/domain/checkpoint.ts'
import { WorkFolder } from '../../src/files/work-folder.ts'
import { graphHttp } from '../../src/http/graph-stack.ts'
import type { HttpAnswer } from '../../src/http/send.ts'
import { configWith } from '../config/given.ts'
import { temporaryFolder } from '../files/temporary.ts'
import { jsonAnswer, never } from '../http/expecting.ts'
import { fakeClock, fakeRandom } from '../http/fake-clock.ts'
import { unitBucket } from '../simulation/graph-servers.ts'
import { steady } from '../simulation/models.ts'
import { checkpointOfRun, hastyClock } from './make-believe-audit.ts'

const PER_SECOND = 200
const HOST = 'graph.microsoft.com'
const LATENCY_MS = 50

/** Asks a tenant of `PER_SECOND` units, of a bucket that keeps one second's worth, for so long; units had in each second. */
async function asked(seconds: number, saved: SavedPaces) {
  const clock = fakeClock()
  const server = unitBucket(steady(PER_SECOND), { burstS: 1 })(fakeRandom(1))
  const had = new Array<number>(seconds + 1).fill(0)
  const http = graphHttp({
    transport: async (): Promise<HttpAnswer> => {
      await clock.sleep(LATENCY_MS)
      const { accepted } = server.receive(clock.now(), 1)
      if (!accepted) return jsonAnswer({ error: { code: 'TooManyRequests' } }, 429)
      had[Math.floor(clock.now() / 1000)] = (had[Math.floor(clock.now() / 1000)] ?? 0) + 1
      return jsonAnswer({})
    },
    places: { account: 'account.invalid', login: undefined, graph: HOST, accountId: 'x' },
    ...{ counts: {}, clock, random: fakeRandom(2), maxConcurrency: 64, savedPace: saved.graph },
    tokens: { current: async () => 't', accept() {}, reject() {}, isFresh: () => false },
  })
  let next = 0
  const caller = async () => {
    while (clock.now() < seconds * 1000) {
      const url = `https://${HOST}/v1.0/users?$skiptoken=${next++}`
      await http.ask({ call: 'graph.users', url }, () => undefined, never)
    }
  }
  await Promise.all(Array.from({ length: 64 }, caller))
  return { had, pace: http.pace(), throttled: http.readout().throttled }
}

test('a continued audit begins at 0.8 of the pace that Graph turned out to allow, without the burst that it refused', async () => {
  await using root = await temporaryFolder()
  const clock = hastyClock()
  const first = await asked(60, {})
  expect(first.throttled).toBeGreaterThan(0)
  const work = await WorkFolder.create(root.path, checkpointOfRun('1', clock), clock)
  work.results.watch(() => ({ graph: first.pace }))
  await work.results.directoryRead([])
  await work.results.close()

  const reopened = await WorkFolder.reopen(work.path, clock)
  const second = await asked(4, reopened?.results.checkpoint.paces ?? {})
  await reopened?.results.close()
  expect(second.throttled).toBe(0)
  expect(second.had[0]).toBeLessThan(0.9 * PER_SECOND)
  expect(second.had[1]).toBeGreaterThan(0.7 * PER_SECOND)
})

test.each([
  ['graph', 400],
  ['databricks', undefined],
])('clientsOf, match source %s: begins at %j units a second where 500 were saved', async (source, perSecond) => {
  const graph = { mode: 'paced', perSecond: 500, window: 64, burstSeconds: 0.05 } as const
  const clients = clientsOf(configWith({ 'match-source': source }), {}, never, { graph })
  expect(clients.paces().graph?.perSecond).toBe(perSecond)
  await clients.close()
})
