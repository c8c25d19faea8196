import { describe, expect, test } from 'vitest'
import { pageOf } from '../report/rendered.ts'
import { CLIENT_ID, CLIENT_SECRET } from '../sandbox/account.ts'
import { FAULTS, firstOf } from '../sandbox/faults.ts'
import { API_HOST } from '../sandbox/hosts.ts'
import { expectedFiles } from '../sandbox/oracle.ts'
import { type RunOptions, runAction } from '../sandbox/runner.ts'
import { type Sandbox, type SandboxOptions, startSandbox } from '../sandbox/sandbox.ts'
import { bytesOf, csvsOf, errorsOf, matchesOf, SMALL } from './evidence.ts'
import { always, atMatch } from './faulty.ts'
import { leaksOf, unmaskedOf } from './leaks.ts'
import { strays } from './table-of-calls.ts'

/** Calls but those that look for files of policy and earlier audits. */
const beyondGitHub = ({ requests }: Sandbox) => requests.filter(({ host }) => host !== API_HOST).map(({ call }) => call)

const TINY = { users: 12, groups: 3, servicePrincipals: 2 } as const

/** Without the inputs of another way to sign in. */
const FEDERATED = { 'auth-type': 'github-oidc', 'azure-tenant-id': undefined, 'azure-client-id': undefined }
const SECRET = {
  ...FEDERATED,
  'auth-type': 'oauth-m2m',
  'databricks-client-id': CLIENT_ID,
  'databricks-client-secret': CLIENT_SECRET,
}

interface Way {
  readonly name: string
  readonly sandbox: SandboxOptions & { host: string }
  readonly login: string | undefined
  readonly inputs: NonNullable<RunOptions['inputs']>
  readonly audience: string | undefined
}

const azure = (host: string, login: string, environment: string, audience: string): Way => ({
  name: `github-oidc-azure, ${environment}`,
  sandbox: { host },
  ...{ login, audience },
  inputs: { 'azure-environment': environment },
})

const WAYS: readonly Way[] = [
  azure('accounts.azuredatabricks.net', 'login.microsoftonline.com', 'public', 'api://AzureADTokenExchange'),
  azure('accounts.databricks.azure.us', 'login.microsoftonline.us', 'usgovernment', 'api://AzureADTokenExchangeUSGov'),
  azure('accounts.databricks.azure.cn', 'login.chinacloudapi.cn', 'china', 'api://AzureADTokenExchangeChina'),
  {
    name: 'github-oidc, a policy of the service principal',
    sandbox: { host: 'accounts.cloud.databricks.com' },
    inputs: { ...FEDERATED, 'databricks-client-id': CLIENT_ID },
    ...{ login: undefined, audience: '6f2c1d0e-9c1e-4b7a-8f35-2d4e6a8b0c1d' },
  },
  {
    name: 'github-oidc, a policy of the account, another audience',
    sandbox: { host: 'accounts-dod.cloud.databricks.us', acceptedAudience: 'https://audit.example' },
    inputs: { ...FEDERATED, 'oidc-audience': 'https://audit.example' },
    ...{ login: undefined, audience: 'https://audit.example' },
  },
  {
    name: 'oauth-m2m',
    sandbox: { host: 'accounts.gcp.databricks.com' },
    inputs: SECRET,
    ...{ login: undefined, audience: undefined },
  },
]

