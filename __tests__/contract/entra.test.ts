import nock from 'nock'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { AzureEnvironment } from '../../src/config.ts'
import { githubOidcAzureSignIn, LOGIN_HOSTS } from '../../src/entra/sign-in.ts'
import { clock, failureOf, idToken, never, offline, online, rawSend, strayRequests } from './wire.ts'

const TENANT = '11112222-3333-4444-5555-666677778888'
const CLIENT = 'aaaabbbb-cccc-dddd-eeee-ffff00001111'
const PATH = `/${TENANT}/oauth2/v2.0/token`
const CLAIMS = { iss: 'https://token.actions.githubusercontent.com', sub: 'repo:o@1/r@2:ref:refs/heads/main', aud: 'a' }

beforeEach(offline)
afterEach(online)

const signIn = (environment: AzureEnvironment = 'public', tenantId = TENANT) => {
  const masked: string[] = []
  const audiences: string[] = []
  let minted = 0
  const exchange = githubOidcAzureSignIn(
    {
      send: rawSend,
      clock,
      mask: (secret) => masked.push(secret),
      idToken: async (audience) => {
        audiences.push(audience)
        return idToken({ ...CLAIMS, jti: String(++minted) })
      },
    },
    { type: 'github-oidc-azure', tenantId, clientId: CLIENT, environment, audience: 'api://AzureADTokenExchange' },
  )
  return { exchange, masked, audiences }
}

const refusal = (number: number, error = 'invalid_client') => ({
  error,
  error_description: `AADSTS${number}: Some words. Trace ID: t Correlation ID: c`,
  error_codes: [number],
})

