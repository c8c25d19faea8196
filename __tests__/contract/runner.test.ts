import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as core from '@actions/core'
import nock from 'nock'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { runnerLog } from '../../src/github/log.ts'
import { idTokens } from '../../src/github/oidc.ts'
import { setOutputs, writeSummary } from '../../src/github/outputs.ts'
import { within } from '../../src/github/timed.ts'
import { systemClock } from '../../src/http/clock.ts'
import type { Log } from '../../src/ports.ts'
import { failureOf, idToken, never, offline, online } from './wire.ts'

const NAMES = [
  'ACTIONS_ID_TOKEN_REQUEST_URL',
  'ACTIONS_ID_TOKEN_REQUEST_TOKEN',
  'GITHUB_OUTPUT',
  'GITHUB_STEP_SUMMARY',
] as const
let folder = ''
let printed = ''
const write = process.stdout.write

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'runner-'))
  offline()
  printed = ''
  quiet.warnings.length = 0
  // The toolkit prints its commands; here they are read instead.
  process.stdout.write = (text: string | Uint8Array) => {
    printed += String(text)
    return true
  }
})
afterEach(() => {
  process.stdout.write = write
  for (const name of NAMES) delete process.env[name]
  rmSync(folder, { recursive: true, force: true })
  online()
})

/** Sleeps for no time. */
const clock = { ...systemClock, sleep: async () => {} }
const quiet: Log & { readonly warnings: string[] } = {
  warnings: [],
  info() {},
  group() {},
  endGroup() {},
  notice() {},
  error() {},
  warning(text) {
    this.warnings.push(text)
  },
}

describe('idTokens', () => {
  const TOKEN = idToken({ sub: 'repo:o/r' })
  const tokens = (limitMs = 15_000) => idTokens({ env: process.env, core, clock, random: () => 0, limitMs })
  const permitted = (url = 'https://pipelines.actions.githubusercontent.com/x?api-version=2.0') => {
    process.env.ACTIONS_ID_TOKEN_REQUEST_URL = url
    process.env.ACTIONS_ID_TOKEN_REQUEST_TOKEN = 'runtime-token'
  }
  const provider = (audience = 'a') =>
    nock('https://pipelines.actions.githubusercontent.com', { reqheaders: { authorization: 'Bearer runtime-token' } })
      .get('/x')
      .query({ 'api-version': '2.0', audience })

  test('asks for the audience and masks the token', async () => {
    permitted()
    provider('api://AzureADTokenExchange').reply(200, { value: TOKEN })
    expect(await tokens()('api://AzureADTokenExchange', never)).toBe(TOKEN)
    expect(printed).toContain(`::add-mask::${TOKEN}`)
  })

  test.each(['ACTIONS_ID_TOKEN_REQUEST_URL', 'ACTIONS_ID_TOKEN_REQUEST_TOKEN'])(
    'a job without %s is told which permission is missing, and nothing is sent (case 69)',
    async (name) => {
      permitted()
      delete process.env[name]
      const failure = await failureOf(tokens()('a', never))
      expect(failure.reason).toBe('sign-in')
      expect(failure.message).toMatch(/id-token: write.*contents: read.*reusable workflow.*forks/)
    },
  )

  test('a refusal is final', async () => {
    permitted()
    provider().reply(403, { message: 'no' })
    expect(await failureOf(tokens()('a', never))).toMatchObject({ reason: 'sign-in', code: '403' })
  })

  test.each([
    ['proxy', '407', 'tunneling socket could not be established, statusCode=407'],
    ['certificate', 'TLS', 'self-signed certificate in certificate chain'],
    ['certificate', 'TLS', "Hostname/IP does not match certificate's altnames: Host: x."],
  ] as const)('a fault of the set-up is final: %s (case 39, 73)', async (reason, code, message) => {
    permitted()
    provider().replyWithError(new Error(message))
    const failure = await failureOf(tokens()('a', never))
    expect(failure).toMatchObject({ reason, code })
    expect(failure.message).toMatch(/HTTPS_PROXY|NODE_EXTRA_CA_CERTS/)
  })

  test('a proxy that is away for a moment is asked again (case 73)', async () => {
    permitted()
    provider().replyWithError(new Error('tunneling socket could not be established, statusCode=503'))
    provider().reply(200, { value: TOKEN })
    expect(await tokens()('a', never)).toBe(TOKEN)
  })

  test('a provider that stumbles is asked again (case 51)', async () => {
    permitted()
    provider().replyWithError(Object.assign(new Error('reset'), { code: 'ECONNRESET' }))
    provider().reply(500, {})
    provider().reply(200, { value: TOKEN })
    expect(await tokens()('a', never)).toBe(TOKEN)
  })

  test.each([
    ['network', 'ECONNREFUSED'],
    ['name-not-resolved', 'ENOTFOUND'],
    ['timeout', 'ETIMEDOUT'],
    ['network', 'EAI_AGAIN'],
  ] as const)('a provider that is not reached: %s, %s', async (reason, code) => {
    permitted()
    provider()
      .thrice()
      .replyWithError(Object.assign(new Error(`connect ${code} 127.0.0.1:1`), { code }))
    const failure = await failureOf(tokens()('a', never))
    expect(failure).toMatchObject({ reason, code })
    expect(failure.message).not.toContain('id-token')
  })

  test('no token after three tries is a broken connection, which may pass (case 51)', async () => {
    permitted()
    provider().thrice().reply(200, { value: '' })
    expect((await failureOf(tokens()('a', never))).reason).toBe('network')
    provider().thrice().reply(429, {})
    expect(await failureOf(tokens()('a', never))).toMatchObject({ reason: 'network', code: '429' })
  })

  test('a run that is cancelled does not wait for it', async () => {
    permitted()
    const hanging = idTokens({ env: process.env, core: { getIDToken: () => new Promise(() => {}) }, clock })
    expect((await failureOf(hanging('a', AbortSignal.timeout(20)))).reason).toBe('cancelled')
  })

  test('a connection that is cut within the body does not hang (case 51)', async () => {
    const server = createServer((_, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '100' })
      response.write('{"value":')
      setTimeout(() => response.destroy(), 20)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    nock.enableNetConnect('127.0.0.1')
    permitted(`http://127.0.0.1:${(server.address() as AddressInfo).port}/x?v=1`)
    try {
      expect((await failureOf(tokens(150)('a', never))).reason).toBe('timeout')
    } finally {
      server.close()
    }
  })
})

