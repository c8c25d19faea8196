import { createHash } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { makeAccount } from '../sandbox/account.ts'
import { json } from '../sandbox/exchange.ts'
import { FAULTS, type Fault, type FaultPlan, firstOf } from '../sandbox/faults.ts'
import { expectedFiles } from '../sandbox/oracle.ts'
import { type RunOptions, runAction } from '../sandbox/runner.ts'
import { startSandbox } from '../sandbox/sandbox.ts'
import { bytesOf, csvsOf, filesBelow } from './evidence.ts'
import { always } from './faulty.ts'
import { atNextMatch, killedJob } from './interrupted.ts'

const ACCOUNT = makeAccount({ users: 150, groups: 20, servicePrincipals: 10 })
/** In the long suite, also what takes a minute of waiting. */
const PATIENT = process.env.AIM_READINESS_LONG === 'true'
const NO_UPLOAD = { 'upload-artifact': 'false' } as const

const answering = (name: string, status: number, value: unknown, headers?: Record<string, string>): Fault => ({
  name,
  kind: 'answer',
  answer: json(status, value, headers),
})
const DENIED = answering('denied', 200, { ok: false, message: 'cache write denied: the token may only read' })
const FULL = answering('full', 403, { code: 'resource_exhausted', msg: 'cache storage quota has been hit' })
const TOO_MANY = answering('429', 429, { code: 'resource_exhausted', msg: 'rate limit' }, { 'retry-after': '30' })

const onSave = (fault: Fault) => always(fault, (call) => call === 'cache.CreateCacheEntry')
const onBlob = (fault: Fault) => always(fault, (call) => call.startsWith('blob.'))

interface Trouble {
  readonly name: string
  readonly faults?: FaultPlan
  readonly env?: NonNullable<RunOptions['env']>
}

/** What the cache may do to us; the toolkit asks again for half a minute where it is told of a fault that may pass. */
const TROUBLES: readonly Trouble[] = [
  { name: 'writing is denied by the service', faults: onSave(DENIED) },
  { name: 'writing is denied by the workflow', env: { ACTIONS_CACHE_MODE: 'read' } },
  { name: 'it is full', faults: onSave(FULL) },
  { name: 'there were too many requests', faults: onSave(TOO_MANY) },
  { name: 'an upload is refused', faults: onBlob(answering('403', 403, { code: 'AuthorizationFailure' })) },
  { name: 'this runner has none', env: { ACTIONS_RESULTS_URL: undefined, ACTIONS_CACHE_SERVICE_V2: undefined } },
  { name: 'there is no token for it', env: { ACTIONS_RUNTIME_TOKEN: undefined } },
  ...(PATIENT ? [{ name: 'it answers 500', faults: onSave(FAULTS['500']) }] : []),
  { name: 'its connections are cut', faults: onSave(FAULTS.reset) },
]

describe.concurrent('case 63: the audit does not need the cache', () => {
  test.each(TROUBLES)(
    '$name: it passes with the same files, and the summary says once that progress was not saved',
    async ({ faults, env }) => {
      await using sandbox = await startSandbox({ account: ACCOUNT, ...(faults && { faults }) })
      const run = await runAction(sandbox, { inputs: NO_UPLOAD, ...(env && { env }) })
      expect([run.exitCode, run.outputs]).toMatchObject([0, { conclusion: 'passed', resumed: 'false' }])
      expect(csvsOf(run)).toEqual(bytesOf(expectedFiles(ACCOUNT)))
      expect(run.summary.match(/Progress could not be saved/g)).toHaveLength(1)
      expect(run.annotations.filter(({ kind }) => kind === 'error')).toEqual([])
      expect(run.annotations.length).toBeLessThan(10)
      expect((await filesBelow(run.workspace)).filter((path) => path.includes('.aim-readiness'))).toEqual([])
    },
    120_000,
  )

  test.runIf(PATIENT)(
    'it does not answer at all: the audit waits a minute for what may be there, and goes on',
    async () => {
      const hanging = always(FAULTS.hang, (call) => call === 'cache.GetCacheEntryDownloadURL')
      await using sandbox = await startSandbox({ account: ACCOUNT, faults: hanging })
      const run = await runAction(sandbox, { inputs: NO_UPLOAD })
      expect([run.exitCode, run.outputs]).toMatchObject([0, { conclusion: 'passed', resumed: 'false' }])
      expect(run.durationMs).toBeLessThan(80_000)
      expect(run.summary).toMatch(/Earlier progress could not be had/)
    },
    120_000,
  )

  test('what is there but cannot be had is told, and the audit begins anew', async () => {
    let isGone = false
    const next = atNextMatch()
    const gone = always(
      answering('404', 404, { code: 'BlobNotFound' }),
      (call) => isGone && /^blob\.(get|head)$/.test(call),
    )
    await using sandbox = await startSandbox({ account: ACCOUNT, faults: firstOf(next.plan, gone) })
    const kill = new AbortController()
    next.set(100, () => kill.abort())
    await killedJob(sandbox, kill.signal, { inputs: NO_UPLOAD })
    expect(sandbox.cacheEntries.length).toBeGreaterThan(0)
    isGone = true
    const run = await runAction(sandbox, { attempt: 2, inputs: NO_UPLOAD })
    expect([run.exitCode, run.outputs]).toMatchObject([0, { conclusion: 'passed', resumed: 'false' }])
    expect(run.summary).toMatch(/Earlier progress could not be had/)
    expect(csvsOf(run)).toEqual(bytesOf(expectedFiles(ACCOUNT)))
  }, 120_000)

  test('a post step that cannot save what a killed main step left behind says so, and renders it all the same', async () => {
    const next = atNextMatch()
    await using sandbox = await startSandbox({ account: ACCOUNT, faults: firstOf(next.plan, onSave(DENIED)) })
    const kill = new AbortController()
    next.set(150, () => kill.abort())
    const { main, post } = await killedJob(sandbox, kill.signal, { inputs: NO_UPLOAD })
    expect([main.signal, post?.exitCode]).toEqual(['SIGKILL', 0])
    expect(post?.summary).toMatch(/Progress could not be saved/)
    expect(post?.results.has('identities_to_process_users.csv')).toBe(true)
  }, 60_000)
})

