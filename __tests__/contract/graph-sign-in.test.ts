import nock from 'nock'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { GRAPH_HOSTS, githubOidcGraphSignIn, LOGIN_HOSTS } from '../../src/entra/sign-in.ts'
import { clock, failureOf, idToken, never, offline, online, rawSend, strayRequests } from './wire.ts'

beforeEach(offline)
afterEach(online)

test.each([
  ['public', 'graph.microsoft.com', 'api://AzureADTokenExchange'],
  ['usgovernment', 'graph.microsoft.us', 'api://AzureADTokenExchangeUSGov'],
  ['china', 'microsoftgraph.chinacloudapi.cn', 'api://AzureADTokenExchangeChina'],
] as const)(
  'githubOidcGraphSignIn: %s: a token for %s, the audience is the cloud’s',
  async (environment, host, audience) => {
    const scopes: (string | null)[] = []
    const audiences: string[] = []
    nock(`https://${LOGIN_HOSTS[environment]}`)
      .post('/11112222-3333-4444-5555-666677778888/oauth2/v2.0/token', (body) => {
        scopes.push(new URLSearchParams(body as Record<string, string>).get('scope'))
        return true
      })
      .query(true)
      .reply(200, { token_type: 'Bearer', expires_in: 3599, access_token: 'graph-token' })
    const signIn = githubOidcGraphSignIn(
      {
        send: rawSend,
        clock,
        mask: () => {},
        idToken: async (wanted) => {
          audiences.push(wanted)
          return idToken({ sub: 's', aud: wanted })
        },
      },
      {
        tenantId: '11112222-3333-4444-5555-666677778888',
        clientId: 'aaaabbbb-cccc-dddd-eeee-ffff00001111',
        environment,
      },
    )
    expect(await signIn(never)).toEqual({ token: 'graph-token', lifetimeMs: 3_599_000 })
    expect(GRAPH_HOSTS[environment]).toBe(host)
    expect(scopes[0]).toContain(`https://${host}/.default`)
    expect(audiences).toEqual([audience])
    expect(strayRequests()).toEqual([])
  },
)

test('githubOidcGraphSignIn: advises no input that has no effect on it', async () => {
  nock(`https://${LOGIN_HOSTS.public}`)
    .post('/t/oauth2/v2.0/token')
    .query(true)
    .reply(401, { error: 'invalid_client', error_description: 'AADSTS700212: No matching audience' })
  const application = { tenantId: 't', clientId: 'c', environment: 'public' } as const
  const signIn = githubOidcGraphSignIn(
    { send: rawSend, clock, mask: () => {}, idToken: async () => idToken({}) },
    application,
  )
  const { message } = await failureOf(signIn(never))
  expect(message).toContain('azure-environment')
  expect(message).toContain('Microsoft Graph')
  expect(message).not.toContain('oidc-audience')
})