describe('githubOidcAzureSignIn', () => {
  test.each(Object.entries(LOGIN_HOSTS) as [AzureEnvironment, string][])(
    '%s: one POST to the tenant at %s and nothing else (entra.token)',
    async (environment, host) => {
      const bodies: URLSearchParams[] = []
      nock(`https://${host}`)
        .matchHeader('content-type', /^application\/x-www-form-urlencoded/)
        .post(PATH, (body) => bodies.push(new URLSearchParams(body as Record<string, string>)) > 0)
        .query(true)
        .reply(200, { token_type: 'Bearer', expires_in: 3599, ext_expires_in: 3599, access_token: 'entra-token' })
      const { exchange, masked, audiences } = signIn(environment)

      expect(await exchange(never)).toEqual({ token: 'entra-token', lifetimeMs: 3_599_000 })
      expect(masked).toContain('entra-token')
      expect(audiences).toEqual(['api://AzureADTokenExchange'])
      expect(Object.fromEntries(bodies[0] ?? [])).toMatchObject({
        client_id: CLIENT,
        grant_type: 'client_credentials',
        scope: '2ff814a6-3304-4ab8-85cb-cd0e6f879c1d/.default',
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
        client_assertion: idToken({ ...CLAIMS, jti: '1' }),
      })
      expect(bodies).toHaveLength(1)
      expect(strayRequests()).toEqual([])
    },
  )

  test('MSAL_FORCE_REGION does not change the host', async () => {
    process.env.MSAL_FORCE_REGION = 'westeurope'
    try {
      nock('https://login.microsoftonline.com').post(PATH).query(true).reply(200, { access_token: 't', expires_in: 60 })
      expect((await signIn().exchange(never)).token).toBe('t')
    } finally {
      delete process.env.MSAL_FORCE_REGION
    }
  })

  test('every exchange is new, with a fresh assertion, whatever the last one came to (case 50)', async () => {
    const assertions: string[] = []
    const replies: [number, object, Record<string, string>?][] = [
      [429, refusal(90033, 'temporarily_unavailable'), { 'retry-after': '3600' }],
      [503, {}],
      [200, { token_type: 'Bearer', access_token: 'one', expires_in: 3599 }],
      [200, { token_type: 'Bearer', access_token: 'two', expires_in: 3599 }],
    ]
    for (const [status, body, headers] of replies)
      nock('https://login.microsoftonline.com')
        .post(PATH, (form: { client_assertion: string }) => assertions.push(form.client_assertion) > 0)
        .query(true)
        .reply(status, body, headers)
    const { exchange } = signIn()
    expect(await failureOf(exchange(never))).toMatchObject({
      reason: 'throttled',
      code: '429',
      retryAfterMs: 3_600_000,
    })
    expect((await failureOf(exchange(never))).reason).toBe('unavailable')
    expect((await exchange(never)).token).toBe('one')
    expect((await exchange(never)).token).toBe('two')
    expect(new Set(assertions).size).toBe(4)
  })

  test.each([
    [{ token_type: 'bearer', access_token: 't' }, 600_000],
    [{ access_token: 't', expires_in: 0 }, 600_000],
    [{ token_type: 'BEARER', access_token: 't', expires_in: '3599' }, 3_599_000],
    [{ token_type: 'Bearer', access_token: 't', expires_in: 'soon' }, 600_000],
  ])('the life time of a token (case 53): %j', async (body, lifetimeMs) => {
    nock('https://login.microsoftonline.com').post(PATH).query(true).reply(200, body)
    expect(await signIn().exchange(never)).toEqual({ token: 't', lifetimeMs })
  })

  test.each([
    { token_type: 'pop', access_token: 't' },
    { token_type: 'Bearer', access_token: '' },
    { token_type: 'Bearer' },
    { access_token: 'a\nb' },
  ])('what is no bearer token is refused (case 53): %j', async (body) => {
    nock('https://login.microsoftonline.com').post(PATH).query(true).reply(200, body)
    expect((await failureOf(signIn().exchange(never))).reason).toBe('sign-in')
  })

  test('a page instead of JSON is worth another try', async () => {
    nock('https://login.microsoftonline.com').post(PATH).query(true).reply(200, '<html>Welcome to the hotel</html>')
    expect((await failureOf(signIn().exchange(never))).reason).toBe('not-json')
  })

  test.each([70021, 700213, 7002131, 700211, 700212])(
    'AADSTS%i tells what the GitHub token claims, never the token',
    async (number) => {
      nock('https://login.microsoftonline.com').post(PATH).query(true).reply(401, refusal(number))
      const error = await failureOf(signIn().exchange(never))
      expect(error).toMatchObject({ reason: 'sign-in', code: `AADSTS${number}` })
      for (const claim of Object.values(CLAIMS)) expect(error.message).toContain(`"${claim}"`)
      expect(error.message).not.toContain(idToken({ ...CLAIMS, jti: '1' }).slice(0, 30))
    },
  )

  test.each([
    [700212, 'oidc-audience'],
    [700016, 'azure-client-id'],
    [90002, 'azure-tenant-id'],
    [500011, 'azure-tenant-id'],
    [53003, 'Conditional Access'],
    [123456, 'AADSTS123456'],
  ])('AADSTS%i tells what to change and stops', async (number, advice) => {
    nock('https://login.microsoftonline.com').post(PATH).query(true).reply(400, refusal(number, 'invalid_request'))
    const error = await failureOf(signIn().exchange(never))
    expect(error.reason).toBe('sign-in')
    expect(error.message).toContain(advice)
  })

  test('an assertion that expired on its way is replaced once', async () => {
    nock('https://login.microsoftonline.com').post(PATH).query(true).reply(401, refusal(700024))
    nock('https://login.microsoftonline.com').post(PATH).query(true).reply(200, { access_token: 't', expires_in: 60 })
    expect((await signIn().exchange(never)).token).toBe('t')
    nock('https://login.microsoftonline.com').post(PATH).twice().query(true).reply(401, refusal(700024))
    expect((await failureOf(signIn().exchange(never))).reason).toBe('sign-in')
  })

  test('AADSTS90033 passes by itself', async () => {
    nock('https://login.microsoftonline.com').post(PATH).query(true).reply(400, refusal(90033))
    expect((await failureOf(signIn().exchange(never))).reason).toBe('unavailable')
  })

  test('a broken connection keeps its reason through msal', async () => {
    nock('https://login.microsoftonline.com')
      .post(PATH)
      .query(true)
      .replyWithError(Object.assign(new Error('reset'), { code: 'ECONNRESET' }))
    expect((await failureOf(signIn().exchange(never))).reason).toBe('network')
  })

  test('what msal refuses by itself is a failed sign-in', async () => {
    expect((await failureOf(signIn('public', 'common').exchange(never))).reason).toBe('sign-in')
  })
})
