import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { CLIENT_ID } from '../sandbox/account.ts'
import { type RunOptions, type RunResult, runAction } from '../sandbox/runner.ts'
import { type Sandbox, startSandbox } from '../sandbox/sandbox.ts'
import { errorsOf } from './evidence.ts'

let sandbox: Sandbox
let workspaces = 0
beforeAll(async () => {
  sandbox = await startSandbox({ account: { users: 20, groups: 4, servicePrincipals: 3 } })
})
afterAll(() => sandbox?.[Symbol.asyncDispose]())

const newWorkspace = () => {
  const path = join(sandbox.folder, `workspace-${++workspaces}`)
  mkdirSync(path)
  return path
}

/** Nothing was sent to anybody, the step failed, and the outputs say so. */
function expectRefused(run: RunResult): void {
  expect([run.exitCode, run.outputs]).toMatchObject([1, { conclusion: 'error', 'total-checked': '', exceeded: '[]' }])
  expect([sandbox.requests, sandbox.refused]).toEqual([[], []])
  expect([run.results.size, run.annotations.map(({ kind }) => kind)]).toEqual([0, ['error']])
}

describe('a configuration that is wrong', () => {
  afterEach(() => expect([sandbox.requests, sandbox.refused]).toEqual([[], []]))

  const MANY: Readonly<Record<string, string>> = {
    'databricks-account-id': '{6f2c1d0e-9c1e-4b7a-8f35-2d4e6a8b0c1d}',
    'databricks-host': 'https://accounts.azuredatabricks.net.evil.example/',
    'auth-type': 'azure-cli',
    'azure-environment': 'germany',
    'include-users': 'yes',
    'include-groups': '1',
    'target-identities': 'USER abc\nTEAM 1\nUSER ../1',
    thresholds: 'users.EXTERNAL_ID: 0\nusers.GROUP_HAS_LOCAL_MEMBERS_*: 1',
    'max-failures': '-1',
    'warn-only': 'TRUE?',
    'max-concurrency': '1e3',
    'results-path': '../../etc',
    'csv-format': 'xlsx',
    'upload-artifact': 'on',
    'artifact-name': 'a/b',
    'artifact-retention-days': '０７',
    'allow-public-artifact': 'perhaps',
    'job-summary': 'no',
    treshold: '0',
  }

  test('case 1, 3, 4, 5, 6, 28: many problems are told at once, each by the name of its input', async () => {
    const run = await runAction(sandbox, { inputs: MANY })
    expectRefused(run)
    const told = errorsOf(run)
    for (const name of Object.keys(MANY)) expect(told, name).toContain(name)
    // The nearest input to the misspelt one.
    expect(told).toContain('thresholds?')
    for (const name of Object.keys(MANY)) expect(run.summary, name).toContain(name)
  })

  const ONE_BY_ONE: readonly [string, RunOptions['inputs'], RegExp][] = [
    ['case 1: plain http', { 'databricks-host': 'http://accounts.azuredatabricks.net' }, /https/],
    [
      'case 1: a user in the address',
      { 'databricks-host': 'https://accounts.azuredatabricks.net@evil.example' },
      /user/,
    ],
    ['case 1: a port', { 'databricks-host': 'accounts.azuredatabricks.net:8443' }, /port/],
    ['case 1: a workspace', { 'databricks-host': 'adb-1.2.azuredatabricks.net' }, /workspace/],
    ['case 1: a look-alike', { 'databricks-host': 'https://accounts.azurеdatabricks.net' }, /host/],
    ['case 3: no account id', { 'databricks-account-id': '' }, /nothing was given/],
    ['case 4: full-width digits', { 'max-concurrency': '６４' }, /max-concurrency/],
    ['case 8: a target list that is no text', { 'target-identities': '\u0001\u0002' }, /line 1/],
    [
      'case 9: nothing to check',
      { 'include-users': 'false', 'include-groups': 'False', 'include-service-principals': 'FALSE' },
      /nothing to check/,
    ],
    [
      'a target of a type that is left out',
      { 'include-groups': 'false', 'target-identities': 'GROUP 1' },
      /include-groups/,
    ],
    ['case 10: a threshold twice', { thresholds: '"*": 1\n"*": 2' }, /thresholds/],
    ['a rule on a type that is left out', { 'include-groups': 'false', thresholds: 'groups.*: 0' }, /groups/],
    [
      'no tenant',
      { 'azure-tenant-id': undefined, 'azure-client-id': undefined },
      /azure-tenant-id[\s\S]*azure-client-id/,
    ],
    ['a cloud that does not fit the host', { 'azure-environment': 'china' }, /azure-environment/],
    ['Entra on AWS', { 'databricks-host': 'accounts.cloud.databricks.com' }, /auth-type/],
    ['no secret', { 'auth-type': 'oauth-m2m', 'databricks-client-id': CLIENT_ID }, /databricks-client-secret/],
  ]
  test.each(ONE_BY_ONE)('%s', async (_, inputs, told) => {
    const run = await runAction(sandbox, { inputs: inputs ?? {} })
    expectRefused(run)
    expect(errorsOf(run)).toMatch(told)
  })

  test('a secret that cannot be one is not shown', async () => {
    const secret = 'dose with spaces 0123456789'
    const inputs = { 'auth-type': 'oauth-m2m', 'databricks-client-id': CLIENT_ID, 'databricks-client-secret': secret }
    const run = await runAction(sandbox, { inputs })
    expectRefused(run)
    expect([...run.log, run.summary, JSON.stringify(run.outputs)].join('\n')).not.toContain(secret)
  })

  test.each(['pull_request_target', 'workflow_run', 'issue_comment'])(
    'case 69: the event %s is refused',
    async (eventName) => {
      const run = await runAction(sandbox, { eventName })
      expectRefused(run)
      expect(errorsOf(run)).toContain(eventName)
    },
  )

  test.each([
    ['NODE_TLS_REJECT_UNAUTHORIZED', '0'],
    ['NODE_DEBUG', 'HTTP*'],
  ])('an environment with %s=%s is refused', async (name, value) => {
    const run = await runAction(sandbox, { env: { [name]: value } })
    expect([run.exitCode, run.outputs.conclusion]).toEqual([1, 'error'])
    expect(errorsOf(run)).toContain(name)
  })

  test('case 15: a results-path that is a link out of the workspace, or a file, is refused', async () => {
    const workspace = newWorkspace()
    symlinkSync(sandbox.folder, join(workspace, 'link'))
    writeFileSync(join(workspace, 'file'), '')
    for (const path of ['link/results', 'file', '.git/results', sandbox.folder]) {
      const run = await runAction(sandbox, { workspace, inputs: { 'results-path': path } })
      expect([run.exitCode, run.outputs.conclusion], path).toEqual([1, 'error'])
      expect(errorsOf(run), path).toContain('results-path')
    }
    expect(readdirSync(workspace).sort()).toEqual(['file', 'link'])
  })
})

