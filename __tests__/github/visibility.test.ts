import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import nock from 'nock'
import { describe, expect, test } from 'vitest'
import type { Visibility } from '../../src/github/context.ts'
import { countsAsPublic, visibilityOf } from '../../src/github/visibility.ts'
import { API, offline } from './github-api.ts'

const unknown = { visibility: 'unknown', repository: 'octo-org/audit', apiUrl: API } as const
const ask = (context: Parameters<typeof visibilityOf>[0] = unknown, token = 'ghs_token') =>
  visibilityOf(context, token, new AbortController().signal)

offline()

describe('visibilityOf', () => {
  test.each(['public', 'private'] satisfies Visibility[])(
    'an event that says %s is believed without a call',
    async (visibility) => {
      const api = nock(API).get('/repos/octo-org/audit').reply(200, { visibility: 'public', private: false })
      expect(await ask({ ...unknown, visibility })).toBe(visibility)
      expect(api.isDone()).toBe(false)
    },
  )

  test.each([
    [{ visibility: 'public', private: false }, 'public'],
    [{ visibility: 'private', private: true }, 'private'],
    [{ visibility: 'internal', private: true }, 'private'],
    [{ private: true }, 'private'],
    [{}, 'unknown'],
    [[], 'unknown'],
  ])('the REST API says %j', async (body, visibility) => {
    const api = nock(API, { reqheaders: { authorization: 'token ghs_token' } })
      .get('/repos/octo-org/audit')
      .reply(200, body)
    expect(await ask()).toBe(visibility)
    expect(api.isDone()).toBe(true)
  })

  test('the API of the server is asked', async () => {
    nock('https://ghes.example/api/v3').get('/repos/octo-org/audit').reply(200, { visibility: 'internal' })
    expect(await ask({ ...unknown, apiUrl: 'https://ghes.example/api/v3' })).toBe('private')
  })

  test.each([401, 403, 404, 429, 500, 503])('%d tells nothing', async (status) => {
    nock(API).get('/repos/octo-org/audit').reply(status, { message: 'no', private: true })
    expect(await ask()).toBe('unknown')
  })

  test('what is not JSON tells nothing', async () => {
    nock(API).get('/repos/octo-org/audit').reply(200, '<html>', { 'content-type': 'text/html' })
    expect(await ask()).toBe('unknown')
  })

  test('a redirect is not followed', async () => {
    nock(API).get('/repos/octo-org/audit').reply(301, '', { location: 'https://elsewhere.example/' })
    const elsewhere = nock('https://elsewhere.example').get('/').reply(200, { private: true })
    expect(await ask()).toBe('unknown')
    expect(elsewhere.isDone()).toBe(false)
  })

  test('no network tells nothing', async () => {
    nock(API)
      .get('/repos/octo-org/audit')
      .replyWithError(Object.assign(new Error('reset'), { code: 'ECONNRESET' }))
    expect(await ask()).toBe('unknown')
  })

  test('without a token or a repository nothing is asked', async () => {
    expect(await ask(unknown, '')).toBe('unknown')
    expect(await ask({ ...unknown, repository: '' })).toBe('unknown')
    expect(await ask({ ...unknown, repository: 'audit' })).toBe('unknown')
  })

  test.each(['before the headers', 'within the body'])('a server that hangs %s is given up', async (when) => {
    nock.enableNetConnect('127.0.0.1')
    const server = createServer((_, response) => {
      if (when === 'within the body')
        response.writeHead(200, { 'content-type': 'application/json' }).write('{"private":')
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    try {
      const { port } = server.address() as AddressInfo
      const context = { ...unknown, apiUrl: `http://127.0.0.1:${port}` }
      expect(await visibilityOf(context, 'ghs_token', new AbortController().signal, 200)).toBe('unknown')
    } finally {
      server.closeAllConnections()
      server.close()
      nock.disableNetConnect()
    }
  })

  test('a cancelled run is not kept waiting', async () =>
    expect(await visibilityOf(unknown, 'ghs_token', AbortSignal.abort())).toBe('unknown'))
})

test('countsAsPublic: not known is not private', () =>
  expect((['public', 'private', 'unknown'] as const).map(countsAsPublic)).toEqual([true, false, true]))
