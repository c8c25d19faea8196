import nock from 'nock'
import { describe, expect, test } from 'vitest'
import { request } from '../../src/github/api.ts'
import { API, offline } from './github-api.ts'

offline()

const ask = (signal = new AbortController().signal, pauseMs = 0) =>
  request({ owner: 'o', repo: 'r', apiUrl: API, token: 'ghs_secret', signal, pauseMs }, 'GET /repos/{owner}/{repo}')
const once = () => nock(API).get('/repos/o/r')
const broken = (code: string, message = code) => Object.assign(new Error(message), { code })

describe('request', () => {
  test('a status is an answer, whatever it says', async () => {
    once().reply(403, { message: 'no' })
    expect(await ask()).toMatchObject({ status: 403 })
  })

  test.each(['ECONNRESET', 'ETIMEDOUT'])('after %s it is asked again', async (code) => {
    once().replyWithError(broken(code))
    once().reply(200, { fine: true })
    expect(await ask()).toEqual({ status: 200, data: { fine: true } })
  })

  test.each([
    ['certificate', broken('SELF_SIGNED_CERT_IN_CHAIN'), /NODE_EXTRA_CA_CERTS/],
    ['proxy', broken('UND_ERR_ABORTED', 'Proxy response (407) !== 200 when HTTP Tunneling'), /HTTPS_PROXY/],
  ])('a fault of the %s is told at once: another try would change nothing', async (reason, error, message) => {
    once().replyWithError(error)
    once().reply(200, {})
    await expect(ask()).rejects.toMatchObject({ reason, message: expect.stringMatching(message) })
  })

  test('a cancel ends the pause before the next try', async () => {
    const cancel = new AbortController()
    once().reply(502)
    setTimeout(() => cancel.abort(), 50)
    await expect(ask(cancel.signal, 600_000)).rejects.toMatchObject({ reason: 'cancelled' })
  })
})
