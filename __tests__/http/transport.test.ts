import type { Socket } from 'node:net'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { Agent } from 'undici'
import { describe, expect, test } from 'vitest'
import { agentOf } from '../../src/http/agent.ts'
import { systemClock } from '../../src/http/clock.ts'
import type { HttpAnswer } from '../../src/http/send.ts'
import { urlSplitter } from '../../src/http/target.ts'
import { LIMITS, transport } from '../../src/http/transport.ts'
import { failureOf, never } from './expecting.ts'
import { closedPort, http, json, type Loopback, loopback, reset } from './loopback.ts'

// undici's timers tick once in half a second or so.
const quick = { ...LIMITS, headers: 200, bodyIdle: 200, total: 2_500, maxBodyBytes: 1000 }

/** One request to a server that answers so, and what came of it; on one connection at a time. */
async function exchanged(
  answer: (socket: Socket, count: number) => void,
  look: (outcome: Promise<HttpAnswer>, server: Loopback, again: () => Promise<HttpAnswer>) => Promise<void>,
  { limits = quick, signal = never } = {},
): Promise<void> {
  await using server = await loopback(answer)
  const dispatcher = agentOf({}, { connections: 1 })
  try {
    const send = transport({ dispatcher, clock: systemClock, userAgent: 'somebody/1', limits })
    const request = { call: 'users.match', url: server.url, headers: { authorization: 'Bearer t' } } as const
    await look(send(request, signal), server, () => send(request, never))
  } finally {
    await dispatcher.destroy()
  }
}

test('urlSplitter() gives what a URL parser makes of it, however plain the address is, and whatever came before', () => {
  const split = urlSplitter()
  const plain = fc
    .tuple(
      fc.constantFrom('a.example', 'a.example.org', 'b.example', 'a.example:8443'),
      fc.array(fc.stringMatching(/^[\w.-]{1,12}$/), { maxLength: 5 }),
    )
    .map(([host, segments]) => `https://${host}/${segments.join('/')}`)
  const odd = fc.constantFrom(
    'https://a.example/../x',
    'https://A.Example/x',
    'https://127.1/x',
    'https://a.1/x',
    'https://a.example',
  )
  fc.assert(
    fc.property(fc.oneof(plain, odd, fc.webUrl({ withQueryParameters: true, withFragments: true })), (url) => {
      fc.pre(URL.canParse(url))
      const { origin, host, pathname, search } = new URL(url)
      expect(split(url)).toStrictEqual({ origin, host, path: `${pathname}${search}` })
    }),
  )
})

const says = (text: string | Buffer) => (socket: Socket) => socket.write(text)

describe('transport(), what comes through', () => {
  test('an answer of any status, with its headers and its text', async () => {
    const text = http('404 Not Found', { 'content-type': 'text/plain', 'retry-after': 3, 'content-length': 4 }, 'gone')
    await exchanged(says(text), async (outcome) => {
      expect(await outcome).toMatchObject({ status: 404, headers: { 'retry-after': '3' }, text: 'gone' })
    })
    await exchanged(says(json('{"a":"ä"}')), async (outcome, { heads }) => {
      expect(await outcome).toMatchObject({ status: 200, text: '{"a":"ä"}' })
      expect(heads[0]).toMatch(/^POST \/x HTTP\/1.1\r\n/)
      expect(heads[0]).toContain('accept-encoding: identity')
      expect(heads[0]).toContain('user-agent: somebody/1')
      expect(heads[0]?.match(/^host: 127\.0\.0\.1:\d+$/gim)).toHaveLength(1)
    })
  })

  test('case 18: a byte order mark is taken off', () =>
    exchanged(says(json('\uFEFF{}')), async (outcome) => expect((await outcome).text).toBe('{}')))

  test('a refusal is told by its status, even when its body cannot be read', async () => {
    const body = Buffer.concat([
      Buffer.from(http('503 Unavailable', { 'content-length': 2, 'content-encoding': 'gzip' })),
      Buffer.from([0xff, 0xfe]),
    ])
    await exchanged(says(body), async (outcome) => expect((await outcome).status).toBe(503))
  })

  test('a connection is used again', async () => {
    await using server = await loopback(says(json('{}')))
    const dispatcher = agentOf({}, { connections: 1 })
    const send = transport({ dispatcher, clock: systemClock, userAgent: 'somebody/1', limits: quick })
    for (let n = 0; n < 5; n++) await send({ call: 'users.match', url: server.url }, never)
    expect([server.heads.length, server.connections()]).toStrictEqual([5, 1])
    await dispatcher.destroy()
  })
})

