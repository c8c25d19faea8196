import nock from 'nock'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ID_ONLY } from '../../src/entra/decode.ts'
import { pages } from '../../src/entra/pages.ts'
import { systemClock } from '../../src/http/clock.ts'
import { graphHttp } from '../../src/http/graph-stack.ts'
import { ACCOUNT, failureOf, HOST, never, offline, online, rawSend, strayRequests } from './wire.ts'

const GRAPH = 'graph.microsoft.com'

beforeEach(offline)
afterEach(online)

/** Every layer of the real client, with a token in hand and no patience between retries. */
const graph = () => ({
  host: GRAPH,
  ask: graphHttp({
    transport: rawSend,
    places: { account: HOST, login: undefined, graph: GRAPH, accountId: ACCOUNT },
    counts: {},
    tokens: { current: async () => 'graph-token', accept() {}, reject() {}, isFresh: () => false },
    clock: { ...systemClock, now: hurried(), sleep: (ms, signal) => systemClock.sleep(ms > 30_000 ? ms : 0, signal) },
    random: () => 0,
    maxConcurrency: 8,
  }).ask,
})
function hurried() {
  let now = 0
  return () => {
    now += 1000
    return now
  }
}

const [A, B, C] = ['a', 'b', 'c'].map((digit) => `${digit.repeat(8)}-1111-4222-8333-444444444444`) as [
  string,
  string,
  string,
]
const SELECT = '?$select=id&$top=999'
const api = () =>
  nock(`https://${GRAPH}`, {
    reqheaders: { authorization: 'Bearer graph-token', 'x-ms-throttle-priority': 'low' },
  })
const page = (ids: readonly string[], next?: string) => ({
  '@odata.context': `https://${GRAPH}/v1.0/$metadata#directoryObjects`,
  value: ids.map((id) => ({ '@odata.type': '#microsoft.graph.user', id })),
  ...(next === undefined ? {} : { '@odata.nextLink': next }),
})
const refused = (status: number, code: string) => [status, { error: { code, message: 'x', innerError: {} } }] as const

async function read(): Promise<string[]> {
  const collection = { call: 'graph.members', query: { $select: 'id', $top: '999' }, item: ID_ONLY, object: A } as const
  const ids: string[] = []
  for await (const items of pages(graph(), collection, never)) ids.push(...items)
  return ids
}
const MEMBERS = `/v1.0/groups/${A}/members`

describe('pages (graph.members)', () => {
  test('follows the links verbatim; an empty page is not the last one', async () => {
    // Neither decoded nor written anew: the order, the case and the escapes are the server's.
    const link = `/v1.0/groups('${A}')/members?$skiptoken=RFNwdA%3d%3d&%24top=999`
    api()
      .get(`${MEMBERS}${SELECT}`)
      .reply(200, page([A], `https://${GRAPH}${link}`))
    api()
      .get(link)
      .reply(200, page([], `https://${GRAPH}${MEMBERS}?$skiptoken=last`))
    api()
      .get(`${MEMBERS}?$skiptoken=last`)
      .reply(200, page([B]))
    expect(await read()).toEqual([A, B])
  })

  test.each([
    ['another host', `https://evil.example/v1.0/groups/${A}/members?$skiptoken=x`],
    ['a look-alike', `https://${GRAPH}.evil.example/v1.0/users?$skiptoken=x`],
    ['another port', `https://${GRAPH}:8443/v1.0/users?$skiptoken=x`],
    ['plain http', `http://${GRAPH}/v1.0/users?$skiptoken=x`],
    ['another version', `https://${GRAPH}/beta/users?$skiptoken=x`],
    ['a way up', `https://${GRAPH}/v1.0/%2e%2e/beta/users?$skiptoken=x`],
    ['another user', `https://someone@${GRAPH}/v1.0/users?$skiptoken=x`],
    ['no address', 'next'],
    ['itself', `https://${GRAPH}${MEMBERS}${SELECT}`],
  ])('a link to %s is refused, and nothing is sent there (case 72)', async (_, link) => {
    api()
      .get(`${MEMBERS}${SELECT}`)
      .reply(200, page([A], link))
    const failure = await failureOf(read())
    expect(failure.reason).toBe('unexpected-answer')
    expect(failure.message).not.toContain('evil')
    expect(strayRequests()).toEqual([])
  })

  test.each(['Directory_ExpiredPageToken', 'DirectoryPageTokenNotFoundException'])(
    'after %s the collection is read anew, three times at most (case 72)',
    async (code) => {
      const link = `${MEMBERS}?$skiptoken=old`
      const expired = (times: number) => {
        for (let time = 0; time < times; time++) {
          api()
            .get(`${MEMBERS}${SELECT}`)
            .reply(200, page([A], `https://${GRAPH}${link}`))
          api()
            .get(link)
            .reply(...refused(400, code))
        }
      }
      expired(3)
      api()
        .get(`${MEMBERS}${SELECT}`)
        .reply(200, page([B], `https://${GRAPH}${link}2`))
      api()
        .get(`${link}2`)
        .reply(200, page([C]))
      expect(new Set(await read())).toEqual(new Set([A, B, C]))

      expired(4)
      expect(await failureOf(read())).toMatchObject({ reason: 'bad-request', code })
    },
  )

  test.each([
    [400, 'Request_BadRequest', 'bad-request'],
    [403, 'Authorization_RequestDenied', 'forbidden'],
    [404, 'Request_ResourceNotFound', 'not-found'],
  ] as const)('%i %s is asked once and is %s', async (status, code, reason) => {
    api()
      .get(`${MEMBERS}${SELECT}`)
      .reply(...refused(status, code))
    const failure = await failureOf(read())
    expect(failure).toMatchObject({ reason, code: String(status) })
    expect(failure.message).toContain(code)
  })

  test('trouble that passes is waited out', async () => {
    api()
      .get(`${MEMBERS}${SELECT}`)
      .reply(...refused(429, 'TooManyRequests'), { 'retry-after': '1' })
    api()
      .get(`${MEMBERS}${SELECT}`)
      .reply(...refused(429, 'activityLimitReached'))
    api().get(`${MEMBERS}${SELECT}`).reply(503, '<html>')
    api().get(`${MEMBERS}${SELECT}`).reply(504, '')
    api()
      .get(`${MEMBERS}${SELECT}`)
      .reply(200, page([A]))
    expect(await read()).toEqual([A])
  })

  test.each([
    ['{}', 'value'],
    ['{"value":[{"id":"../1"}]}', 'id'],
    ['{"value":[{}]}', 'id'],
  ])('%s is no page', async (body) => {
    api().get(`${MEMBERS}${SELECT}`).twice().reply(200, body, { 'content-type': 'application/json' })
    expect((await failureOf(read())).reason).toBe('unexpected-answer')
  })
})
