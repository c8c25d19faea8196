import nock from 'nock'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { explained } from '../../src/databricks/explanation.ts'
import { githubOidcSignIn, oauthM2mSignIn } from '../../src/databricks/sign-in.ts'
import { AuditError, type Reason } from '../../src/domain/failure.ts'
import { claimsOf } from '../../src/http/claims.ts'
import { ACCOUNT, clock, failureOf, HOST, idToken, never, offline, online, rawSend } from './wire.ts'

const PATH = `/oidc/accounts/${ACCOUNT}/v1/token`
const CLIENT = 'aaaabbbb-cccc-dddd-eeee-ffff00001111'
const CLAIMS = { iss: 'https://token.actions.githubusercontent.com', sub: 'repo:o/r:environment:audit', aud: ACCOUNT }
const TOKEN = { access_token: 'dbx-token', token_type: 'Bearer', expires_in: 300, scope: 'all-apis' }

beforeEach(offline)
afterEach(online)

const ports = (masked: string[] = []) => ({
  send: rawSend,
  clock,
  mask: (secret: string) => masked.push(secret),
  host: HOST,
  accountId: ACCOUNT,
})

const githubOidc = (clientId: string | undefined = CLIENT, masked: string[] = []) => {
  let minted = 0
  return githubOidcSignIn(
    { ...ports(masked), idToken: async (audience) => idToken({ ...CLAIMS, aud: audience, jti: String(++minted) }) },
    { type: 'github-oidc', clientId, audience: ACCOUNT },
  )
}
const m2m = (clientSecret = 'dose0123/+secret', masked: string[] = []) =>
  oauthM2mSignIn(ports(masked), { type: 'oauth-m2m', clientId: CLIENT, clientSecret })

const endpoint = () => nock(`https://${HOST}`).post(PATH)

describe('githubOidcSignIn', () => {
  test('exchanges a fresh GitHub token each time, parameters in the body, no Basic (databricks.token)', async () => {
    const forms: Record<string, string>[] = []
    nock(`https://${HOST}`, { badheaders: ['authorization'] })
      .matchHeader('content-type', 'application/x-www-form-urlencoded')
      .post(PATH, (form: Record<string, string>) => forms.push(form) > 0)
      .twice()
      .reply(200, TOKEN)
    const masked: string[] = []
    const exchange = githubOidc(CLIENT, masked)
    expect(await exchange(never)).toEqual({ token: 'dbx-token', lifetimeMs: 300_000 })
    await exchange(never)
    const form = (jti: string) => ({
      client_id: CLIENT,
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
      subject_token: idToken({ ...CLAIMS, jti }),
      scope: 'all-apis',
    })
    expect(forms).toEqual([form('1'), form('2')])
    expect(masked).toContain('dbx-token')
  })

  test('an account-wide policy names no client', async () => {
    nock(`https://${HOST}`)
      .post(PATH, (form: Record<string, string>) => !('client_id' in form))
      .reply(200, TOKEN)
    const exchange = githubOidcSignIn(
      { ...ports(), idToken: async () => idToken(CLAIMS) },
      { type: 'github-oidc', clientId: undefined, audience: ACCOUNT },
    )
    expect((await exchange(never)).token).toBe('dbx-token')
  })

  test.each([
    [400, 'invalid_grant'],
    [401, 'invalid_client'],
    [400, 'invalid_request'],
  ])('a refusal (%i %s) tells policy and claims, never the token', async (status, error) => {
    endpoint().reply(status, { error, error_description: 'no policy matches' })
    const failure = await failureOf(githubOidc()(never))
    expect(failure).toMatchObject({ reason: 'sign-in', code: String(status) })
    for (const fact of [error, CLIENT, 'federation policy', ...Object.values(CLAIMS)])
      expect(failure.message).toContain(fact)
    expect(failure.message).not.toContain('eyJ')
  })

  test('a refusal that is no OAuth error hints at IP access lists', async () => {
    for (const body of ['Source IP address: 20.1.2.3 is blocked by Databricks IP ACL', { message: 'x' }, ''])
      for (const status of [401, 403]) {
        endpoint().reply(status, body)
        const failure = await failureOf(githubOidc()(never))
        expect(failure.reason).toBe('sign-in')
        expect(failure.message).toMatch(/IP access list.*GitHub-hosted runners/)
        expect(failure.message).not.toContain('20.1.2.3')
      }
  })

  test('a missing endpoint hints at account id and host', async () => {
    endpoint().reply(404, '')
    expect((await failureOf(githubOidc()(never))).message).toMatch(/databricks-account-id.*databricks-host/)
  })

  test('what passes by itself is worth another try (case 50)', async () => {
    endpoint().reply(429, { error: 'slow_down' }, { 'retry-after': '7' })
    expect(await failureOf(githubOidc()(never))).toMatchObject({ reason: 'throttled', code: '429', retryAfterMs: 7000 })
    endpoint().reply(400, { error: 'invalid_request', error_description: 'Temporarily throttled' })
    expect((await failureOf(githubOidc()(never))).reason).toBe('throttled')
    for (const status of [500, 502, 503, 504]) {
      endpoint().reply(status, '<html>')
      expect((await failureOf(githubOidc()(never))).reason).toBe('unavailable')
    }
  })

  test('a redirect is never followed', async () => {
    endpoint().reply(302, '', { location: 'https://login.example.com/' })
    expect((await failureOf(githubOidc()(never))).reason).toBe('redirect')
  })

  test.each([
    [{ access_token: 't' }, 600_000],
    [{ access_token: 't', expires_in: null }, 600_000],
    [{ access_token: 't', expires_in: 0 }, 600_000],
    [{ access_token: 't', expires_in: -5 }, 600_000],
    [{ access_token: 't', expires_in: 1.5 }, 600_000],
    [{ access_token: 't', expires_in: 9_999_999 }, 600_000],
    [{ access_token: 't', expires_in: '300' }, 300_000],
    [{ access_token: 't', expires_in: 300, token_type: 'bEARER' }, 300_000],
  ])('the life time of a token (case 53): %j', async (body, lifetimeMs) => {
    endpoint().reply(200, body)
    expect(await githubOidc()(never)).toEqual({ token: 't', lifetimeMs })
  })

  test.each([
    { access_token: '' },
    { token_type: 'Bearer' },
    { access_token: 7 },
    { access_token: 't', token_type: 'mac' },
    { access_token: 't\r\nx: y' },
  ])('what is no bearer token is refused (case 53): %j', async (body) => {
    endpoint().reply(200, body)
    expect((await failureOf(githubOidc()(never))).reason).toBe('sign-in')
  })

  test('a page instead of JSON is worth another try', async () => {
    endpoint().reply(200, '<html>')
    expect((await failureOf(githubOidc()(never))).reason).toBe('not-json')
  })
})

