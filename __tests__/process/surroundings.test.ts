import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeAccount } from '../sandbox/account.ts'
import { expectedFiles } from '../sandbox/oracle.ts'
import { type RunOptions, type RunResult, runAction } from '../sandbox/runner.ts'
import { type Sandbox, startSandbox } from '../sandbox/sandbox.ts'
import { bytesOf, csvsOf, errorsOf, filesBelow } from './evidence.ts'
import { always, atMatch, REFUSED } from './faulty.ts'
import { leaksOf } from './leaks.ts'

const TINY = { users: 24, groups: 6, servicePrincipals: 4 } as const
const ANYTHING = { thresholds: '"*": 0' }

describe('a runner that does not take what it is given', () => {
  let sandbox: Sandbox
  beforeAll(async () => {
    sandbox = await startSandbox({ account: TINY })
    mkdirSync(join(sandbox.folder, 'no-file'))
  })
  afterAll(() => sandbox?.[Symbol.asyncDispose]())
  const run = (options: RunOptions) =>
    runAction(sandbox, { ...options, inputs: { 'upload-artifact': 'false', resume: 'off', ...options.inputs } })
  const whole = (result: RunResult) => expect(csvsOf(result)).toEqual(bytesOf(expectedFiles(sandbox.account)))

  test.each(['GITHUB_OUTPUT', 'GITHUB_STEP_SUMMARY', 'GITHUB_STATE'])(
    'case 66: without %s the audit is done, and the exit code tells the verdict',
    async (name) => {
      const env = { [name]: undefined }
      const [passed, failed] = [await run({ env }), await run({ env, inputs: ANYTHING })]
      expect([passed.exitCode, failed.exitCode]).toEqual([0, 1])
      whole(passed)
      whole(failed)
    },
  )

  test.each(['GITHUB_OUTPUT', 'GITHUB_STEP_SUMMARY', 'GITHUB_STATE'])(
    'case 66: with a %s that cannot be written the audit is done, and the exit code tells the verdict',
    async (name) => {
      const env = { [name]: join(sandbox.folder, 'no-file') }
      const [passed, failed] = [await run({ env }), await run({ env, inputs: ANYTHING })]
      expect([passed.exitCode, failed.exitCode]).toEqual([0, 1])
      whole(passed)
      whole(failed)
    },
  )

  test('a temporary folder that is not there ends in an error, not in silence', async () => {
    const result = await run({ env: { RUNNER_TEMP: join(sandbox.folder, 'nowhere') } })
    expect([result.exitCode, result.outputs.conclusion]).toEqual([1, 'error'])
    expect(errorsOf(result)).not.toBe('')
  })

  test('without job-summary there is none', async () => {
    const result = await run({ inputs: { 'job-summary': 'false' } })
    expect([result.exitCode, result.summary]).toEqual([0, ''])
  })
})

describe('services that fail', () => {
  test.each([
    ['the artifact service refuses', { faults: always(REFUSED, (call) => call.startsWith('artifact.')) }, {}],
    ['the storage refuses', { faults: always(REFUSED, (call) => call.startsWith('blob.')) }, {}],
    ['the runner has no services', {}, { ACTIONS_RESULTS_URL: undefined, ACTIONS_RUNTIME_TOKEN: undefined }],
  ])('case 63: %s: a warning, and the conclusion is the same', async (_, options, env) => {
    await using sandbox = await startSandbox({ account: TINY, ...options })
    const run = await runAction(sandbox, { inputs: ANYTHING, env })
    expect([run.exitCode, run.outputs]).toMatchObject([
      1,
      { conclusion: 'failed', 'artifact-id': '', 'artifact-url': '' },
    ])
    expect(csvsOf(run)).toEqual(bytesOf(expectedFiles(sandbox.account)))
    expect(run.annotations.some(({ kind }) => kind === 'warning')).toBe(true)
    expect(run.annotations.filter(({ kind }) => kind === 'error')).toHaveLength(1)
    expect(sandbox.artifacts.size).toBe(0)
    expect(await leaksOf(run, sandbox)).toEqual([])
  })

  test('case 63: the cache refuses: the audit goes on and ends as ever', async () => {
    const faults = always(REFUSED, (call) => call.startsWith('cache.'))
    await using sandbox = await startSandbox({ account: TINY, faults })
    const run = await runAction(sandbox)
    expect([run.exitCode, run.outputs.conclusion]).toEqual([0, 'passed'])
    expect(csvsOf(run)).toEqual(bytesOf(expectedFiles(sandbox.account)))
    expect([...sandbox.artifacts.keys()]).toEqual(['aim-readiness'])
    expect(await leaksOf(run, sandbox)).toEqual([])
  })
})

describe('the artifact', () => {
  test('has a name of its own for each attempt, and one that is made unique when it is taken', async () => {
    await using sandbox = await startSandbox({ account: TINY })
    const inputs = { resume: 'off', 'artifact-retention-days': '7' }
    for (const attempt of [1, 2, 1]) {
      const run = await runAction(sandbox, { attempt, inputs })
      expect(run.outputs.conclusion).toBe('passed')
      const uploaded = [...sandbox.artifacts.values()].at(-1)
      expect(run.outputs['artifact-id']).toBe(uploaded?.id)
      expect(bytesOf(uploaded?.files() ?? [])).toEqual(bytesOf(run.results))
    }
    const [first, second, third] = [...sandbox.artifacts.keys()]
    expect([first, second]).toEqual(['aim-readiness', 'aim-readiness-attempt-2'])
    expect(third).toMatch(/^aim-readiness-audit-[0-9a-f]{8}$/)
    for (const { expiresAt } of sandbox.artifacts.values()) {
      const days = (Date.parse(expiresAt ?? '') - Date.now()) / 86_400_000
      expect(Math.round(days)).toBe(7)
    }
  })
})

describe('a fault of our own', () => {
  test('case 74: a folder that vanishes under the audit: error, exit 1, no token told, nothing left', async () => {
    const account = makeAccount(TINY)
    let workspace = ''
    const faults = atMatch(10, () => {
      rmSync(join(workspace, 'aim-readiness'), { recursive: true })
      writeFileSync(join(workspace, 'aim-readiness'), 'a file stands where the folder was')
    })
    await using sandbox = await startSandbox({ account, faults })
    workspace = join(sandbox.folder, 'work')
    const run = await runAction(sandbox, { workspace })
    expect([run.exitCode, run.outputs.conclusion]).toEqual([1, 'error'])
    expect(errorsOf(run)).toContain('ENOTDIR')
    expect(await leaksOf(run, sandbox)).toEqual([])
    expect(sandbox.artifacts.size).toBe(0)
    expect((await filesBelow(run.temp)).filter((path) => path.endsWith('.csv'))).toEqual([])
  })
})
