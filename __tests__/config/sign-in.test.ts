import { describe, expect, test } from 'vitest'
import { ACCOUNT, CLIENT, configWith, problemsWith, TENANT } from './given.ts'

const SECRET = 'dose0123456789abcdef'
const NO_AZURE = { 'azure-tenant-id': '', 'azure-client-id': '' }
const M2M = {
  ...NO_AZURE,
  'auth-type': 'oauth-m2m',
  'databricks-client-id': CLIENT,
  'databricks-client-secret': SECRET,
}
const FEDERATED = { ...NO_AZURE, 'auth-type': 'github-oidc' }

describe('signIn: github-oidc-azure', () => {
  test.each([
    ['accounts.azuredatabricks.net', 'public', 'api://AzureADTokenExchange'],
    ['accounts.databricks.azure.us', 'usgovernment', 'api://AzureADTokenExchangeUSGov'],
    ['accounts.databricks.azure.cn', 'china', 'api://AzureADTokenExchangeChina'],
  ])('%s goes with %s and its audience', (host, environment, audience) =>
    expect(configWith({ 'databricks-host': host, 'azure-environment': environment })).toMatchObject({
      host,
      signIn: { type: 'github-oidc-azure', tenantId: TENANT, clientId: CLIENT, environment, audience },
    }),
  )

  test.each([
    ['accounts.azuredatabricks.net', 'china', 'public'],
    ['accounts.databricks.azure.us', 'public', 'usgovernment'],
    ['accounts.databricks.azure.cn', 'usgovernment', 'china'],
  ])('%s refuses %s', (host, environment, fitting) =>
    expect(problemsWith({ 'databricks-host': host, 'azure-environment': environment })).toEqual([
      `azure-environment: "${environment}" does not fit databricks-host ${host}; write ${fitting}`,
    ]),
  )

  test.each(['accounts.cloud.databricks.com', 'accounts-dod.cloud.databricks.us', 'accounts.gcp.databricks.com'])(
    '%s is not on Azure, which is told once',
    (host) =>
      expect(problemsWith({ ...NO_AZURE, 'databricks-host': host })).toEqual([
        `auth-type: github-oidc-azure works on Azure only, and databricks-host is ${host}; write github-oidc or oauth-m2m`,
      ]),
  )

  test('oidc-audience overrides', () =>
    expect(configWith({ 'oidc-audience': 'api://mine' }).signIn).toMatchObject({ audience: 'api://mine' }))

  test('what is missing is named with why', () =>
    expect(problemsWith(NO_AZURE)).toEqual([
      expect.stringMatching(/^azure-tenant-id: nothing was given.*auth-type github-oidc-azure requires$/),
      expect.stringMatching(/^azure-client-id: nothing was given.*auth-type github-oidc-azure requires$/),
    ]))

  test('what is given for another way to sign in is noted', () =>
    expect(configWith({ 'databricks-client-id': 'x', 'databricks-client-secret': SECRET }).notes).toEqual([
      'databricks-client-id: has no effect with auth-type github-oidc-azure',
      'databricks-client-secret: has no effect with auth-type github-oidc-azure',
    ]))
})

describe('signIn: github-oidc', () => {
  test('the audience is the account id, and an account-wide policy needs no client id', () =>
    expect(configWith(FEDERATED).signIn).toEqual({ type: 'github-oidc', clientId: undefined, audience: ACCOUNT }))

  test('on any cloud, with a client id and an audience', () =>
    expect(
      configWith({
        ...FEDERATED,
        'databricks-host': 'accounts.gcp.databricks.com',
        'databricks-client-id': CLIENT.toUpperCase(),
        'oidc-audience': 'https://github.com/octo-org',
      }).signIn,
    ).toEqual({ type: 'github-oidc', clientId: CLIENT, audience: 'https://github.com/octo-org' }))

  test.each(['two words', 'a\nb', 'é', 'x'.repeat(256)])('refuses the audience %j', (text) =>
    expect(problemsWith({ ...FEDERATED, 'oidc-audience': text })).toHaveLength(1),
  )

  test('what belongs to Azure is noted; a default is not something given', () =>
    expect(
      configWith({ 'auth-type': 'github-oidc', 'azure-environment': 'china', 'azure-client-id': '' }).notes,
    ).toEqual([
      'azure-tenant-id: has no effect with auth-type github-oidc',
      'azure-environment: has no effect with auth-type github-oidc',
    ]))
})

describe('signIn: oauth-m2m', () => {
  test('takes both', () =>
    expect(configWith(M2M).signIn).toEqual({ type: 'oauth-m2m', clientId: CLIENT, clientSecret: SECRET }))

  test('wants both', () =>
    expect(problemsWith({ ...M2M, 'databricks-client-id': '', 'databricks-client-secret': '' })).toEqual([
      expect.stringMatching(/^databricks-client-id: nothing was given.*auth-type oauth-m2m requires$/),
      expect.stringMatching(/^databricks-client-secret: nothing was given.*auth-type oauth-m2m requires;/),
    ]))

  test('a secret that cannot be one is never quoted', () => {
    const problems = problemsWith({ ...M2M, 'databricks-client-secret': 'hunter2 hunter2' })
    expect(problems).toEqual([expect.stringMatching(/^databricks-client-secret: /)])
    expect(problems[0]).not.toContain('hunter2')
  })

  test('an audience is noted', () =>
    expect(configWith({ ...M2M, 'oidc-audience': 'x' }).notes).toEqual([
      'oidc-audience: has no effect with auth-type oauth-m2m',
    ]))
})

test.each(['auth-type', 'azure-environment'])('signIn: an unknown %s is told with what there is', (name) =>
  expect(problemsWith({ [name]: 'azure-cli' })).toEqual([
    expect.stringMatching(/^[a-z-]+: "azure-cli" is none of its values; write /),
  ]),
)