describe('each way to sign in', () => {
  test.each(WAYS)('$name: audits on its host, asks nobody else, and tells no secret', async (way) => {
    await using sandbox = await startSandbox({ account: TINY, ...way.sandbox })
    const run = await runAction(sandbox, { inputs: way.inputs, secrets: [CLIENT_SECRET] })
    expect(csvsOf(run)).toEqual(bytesOf(expectedFiles(sandbox.account)))
    expect(run.outputs.conclusion).toBe('passed')

    const { accountId } = sandbox.account
    expect(strays(sandbox.requests, { account: way.sandbox.host, login: way.login, accountId })).toEqual([])
    expect(sandbox.refused).toEqual([])
    expect(sandbox.tokens).toHaveLength(1)
    const calls = sandbox.requests.filter(({ host, call }) => host === way.sandbox.host && call !== 'databricks.token')
    const bearers = calls.map(({ token }) => token)
    expect(new Set(bearers)).toEqual(new Set([sandbox.tokens[0]?.id]))
    expect([...sandbox.assertions.values()].map(({ audience, uses }) => [audience, uses])).toEqual(
      way.audience === undefined ? [] : [[way.audience, 1]],
    )

    expect(unmaskedOf(run, sandbox)).toEqual([])
    expect(await leaksOf(run, sandbox, { secret: CLIENT_SECRET })).toEqual([])
  })

  test('a token is masked before phase 1, the first to use it, ends', async () => {
    await using sandbox = await startSandbox({ account: TINY })
    const { log } = await runAction(sandbox)
    const masked = log.indexOf(`::add-mask::${sandbox.tokens[0]?.token}`)
    expect(masked).toBeGreaterThan(0)
    expect(masked).toBeLessThan(log.indexOf('::endgroup::'))
  })
})

/** Takes every token away, as so many identities have been asked about. */
const revoking = (count: number, sandbox: () => Sandbox | undefined) =>
  atMatch(count, () => {
    for (const token of sandbox()?.tokens ?? []) token.expiresAt = 0
  })

describe('a token that ends in mid-run', () => {
  test('case 49: with many requests in flight, each revocation makes one new sign-in, and everybody is asked again once', async () => {
    let started: Sandbox | undefined
    const faults = firstOf(
      revoking(60, () => started),
      revoking(400, () => started),
    )
    await using sandbox = await startSandbox({
      account: { users: 500, groups: 60, servicePrincipals: 40 },
      latencyMs: [20, 60],
      faults,
    })
    started = sandbox
    const run = await runAction(sandbox)
    expect(csvsOf(run)).toEqual(bytesOf(expectedFiles(sandbox.account)))
    expect(run.outputs).toMatchObject({ conclusion: 'passed', 'failure-count': '0' })
    expect(sandbox.tokens).toHaveLength(3)
    const refused = sandbox.requests.filter(({ status }) => status === 401)
    expect(refused.length).toBeGreaterThan(4)
    const asked = matchesOf(sandbox)
    for (const [, times] of asked) expect(times).toBeLessThanOrEqual(2)
    expect([...asked.values()].filter((times) => times === 2)).toHaveLength(refused.length)
    expect(unmaskedOf(run, sandbox)).toEqual([])
    expect(await leaksOf(run, sandbox)).toEqual([])
  })

  test.each([
    ['entra', 'accounts.azuredatabricks.net', {}],
    ['databricks', 'accounts.cloud.databricks.com', { ...FEDERATED, 'databricks-client-id': CLIENT_ID }],
  ])('tokens of %s that live two seconds are renewed in time, and nothing fails', async (issuer, host, inputs) => {
    await using sandbox = await startSandbox({
      account: { ...SMALL, users: 300 },
      ...{ host, tokenLifetimeSeconds: 2, latencyMs: [100, 250] },
    })
    const run = await runAction(sandbox, { inputs })
    expect(csvsOf(run)).toEqual(bytesOf(expectedFiles(sandbox.account)))
    expect(run.outputs).toMatchObject({ conclusion: 'passed', 'failure-count': '0' })
    const seconds = run.durationMs / 1000
    expect(sandbox.tokens.length).toBeGreaterThan(1)
    // Renewed at half its life: not more often than once a second.
    expect(sandbox.tokens.length).toBeLessThanOrEqual(Math.ceil(seconds) + 1)
    expect(sandbox.tokens.every((token) => token.issuer === issuer)).toBe(true)
    for (const { uses } of sandbox.assertions.values()) expect(uses).toBeLessThanOrEqual(1)
    expect(unmaskedOf(run, sandbox)).toEqual([])
    expect(await leaksOf(run, sandbox)).toEqual([])
  })
})

