import { spawn } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { EnvHttpProxyAgent, request } from 'undici'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ACCOUNT_ID, CLIENT_ID, TENANT_ID } from './account.ts'
import { AZURE_DATABRICKS } from './entra-server.ts'
import { ACTION_FOLDER } from './runner.ts'
import { type Sandbox, startSandbox } from './sandbox.ts'

let sandbox: Sandbox
let agent: EnvHttpProxyAgent
beforeAll(async () => {
  sandbox = await startSandbox({ account: { users: 240 }, throttle: { perSecond: 1, burst: 40, retryAfter: '1' } })
  const { HTTPS_PROXY: httpsProxy = '', NODE_EXTRA_CA_CERTS: certificate = '' } = sandbox.env()
  agent = new EnvHttpProxyAgent({ httpsProxy, requestTls: { ca: await readFile(certificate, 'utf8') } })
})
afterAll(async () => {
  await agent.close()
  await sandbox[Symbol.asyncDispose]()
})

const call = async (
  url: string,
  options: { method?: 'GET' | 'POST' | 'PUT' | 'DELETE'; headers?: Record<string, string>; body?: string } = {},
) => {
  const { statusCode, body } = await request(url, { ...options, dispatcher: agent })
  return { status: statusCode, text: await body.text() }
}
const form = (fields: Record<string, string>) => ({
  method: 'POST' as const,
  headers: { 'content-type': 'application/x-www-form-urlencoded' },
  body: new URLSearchParams(fields).toString(),
})

async function idToken(audience: string): Promise<string> {
  const { ACTIONS_ID_TOKEN_REQUEST_URL: url, ACTIONS_ID_TOKEN_REQUEST_TOKEN: token } = sandbox.env()
  const answer = await call(`${url}&audience=${encodeURIComponent(audience)}`, {
    headers: { authorization: `Bearer ${token}` },
  })
  return JSON.parse(answer.text).value
}

const entra = (assertion: string, changes: Record<string, string> = {}, tenant = TENANT_ID) =>
  call(
    `https://login.microsoftonline.com/${tenant}/oauth2/v2.0/token`,
    form({
      ...{ grant_type: 'client_credentials', client_id: CLIENT_ID, scope: `${AZURE_DATABRICKS}/.default` },
      ...{
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
        client_assertion: assertion,
      },
      ...changes,
    }),
  )

