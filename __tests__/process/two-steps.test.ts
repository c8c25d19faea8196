import { mkdtemp } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { everyPrincipal, makeAccount } from '../sandbox/account.ts'
import { expectedFiles } from '../sandbox/oracle.ts'
import { type RunOptions, runAction } from '../sandbox/runner.ts'
import { matchesOf } from './evidence.ts'
import { BOUND, csvHashesOf, hashesOf, KEY, killable, NO_UPLOAD, postOf } from './interrupted.ts'

const ACCOUNT = makeAccount({ users: 800, groups: 30, servicePrincipals: 20 })
const ALL = everyPrincipal(ACCOUNT).length

/** Two steps of one job: the first is killed, as by its time limit; post steps run at the end, the last step's first. */
async function jobOf(second: { readonly killAfter?: number; readonly inputs?: Record<string, string> }) {
  const world = await killable({ account: ACCOUNT })
  const { sandbox } = world
  const inputs = { ...NO_UPLOAD, 'progress-key': KEY }
  const temp = await mkdtemp(join(sandbox.folder, 'temp-'))
  const env = { RUNNER_TEMP: temp }
  const step = async (options: RunOptions) => runAction(sandbox, { env, inputs, ...options })
  const first = await step({ kill: world.killAfter(300) })
  const { workspace } = first
  const again = { workspace, inputs: { ...inputs, 'results-path': 'again', ...second.inputs } }
  const next = await step({ ...again, ...(second.killAfter && { kill: world.killAfter(second.killAfter) }) })
  await postOf(sandbox, next, { ...again, env })
  const post = await postOf(sandbox, first, { env, inputs })
  expect(post.exitCode).toBe(0)
  return { world, sandbox, inputs, next }
}

describe('case 64: two steps of one job', () => {
  test('of one audit: what the second finished is not continued, whatever the first left', async () => {
    const { world, sandbox, inputs, next } = await jobOf({})
    await using _ = world
    expect(next.outputs.conclusion).toBe('passed')
    expect((await runAction(sandbox, { inputs, env: { GITHUB_RUN_ID: '5000' } })).outputs.resumed).toBe('false')
  }, 60_000)

  test('of one audit, both killed: what the second saved is continued', async () => {
    const { world, sandbox, inputs } = await jobOf({ killAfter: 700 })
    await using _ = world
    const before = sandbox.requests.length
    const last = await runAction(sandbox, { attempt: 2, inputs })
    expect(last.outputs).toMatchObject({ conclusion: 'passed', resumed: 'true' })
    expect(csvHashesOf(last)).toEqual(hashesOf(expectedFiles(ACCOUNT)))
    expect(matchesOf(sandbox, before).size).toBeLessThanOrEqual(ALL - 700 + BOUND)
  }, 60_000)

  test('of different audits: each goes on from its own', async () => {
    const { world, sandbox, inputs, next } = await jobOf({ inputs: { 'include-groups': 'false' } })
    await using _ = world
    expect(next.outputs).toMatchObject({ conclusion: 'passed', resumed: 'false' })
    const last = await runAction(sandbox, { attempt: 2, inputs })
    expect(last.outputs).toMatchObject({ conclusion: 'passed', resumed: 'true' })
    expect(csvHashesOf(last)).toEqual(hashesOf(expectedFiles(ACCOUNT)))
  }, 60_000)
})