describe('a folder with the results of an earlier audit', () => {
  const foreign = { 'notes.txt': 'mine', 'idp_divergence_users.csv.bak': 'mine too' }

  function folderWithResults(): { workspace: string; folder: string } {
    const workspace = newWorkspace()
    const folder = join(workspace, 'aim-readiness')
    mkdirSync(folder)
    for (const name of ['idp_divergence_users.csv', 'idp_divergence_groups.csv', 'report.json'])
      writeFileSync(join(folder, name), 'stale')
    for (const [name, text] of Object.entries(foreign)) writeFileSync(join(folder, name), text)
    return { workspace, folder }
  }
  const contentOf = (folder: string) =>
    Object.fromEntries(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')]))

  test('nothing stale stays, foreign files do, and only what was written now is uploaded', async () => {
    const { workspace, folder } = folderWithResults()
    const run = await runAction(sandbox, { workspace, inputs: { 'include-groups': 'false', resume: 'off' } })
    expect(run.outputs.conclusion).toBe('passed')
    const content = contentOf(folder)
    expect(content).toMatchObject(foreign)
    expect(Object.values(content)).not.toContain('stale')
    expect(content['idp_divergence_groups.csv']).toBeUndefined()
    const uploaded = [...(sandbox.artifacts.get('aim-readiness')?.files().keys() ?? [])]
    expect(uploaded.filter((name) => name in foreign || name.includes('groups'))).toEqual([])
    expect(uploaded).toContain('idp_divergence_users.csv')
  })

  test('an audit that cannot even begin leaves no earlier result to be taken for its own', async () => {
    const { workspace, folder } = folderWithResults()
    const run = await runAction(sandbox, { workspace, inputs: { 'max-failures': 'many' } })
    expect(run.outputs.conclusion).toBe('error')
    expect(contentOf(folder)).toEqual(foreign)
  })

  test('case 2: a host with another case and a slash, and an account id with spaces, are understood', async () => {
    const inputs = {
      'databricks-host': '  HTTPS://Accounts.AzureDatabricks.NET/ ',
      'databricks-account-id': ' 6F2C1D0E-9C1E-4B7A-8F35-2D4E6A8B0C1D ',
      ...{ resume: 'off', 'upload-artifact': 'false' },
    }
    const run = await runAction(sandbox, { inputs })
    expect([run.exitCode, run.outputs.conclusion]).toEqual([0, 'passed'])
  })
})