describe('transport(), what does not', () => {
  const gzipped = gzipSync('{}')
  const cases: readonly [string, (socket: Socket, count: number) => void, string, string | RegExp][] = [
    [
      'case 18: fewer bytes than promised',
      (socket) => socket.end(json('{"a":', { 'content-length': 9 })),
      'network',
      /^UND_ERR_/,
    ],
    [
      'case 18: a compressed body',
      says(
        Buffer.concat([
          Buffer.from(json('', { 'content-length': gzipped.length, 'content-encoding': 'gzip' })),
          gzipped,
        ]),
      ),
      'not-json',
      '200',
    ],
    [
      'case 18: another charset',
      says(json('{}', { 'content-type': 'application/json; charset=utf-16' })),
      'not-json',
      '200',
    ],
    [
      'case 18: bytes that are no UTF-8',
      says(Buffer.concat([Buffer.from(json('', { 'content-length': 2 })), Buffer.from([0xc3, 0x28])])),
      'not-json',
      '200',
    ],
    ['case 18: a broken chunk', says(http('200 OK', { 'transfer-encoding': 'chunked' }, 'zz\r\n')), 'network', /^HPE_/],
    ['case 41: a connection reset before the headers', reset, 'network', /./],
    ['case 41: a connection closed before the headers', (socket) => socket.end(), 'network', /./],
    [
      'case 41: a connection reset after half a body',
      (socket) => socket.write(json('{"a":', { 'content-length': 99 }), () => setTimeout(reset, 20, socket)),
      'network',
      /./,
    ],
    ['case 41: garbage instead of HTTP', says('SSH-2.0-OpenSSH\r\n\r\n'), 'network', /^HPE_/],
    ['case 42: no headers', () => {}, 'timeout', 'UND_ERR_HEADERS_TIMEOUT'],
    [
      'case 42: half a body, then silence',
      says(json('{"a":', { 'content-length': 99 })),
      'timeout',
      'UND_ERR_BODY_TIMEOUT',
    ],
    [
      'case 42: a byte now and then, without end',
      (socket) => {
        socket.write(http('200 OK', { 'transfer-encoding': 'chunked' }))
        drip(socket, '1\r\n \r\n', 50)
      },
      'timeout',
      'TOTAL',
    ],
    ['case 43: a length over the limit', says(json('', { 'content-length': 1001 })), 'too-large', ''],
    [
      'case 43: a body over the limit',
      (socket) => {
        socket.write(http('200 OK', { 'transfer-encoding': 'chunked' }))
        drip(socket, `3e8\r\n${'x'.repeat(1000)}\r\n`, 1)
      },
      'too-large',
      '',
    ],
  ]
  for (const [name, answer, reason, code] of cases)
    test(`${name} is ${reason}, and the next request is not held up`, () => {
      const once = (socket: Socket, count: number) => (count === 1 ? answer(socket, count) : socket.write(json('{}')))
      return exchanged(once, async (outcome, _server, again) => {
        const failure = await failureOf(outcome)
        expect(failure.reason).toBe(reason)
        expect(failure.code).toMatch(code)
        expect(failure.message).toMatch(/^Cannot match a user with the IdP: /)
        expect((await again()).text).toBe('{}')
      })
    })

  for (const status of [301, 302, 303, 304, 307, 308])
    test(`case 38: ${status} is not followed, and only the host is told`, () =>
      exchanged(
        says(http(`${status} Moved`, { location: 'https://evil.example/?secret=1', 'content-length': 0 })),
        async (outcome, { heads }) => {
          const failure = await failureOf(outcome)
          expect(failure).toMatchObject({ reason: 'redirect', code: String(status) })
          expect(failure.message).toContain('redirected to evil.example,')
          expect(heads.filter((head) => head.includes('authorization'))).toHaveLength(1)
        },
      ))

  test('case 18: more bytes than promised spoil neither this answer nor the next', () =>
    exchanged(says(json('{"a":1}  ', { 'content-length': 7 })), async (outcome) =>
      expect((await outcome).text).toBe('{"a":1}'),
    ))

  test('case 41: nobody listens', async () => {
    const send = transport({ dispatcher: new Agent(), clock: systemClock, userAgent: 'somebody/1', limits: quick })
    const url = `http://127.0.0.1:${await closedPort()}/`
    expect(await failureOf(send({ call: 'users.match', url }, never))).toMatchObject({
      reason: 'network',
      code: 'ECONNREFUSED',
    })
  })

  test('is cancelled before it sends, while it waits, and in the middle of a body', async () => {
    await exchanged(
      () => {},
      async (outcome, { heads }) => {
        expect((await failureOf(outcome)).reason).toBe('cancelled')
        expect(heads).toHaveLength(0)
      },
      { signal: AbortSignal.abort() },
    )
    for (const answer of [() => {}, says(json('{"a":', { 'content-length': 99 }))])
      await exchanged(
        answer,
        async (outcome, server) => {
          expect((await failureOf(outcome)).reason).toBe('cancelled')
          await expect.poll(server.open).toBe(0)
        },
        { signal: AbortSignal.timeout(80) },
      )
  })
})

function drip(socket: Socket, piece: string, everyMs: number): void {
  const timer = setInterval(() => socket.write(piece), everyMs)
  socket.on('close', () => clearInterval(timer))
}