/** What no audit that could not sign in has. */
const NOTHING = { conclusion: 'error', 'total-checked': '', 'divergent-count': '', 'artifact-id': '' }

describe('a sign-in that does not succeed', () => {
  const subject = 'repo:octo@17/aim@23:ref:refs/heads/feature'

  test.each([
    ['Entra', 'accounts.azuredatabricks.net', {}, /AADSTS700213/],
    ['Databricks', 'accounts.cloud.databricks.com', FEDERATED, /invalid_grant/],
  ])('%s does not know the subject: the message shows it', async (_, host, inputs, code) => {
    await using sandbox = await startSandbox({ account: TINY, host, subject })
    const run = await runAction(sandbox, { inputs: { ...inputs, resume: 'off' } })
    expect([run.exitCode, run.outputs]).toMatchObject([1, NOTHING])
    expect(errorsOf(run)).toContain(subject)
    expect(errorsOf(run)).toMatch(code)
    expect(pageOf(run.summary).code).toContain(subject)
    expect(sandbox.requests.filter(({ call }) => /\.(list|get|match)$/.test(call))).toEqual([])
    expect(await leaksOf(run, sandbox)).toEqual([])
  })

  test('case 69: without the permission nothing is sent to sign in, and the message names it', async () => {
    await using sandbox = await startSandbox({ account: TINY })
    const env = { ACTIONS_ID_TOKEN_REQUEST_URL: undefined, ACTIONS_ID_TOKEN_REQUEST_TOKEN: undefined }
    const run = await runAction(sandbox, { env, inputs: { resume: 'off' } })
    expect([run.exitCode, run.outputs]).toMatchObject([1, NOTHING])
    expect(errorsOf(run)).toContain('id-token: write')
    expect(beyondGitHub(sandbox)).toEqual([])
  })

  test('case 54: who is no account admin is told so, and as whom', async () => {
    await using sandbox = await startSandbox({ account: TINY })
    sandbox.isAdmin = false
    const run = await runAction(sandbox, { inputs: { resume: 'off' } })
    expect([run.exitCode, run.outputs]).toMatchObject([1, NOTHING])
    expect(errorsOf(run)).toMatch(/account admin/)
    expect(errorsOf(run)).toContain(CLIENT_ID)
    expect(errorsOf(run)).toContain('repo:octo/aim:environment:audit')
    expect(sandbox.requests.filter(({ status }) => status === 403)).toHaveLength(1)
    expect([...matchesOf(sandbox)]).toEqual([])
    expect(await leaksOf(run, sandbox)).toEqual([])
  })

  test('a wrong secret is tried once and told nowhere', async () => {
    await using sandbox = await startSandbox({ account: TINY, host: 'accounts.gcp.databricks.com' })
    const wrong = 'dose+wrong/secret=0123456789'
    const inputs = { ...SECRET, 'databricks-client-secret': wrong, resume: 'off' }
    const run = await runAction(sandbox, { inputs, secrets: [wrong] })
    expect([run.exitCode, run.outputs]).toMatchObject([1, NOTHING])
    expect(errorsOf(run)).toContain('databricks-client-secret')
    expect(beyondGitHub(sandbox)).toEqual(['databricks.token'])
    expect(await leaksOf(run, sandbox, { secret: wrong, basic: `${CLIENT_ID}:${wrong}` })).toEqual([])
    for (const form of [wrong, encodeURIComponent(wrong), Buffer.from(wrong).toString('base64')])
      expect(run.masks).toContain(form)
  })

  test.each([
    ['404', 'databricks-account-id'],
    ['401', 'databricks-account-id'],
    ['403', 'account admin'],
  ] as const)('case 54: an account that answers every listing with %s', async (name, advice) => {
    const faults = always(FAULTS[name], (call) => call.endsWith('.list'))
    await using sandbox = await startSandbox({ account: TINY, faults })
    const run = await runAction(sandbox)
    expect([run.exitCode, run.outputs.conclusion]).toEqual([1, 'error'])
    for (const text of [errorsOf(run), run.summary]) {
      expect(text).toContain(advice)
      expect(text).not.toMatch(/target-identities|id-token/)
    }
  })

  test('case 69: the pull request of a fork sends nothing', async () => {
    await using sandbox = await startSandbox({ account: TINY })
    const repo = { full_name: 'octo/aim' }
    const event = {
      repository: { visibility: 'private', private: true },
      pull_request: { head: { repo: { full_name: 'stranger/aim' } }, base: { repo } },
    }
    const run = await runAction(sandbox, { event, eventName: 'pull_request' })
    expect([run.exitCode, run.outputs]).toMatchObject([1, NOTHING])
    expect(errorsOf(run)).toMatch(/fork/)
    expect([sandbox.requests, sandbox.refused]).toEqual([[], []])
  })

  test.each([
    ['github-oidc-azure', 'accounts.azuredatabricks.net', {}],
    ['oauth-m2m', 'accounts.gcp.databricks.com', SECRET],
  ])('case 73: a proxy that wants a sign-in of its own ends the audit, %s', async (_, host, inputs) => {
    await using sandbox = await startSandbox({ account: TINY, host, proxyStatus: 407 })
    const run = await runAction(sandbox, { inputs: { ...inputs, resume: 'off' } })
    expect([run.exitCode, run.outputs]).toMatchObject([1, NOTHING])
    expect(errorsOf(run)).toContain('HTTPS_PROXY')
    expect(sandbox.requests).toEqual([])
    expect(sandbox.refused.filter((target) => target !== `${API_HOST}:443`)).toHaveLength(1)
  })

  test.each([
    ['HTTPS_PROXY', 'http://me:SECRET-word@proxy.example.com:80800'],
    ['https_proxy', 'me:SECRET-word@proxy.example.com:8080'],
    ['HTTP_PROXY', 'socks5://me:SECRET-word@127.0.0.1:1'],
    ['http_proxy', 'SECRET-word and more'],
  ])('case 73: %s that is no URL of a proxy ends the audit without a word of it', async (name, url) => {
    await using sandbox = await startSandbox({ account: TINY })
    const run = await runAction(sandbox, { env: { [name]: url } })
    expect([run.exitCode, run.outputs]).toMatchObject([1, NOTHING])
    expect(errorsOf(run)).toContain(`${name}: `)
    expect(pageOf(run.summary).prose).toContain(`${name}: `)
    expect([...run.log, run.summary].join('\n')).not.toMatch(/SECRET-word|\n\s+at /)
    expect([sandbox.requests, sandbox.refused]).toEqual([[], []])
  })

  test.each([
    ['github-oidc-azure', 'accounts.azuredatabricks.net', {}],
    ['oauth-m2m', 'accounts.gcp.databricks.com', SECRET],
  ])('case 39: a certificate that is not trusted ends the audit, %s', async (_, host, inputs) => {
    await using sandbox = await startSandbox({ account: TINY, host })
    const env = { NODE_EXTRA_CA_CERTS: undefined }
    const run = await runAction(sandbox, { inputs: { ...inputs, resume: 'off' }, env, secrets: [CLIENT_SECRET] })
    expect([run.exitCode, run.outputs]).toMatchObject([1, NOTHING])
    expect(errorsOf(run)).toContain('NODE_EXTRA_CA_CERTS')
    expect(sandbox.requests).toEqual([])
    expect(await leaksOf(run, sandbox, { secret: CLIENT_SECRET })).toEqual([])
  })
})