describe('a machine that is used again', () => {
  test.each([
    ['it goes on', 'auto'],
    ['it begins anew', 'off'],
  ])(
    'after a run that was killed while it saved, and had no post step: %s, and nothing of the copy stays',
    async (_, resume) => {
      const next = atNextMatch()
      await using sandbox = await startSandbox({ account: ACCOUNT, faults: next.plan })
      const kill = new AbortController()
      next.set(100, () => kill.abort())
      const first = await runAction(sandbox, { inputs: NO_UPLOAD, kill: kill.signal })
      expect(first.signal).toBe('SIGKILL')
      await mkdir(join(first.workspace, '.aim-readiness'), { recursive: true })
      await writeFile(join(first.workspace, '.aim-readiness', 'checkpoint'), 'left')
      const { workspace } = first
      const env = { RUNNER_TEMP: first.temp }
      const second = await runAction(sandbox, { attempt: 2, workspace, env, inputs: { ...NO_UPLOAD, resume } })
      expect([second.exitCode, second.outputs]).toMatchObject([0, { conclusion: 'passed' }])
      expect(csvsOf(second)).toEqual(bytesOf(expectedFiles(ACCOUNT)))
      expect((await filesBelow(workspace)).filter((path) => path.includes('.aim-readiness'))).toEqual([])
    },
    60_000,
  )
})

describe('entries of audits that have ended', () => {
  const interrupted = async (forbidden: boolean) => {
    const next = atNextMatch()
    const noRight = always(
      answering('403', 403, { message: 'Resource not accessible by integration' }),
      (call) => forbidden && call === 'caches.delete',
    )
    const sandbox = await startSandbox({ account: ACCOUNT, faults: firstOf(next.plan, noRight) })
    for (const id of ['1', '2']) {
      const kill = new AbortController()
      next.set(60, () => kill.abort())
      await killedJob(sandbox, kill.signal, { inputs: NO_UPLOAD, env: { GITHUB_RUN_ID: id } })
    }
    return sandbox
  }
  const digest = ({ archive }: { archive: Buffer }) => createHash('sha256').update(archive).digest('hex')

  test('are removed where the token allows it, but for the mark that it has ended', async () => {
    await using sandbox = await interrupted(false)
    expect(sandbox.cacheEntries.length).toBeGreaterThan(1)
    const run = await runAction(sandbox, { inputs: NO_UPLOAD, env: { GITHUB_RUN_ID: '2' }, attempt: 2 })
    expect(run.outputs.conclusion).toBe('passed')
    const ofRun2 = sandbox.cacheEntries.filter(({ key }) => key.includes('-trusted-2-'))
    expect(ofRun2).toHaveLength(1)
    expect(ofRun2.map(digest)).toEqual([digest(sandbox.cacheEntries.at(-1) as { archive: Buffer })])
    const next = await runAction(sandbox, { inputs: NO_UPLOAD, env: { GITHUB_RUN_ID: '3' } })
    expect(next.outputs.resumed).toBe('false')
  }, 60_000)

  test('stay where the token does not, without a word', async () => {
    await using sandbox = await interrupted(true)
    const before = sandbox.cacheEntries.length
    const run = await runAction(sandbox, { inputs: NO_UPLOAD, env: { GITHUB_RUN_ID: '2' }, attempt: 2 })
    expect([run.exitCode, run.annotations]).toEqual([0, []])
    expect(sandbox.cacheEntries.length).toBeGreaterThan(before)
    const next = await runAction(sandbox, { inputs: NO_UPLOAD, env: { GITHUB_RUN_ID: '3' } })
    expect(next.outputs.resumed).toBe('false')
  }, 60_000)
})