describe('startSandbox', () => {
  const host = 'https://accounts.azuredatabricks.net'
  let bearer: { authorization: string }
  beforeAll(async () => {
    const answer = await entra(await idToken('api://AzureADTokenExchange'))
    bearer = { authorization: `Bearer ${JSON.parse(answer.text).access_token}` }
  })

  it('lists a type in pages of a hundred, with what was promised', async () => {
    const url = `${host}/api/2.1/accounts/${ACCOUNT_ID}/scim/v2/Users?count=500&attributes=id&startIndex=`
    const pages = await Promise.all([1, 101, 201, 301].map((at) => call(`${url}${at}`, { headers: bearer })))
    const bodies = pages.map(({ text }) => JSON.parse(text))
    expect(bodies.map(({ totalResults, itemsPerPage }) => [totalResults, itemsPerPage])).toEqual([
      ...[
        [240, 100],
        [240, 100],
        [240, 40],
        [240, 0],
      ],
    ])
    const ids = bodies.flatMap(({ Resources = [] }) => Resources.map(({ id }: { id: string }) => id))
    expect(ids).toEqual(sandbox.account.principals.users.map(({ id }) => id))
  })

  it('writes ids past 2^53 with all their digits', async () => {
    const { text } = await call(`${host}/api/2.0/accounts/${ACCOUNT_ID}/workspaces`, { headers: bearer })
    expect(text).toMatch(/"workspace_id":9007199254740997\b/)
  })

  it('answers a match in the words of the API and throttles beyond its rate', async () => {
    const user = sandbox.account.principals.users.find(({ externalId }) => externalId !== '')
    const url = `${host}/api/2.0/identity/accounts/${ACCOUNT_ID}/users/${user?.id}/matchWithIdp`
    const answers = await Promise.all(Array.from({ length: 45 }, () => call(url, { method: 'POST', headers: bearer })))
    const found = answers.find(({ status }) => status === 200)
    expect(JSON.parse(found?.text ?? '').databricks_user).toMatchObject({
      username: user?.name,
      external_id: user?.externalId,
    })
    expect(answers.filter(({ status }) => status === 429).length).toBeGreaterThan(0)
  })

  it('refuses strangers, other accounts and whoever is no account admin', async () => {
    const url = (account: string) => `${host}/api/2.0/accounts/${account}/workspaces`
    expect((await call(url(ACCOUNT_ID))).status).toBe(401)
    expect((await call(url(TENANT_ID), { headers: bearer })).status).toBe(404)
    sandbox.isAdmin = false
    expect((await call(url(ACCOUNT_ID), { headers: bearer })).status).toBe(403)
    sandbox.isAdmin = true
    for (const token of sandbox.tokens) token.expiresAt = 0
    expect((await call(url(ACCOUNT_ID), { headers: bearer })).status).toBe(401)
  })

  it("speaks Entra's error codes for each way in which a sign-in can be wrong", async () => {
    const right = await idToken('api://AzureADTokenExchange')
    const codes = [
      await entra(right, {}, ACCOUNT_ID),
      await entra(right, { client_id: ACCOUNT_ID }),
      await entra(await idToken('api://elsewhere')),
      await entra('not.a.token'),
    ].map(({ text }) => JSON.parse(text).error_codes[0])
    expect(codes).toEqual([90002, 700016, 700212, 50027])
  })

  it('exchanges a federated token at the account console', async () => {
    const answer = await call(
      `${host}/oidc/accounts/${ACCOUNT_ID}/v1/token`,
      form({
        grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
        subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
        subject_token: await idToken(ACCOUNT_ID),
        scope: 'all-apis',
      }),
    )
    expect(answer.status).toBe(200)
    expect(JSON.parse(answer.text).expires_in).toBeLessThanOrEqual(300)
  })

  it('lets nobody through to a host that it does not play', async () => {
    await expect(call('https://example.com/')).rejects.toThrow()
    expect(sandbox.refused).toEqual(['example.com:443'])
  })

  it('takes an artifact from the genuine toolkit', async () => {
    const script = join(ACTION_FOLDER, '__tests__', 'sandbox', 'upload.ts')
    const file = join(sandbox.folder, 'some.csv')
    await writeFile(file, 'id\r\n1\r\n')
    const env = { ...sandbox.env(), PATH: process.env.PATH, GITHUB_WORKSPACE: sandbox.folder }
    const child = spawn(process.execPath, [script, 'results', file, sandbox.folder], { env, stdio: 'ignore' })
    const code = await new Promise((done) => child.once('close', done))
    expect(code).toBe(0)
    expect(sandbox.artifacts.get('results')?.files()).toEqual(new Map([['some.csv', Buffer.from('id\r\n1\r\n')]]))
  })

  it('keeps cache entries, finds them by prefix and gives them back', async () => {
    const { ACTIONS_RESULTS_URL, ACTIONS_RUNTIME_TOKEN } = sandbox.env()
    const twirp = async (method: string, message: object) => {
      const url = `${ACTIONS_RESULTS_URL}twirp/github.actions.results.api.v1.CacheService/${method}`
      const headers = { authorization: `Bearer ${ACTIONS_RUNTIME_TOKEN}`, 'content-type': 'application/json' }
      return JSON.parse((await call(url, { method: 'POST', headers, body: JSON.stringify(message) })).text)
    }
    const { signed_upload_url } = await twirp('CreateCacheEntry', { key: 'state-1', version: 'v' })
    await call(signed_upload_url, { method: 'PUT', body: 'saved' })
    await twirp('FinalizeCacheEntryUpload', { key: 'state-1', version: 'v', size_bytes: '5' })
    expect(await twirp('CreateCacheEntry', { key: 'state-1', version: 'v' })).toMatchObject({ code: 'already_exists' })
    const wanted = { key: 'state-2', restore_keys: ['state-'], version: 'v' }
    const { matched_key, signed_download_url } = await twirp('GetCacheEntryDownloadURL', wanted)
    expect([matched_key, (await call(signed_download_url)).text]).toEqual(['state-1', 'saved'])
    expect(await twirp('GetCacheEntryDownloadURL', { ...wanted, version: 'w' })).toMatchObject({ ok: false })

    const caches = 'https://api.github.com/repos/octo/aim/actions/caches'
    const { actions_caches } = JSON.parse((await call(`${caches}?key=state-`)).text)
    await call(`${caches}/${actions_caches[0].id}`, { method: 'DELETE' })
    expect(await twirp('GetCacheEntryDownloadURL', wanted)).toMatchObject({ ok: false })
  })
})