describe('within', () => {
  test('gives what the call gives, or an error when it takes too long', async () => {
    expect(await within(1000, 'it', Promise.resolve(1))).toBe(1)
    await expect(within(1000, 'it', Promise.reject(new Error('own')))).rejects.toThrow('own')
    expect((await failureOf(within(5, 'it', new Promise(() => {})))).reason).toBe('timeout')
  })
})

describe('runnerLog', () => {
  const HOSTILE = [
    'name\n::add-mask::e',
    '::error::spoof',
    'x ##[add-mask]e',
    'a\r::stop-commands::t',
    '\u001b]8;;https://evil.example\u0007link',
    'abc\u202egnp',
    'line\u2028::warning::x',
  ]

  test.each(HOSTILE)('no name becomes a command (case 68): %j', (name) => {
    const log = runnerLog(core)
    log.info(name)
    log.group(name)
    log.endGroup()
    for (const level of ['notice', 'warning', 'error'] as const) log[level](name)
    const lines = printed.trimEnd().split(/[\r\n\u2028\u2029]+/)
    const commands = lines.filter((line) => /^\s*::/.test(line)).map((line) => /^::(\w[\w-]*)/.exec(line)?.[1])
    expect(commands).toEqual(['group', 'endgroup', 'notice', 'warning', 'error'])
    expect(printed).not.toContain('##[')
    expect(printed).not.toContain('\u001b')
    expect(printed).not.toContain('\u202e')
  })
})

describe('setOutputs and writeSummary', () => {
  const ports = () => ({ env: process.env, core, log: quiet })

  test('write what the runner reads', async () => {
    process.env.GITHUB_OUTPUT = join(folder, 'output')
    process.env.GITHUB_STEP_SUMMARY = join(folder, 'summary')
    writeFileSync(process.env.GITHUB_OUTPUT, '')
    setOutputs(ports(), { conclusion: 'passed', counts: '{"users":{}}' })
    await writeSummary(ports(), '# Title')
    await writeSummary(ports(), 'more\n')
    const output = readFileSync(process.env.GITHUB_OUTPUT, 'utf8')
    expect(output).toMatch(/^conclusion<<(\S+)\r?\npassed\r?\n\1\r?\ncounts<<(\S+)\r?\n\{"users":\{\}\}\r?\n\2\r?\n$/)
    expect(readFileSync(process.env.GITHUB_STEP_SUMMARY, 'utf8')).toBe('# Title\nmore\n')
    expect(quiet.warnings).toEqual([])
  })

  test.each([
    ['not given', undefined],
    ['empty', ''],
    ['in a folder that does not exist', '/nowhere/at/all'],
    ['a folder', tmpdir()],
  ])('the run goes on when the files are %s (case 66)', async (_, path) => {
    for (const name of ['GITHUB_OUTPUT', 'GITHUB_STEP_SUMMARY'] as const)
      if (path === undefined) delete process.env[name]
      else process.env[name] = path
    setOutputs(ports(), { conclusion: 'passed' })
    await writeSummary(ports(), 'x')
    expect(quiet.warnings).toHaveLength(2)
    expect(printed).not.toContain('set-output')
  })
})
