import { once } from 'node:events'
import { createServer as createHttpServer } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { generate } from 'selfsigned'
import { Agent, type Dispatcher } from 'undici'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { agentOf } from '../../src/http/agent.ts'
import { systemClock } from '../../src/http/clock.ts'
import { LIMITS, transport } from '../../src/http/transport.ts'
import { failureOf, never, thrownBy } from './expecting.ts'
import { closedPort, json, type Loopback, loopback } from './loopback.ts'

const limits = { ...LIMITS, headers: 500, total: 3_000 }
const asked = (dispatcher: Dispatcher, url: string) =>
  transport({ dispatcher, clock: systemClock, userAgent: 'x', limits })({ call: 'users.match', url }, never).finally(
    () => dispatcher.destroy(),
  )

/** A TLS server whose certificate is for this name and these days. */
async function tlsServer(name: string, days: { from: number; to: number } = { from: -1, to: 1 }) {
  const date = (offset: number) => new Date(Date.now() + offset * 86_400_000)
  const pems = await generate([{ name: 'commonName', value: name }], {
    keySize: 2048,
    notBeforeDate: date(days.from),
    notAfterDate: date(days.to),
    extensions: [
      { name: 'basicConstraints', cA: true },
      { name: 'subjectAltName', altNames: [{ type: 2, value: name }] },
    ],
  })
  const server = createTlsServer({ key: pems.private, cert: pems.cert }, (_request, response) => {
    response.setHeader('content-type', 'application/json').end('{}')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return { port, url: `https://localhost:${port}/`, cert: pems.cert, close: () => server.close() }
}

describe('agentOf() and transport(), by TLS', () => {
  let good: Awaited<ReturnType<typeof tlsServer>>
  let expired: typeof good
  let foreign: typeof good
  beforeAll(async () => {
    good = await tlsServer('localhost')
    expired = await tlsServer('localhost', { from: -30, to: -1 })
    foreign = await tlsServer('elsewhere.example')
  })
  afterAll(() => {
    for (const server of [good, expired, foreign]) server.close()
  })

  test('a certificate that is trusted lets the request through', async () => {
    const dispatcher = new Agent({ allowH2: false, connect: { ca: good.cert } })
    expect((await asked(dispatcher, good.url)).status).toBe(200)
  })

  test('case 39: a certificate nobody vouches for, as from a proxy that inspects TLS (case 73)', async () => {
    const failure = await failureOf(asked(agentOf({}), good.url))
    expect(failure).toMatchObject({ reason: 'certificate', code: 'DEPTH_ZERO_SELF_SIGNED_CERT' })
    expect(failure.message).toContain('NODE_EXTRA_CA_CERTS')
  })

  test('case 39: an expired certificate', async () =>
    expect(await failureOf(asked(new Agent({ connect: { ca: expired.cert } }), expired.url))).toMatchObject({
      reason: 'certificate',
      code: 'CERT_HAS_EXPIRED',
    }))

  test('case 39: the certificate of another host', async () =>
    expect(await failureOf(asked(new Agent({ connect: { ca: foreign.cert } }), foreign.url))).toMatchObject({
      reason: 'certificate',
      code: 'ERR_TLS_CERT_ALTNAME_INVALID',
    }))

  test('case 39: a host that does not speak TLS', async () => {
    const plain = createHttpServer().listen(0, '127.0.0.1')
    await once(plain, 'listening')
    const { port } = plain.address() as AddressInfo
    expect((await failureOf(asked(agentOf({}), `https://127.0.0.1:${port}/`))).reason).toMatch('certificate')
    plain.close()
  })

  describe('through a proxy', () => {
    const throughProxy = async (
      answer: (socket: Socket) => void,
      look: (url: string, proxy: Loopback) => Promise<void>,
    ) => {
      await using proxy = await loopback(answer)
      await look(`http://me:secret@127.0.0.1:${proxy.port}`, proxy)
    }

    /** To the good server, whatever is asked for. */
    const tunnel = (socket: Socket) => {
      const target = connect(good.port, '127.0.0.1', () => socket.write('HTTP/1.1 200 OK\r\n\r\n'))
      socket.removeAllListeners('data').pipe(target).pipe(socket)
      target.on('error', () => {})
    }

    test('a tunnel that is there is used again', () =>
      throughProxy(tunnel, async (proxyUrl, { heads }) => {
        const trusted = getCACertificates('default')
        setDefaultCACertificates([...trusted, good.cert])
        const dispatcher = agentOf({ HTTPS_PROXY: proxyUrl }, { connections: 1 })
        try {
          const send = transport({ dispatcher, clock: systemClock, userAgent: 'x', limits })
          for (let n = 0; n < 4; n++)
            expect((await send({ call: 'users.match', url: good.url }, never)).status).toBe(200)
        } finally {
          setDefaultCACertificates(trusted)
          await dispatcher.destroy()
        }
        expect(heads).toHaveLength(1)
      }))

    test('HTTPS_PROXY is asked for a tunnel to the host, unless NO_PROXY names it', () =>
      throughProxy(tunnel, async (proxyUrl, { heads }) => {
        // The tunnel leads there, and what is wrong is only that nobody vouches for the certificate.
        expect((await failureOf(asked(agentOf({ HTTPS_PROXY: proxyUrl }), good.url))).reason).toBe('certificate')
        expect(heads[0]).toMatch(`CONNECT localhost:${good.port}`)
        expect(heads[0]).toMatch(/proxy-authorization: Basic/i)
        const env = { https_proxy: proxyUrl, no_proxy: 'localhost' }
        expect((await failureOf(asked(agentOf(env), good.url))).reason).toBe('certificate')
        expect(heads).toHaveLength(1)
      }))

    for (const [status, reason] of [
      [407, 'proxy'],
      [403, 'proxy'],
      [503, 'unavailable'],
    ] as const)
      test(`case 73: a proxy that answers ${status}`, () =>
        throughProxy(
          (socket) => socket.write(`HTTP/1.1 ${status} No\r\ncontent-length: 0\r\n\r\n`),
          async (proxyUrl) => {
            const failure = await failureOf(asked(agentOf({ HTTPS_PROXY: proxyUrl }), good.url))
            expect(failure).toMatchObject({ reason, code: String(status) })
            expect(failure.message).not.toContain('secret')
          },
        ))

    test('case 73: a proxy that hangs up is a fault of the line', () =>
      throughProxy(
        (socket) => socket.end(),
        async (proxyUrl) => {
          expect((await failureOf(asked(agentOf({ HTTPS_PROXY: proxyUrl }), good.url))).reason).toBe('network')
        },
      ))

    test('case 42: a proxy that never answers holds nobody up for longer than the limit', () =>
      throughProxy(
        () => {},
        async (proxyUrl) => {
          expect((await failureOf(asked(agentOf({ HTTPS_PROXY: proxyUrl }), good.url))).reason).toBe('timeout')
        },
      ))

    test('case 41: nobody listens at the proxy', async () => {
      const proxyUrl = `http://127.0.0.1:${await closedPort()}`
      expect((await failureOf(asked(agentOf({ HTTPS_PROXY: proxyUrl }), good.url))).reason).toBe('network')
    })

    test('case 73: a proxy that is no URL is a fault of the configuration', () => {
      const failure = thrownBy(() => agentOf({ HTTPS_PROXY: 'me:secret@:::' }))
      expect(failure.reason).toBe('configuration')
      expect(failure.message).not.toContain('secret')
    })
  })
})

describe('agentOf(), a host that was asked before', () => {
  const ok = json('{}')
  const senderOf = (env: Readonly<Record<string, string>>) => {
    const dispatcher = agentOf(env, { connections: 2 })
    const send = transport({ dispatcher, clock: systemClock, userAgent: 'x', limits })
    return {
      send: (url: string) => send({ call: 'users.match', url }, never),
      [Symbol.asyncDispose]: () => dispatcher.destroy(),
    }
  }

  test('is asked over connections that are there, never more than allowed, and another over its own', async () => {
    await using one = await loopback((socket) => socket.write(ok))
    await using other = await loopback((socket) => socket.write(ok))
    await using sender = senderOf({})
    for (let round = 0; round < 3; round++)
      await Promise.all(Array.from({ length: 6 }, (_, n) => sender.send((n % 2 === 0 ? one : other).url)))
    expect([one.heads.length, other.heads.length]).toStrictEqual([9, 9])
    expect([one.connections(), other.connections()]).toStrictEqual([2, 2])
  })

  test('is reached again after all its connections are gone', async () => {
    await using server = await loopback((socket) => socket.end(json('{}', { connection: 'close' })))
    await using sender = senderOf({})
    for (let n = 1; n <= 4; n++) {
      expect((await sender.send(server.url)).status).toBe(200)
      while (server.open() > 0) await new Promise((resolve) => setImmediate(resolve))
      await new Promise((resolve) => setTimeout(resolve, 20))
      expect(server.connections()).toBe(n)
    }
  })

  test('is asked by way of the proxy each time, as plain HTTP is, and so is another', async () => {
    await using proxy = await loopback((socket) => socket.write(ok))
    await using sender = senderOf({ HTTP_PROXY: `http://127.0.0.1:${proxy.port}` })
    for (const host of ['a.example', 'a.example', 'b.example', 'a.example'])
      expect((await sender.send(`http://${host}/x`)).status).toBe(200)
    expect(proxy.heads.map((head) => head.split('\r\n')[0])).toStrictEqual([
      'POST http://a.example/x HTTP/1.1',
      'POST http://a.example/x HTTP/1.1',
      'POST http://b.example/x HTTP/1.1',
      'POST http://a.example/x HTTP/1.1',
    ])
  })

  test('is not asked any more once the agent is closed', async () => {
    await using server = await loopback((socket) => socket.write(ok))
    const dispatcher = agentOf({}, { connections: 2 })
    const send = transport({ dispatcher, clock: systemClock, userAgent: 'x', limits })
    await send({ call: 'users.match', url: server.url }, never)
    await dispatcher.close()
    expect((await failureOf(send({ call: 'users.match', url: server.url }, never))).reason).toBe('internal')
    expect(server.heads).toHaveLength(1)
  })
})