describe('oauthM2mSignIn', () => {
  test('sends the secret as Basic only, masked in every form (databricks.token)', async () => {
    const secret = 'dose0123/+secret'
    const basic = Buffer.from(`${CLIENT}:${encodeURIComponent(secret)}`).toString('base64')
    nock(`https://${HOST}`, { reqheaders: { authorization: `Basic ${basic}` } })
      .post(PATH, { grant_type: 'client_credentials', scope: 'all-apis' })
      .reply(200, { ...TOKEN, expires_in: 3600 })
    const masked: string[] = []
    expect(await m2m(secret, masked)(never)).toEqual({ token: 'dbx-token', lifetimeMs: 3_600_000 })
    for (const form of [secret, encodeURIComponent(secret), Buffer.from(secret).toString('base64'), basic, 'dbx-token'])
      expect(masked).toContain(form)
  })

  test('a wrong secret is told as such and is not shown', async () => {
    endpoint().reply(401, { error: 'invalid_client', error_description: 'Client authentication failed' })
    const failure = await failureOf(m2m()(never))
    expect(failure).toMatchObject({ reason: 'sign-in', code: '401' })
    expect(failure.message).toMatch(/databricks-client-secret/)
    expect(failure.message).not.toMatch(/dose0123/)
  })
})

describe('explanations of the account API', () => {
  const caller = { clientId: CLIENT, claims: claimsOf(idToken(CLAIMS)) }

  const faultOf = (reason: Reason, code = '', action?: string) =>
    explained(new AuditError(reason, 'As it came', { code, action }), caller)

  test('access refused names the role, the caller and the subject seen (case 54)', () => {
    for (const fact of ['account admin', CLIENT, CLAIMS.sub]) expect(faultOf('forbidden').message).toContain(fact)
    const unknown = explained(new AuditError('forbidden', ''), { clientId: undefined, claims: undefined })
    expect(unknown.message).toContain('account admin')
  })

  test('a token that is not accepted although it was just given is about the account', () => {
    for (const fault of [faultOf('unauthorized', '401'), faultOf('sign-in', '401')]) {
      expect(fault.reason).toBe('unauthorized')
      expect(fault.message).toContain('databricks-account-id')
    }
    expect(faultOf('sign-in', '503').message).toBe('As it came')
  })

  test('an account that is not known is a matter of two inputs', () => {
    const fault = faultOf('not-found', '404')
    expect(fault).toMatchObject({ reason: 'configuration', action: '' })
    for (const input of ['databricks-account-id', 'databricks-host']) expect(fault.message).toContain(input)
  })

  test('a missing match API is called so (case 57)', () => {
    expect(faultOf('endpoint-not-found', '404').message).toMatch(/matchWithIdp.*404/)
  })

  test('whoever has said what to do is left alone, Microsoft Graph among them', () => {
    for (const reason of ['forbidden', 'unauthorized', 'not-found', 'endpoint-not-found', 'sign-in'] as const)
      expect(faultOf(reason, '401', 'Do this')).toMatchObject({ reason, message: 'As it came', action: 'Do this' })
  })
})

describe('claimsOf', () => {
  test('reads a JWT of any shape and is never in the way', () => {
    expect(claimsOf(idToken({ ...CLAIMS, aud: ['a', 'b'] }))).toEqual({
      issuer: CLAIMS.iss,
      subject: CLAIMS.sub,
      audience: 'a, b',
    })
    expect(claimsOf(idToken({ sub: 7 }))).toEqual({ issuer: '', subject: '', audience: '' })
    for (const odd of ['', 'x', 'x.y.z', 'a.bnVsbA.c']) expect(claimsOf(odd)).toBeUndefined()
  })
})
