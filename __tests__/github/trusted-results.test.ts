import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import nock from 'nock'
import { describe, expect, test } from 'vitest'
import { JUDGEABLE, lastReports, newestTrusted, WHOLE } from '../../src/action/trusted.ts'
import { type TrustedQuery, trustedResults } from '../../src/github/trusted-results.ts'
import { reportJsonOf } from '../../src/report/report-json.ts'
import { temporaryFolder } from '../files/temporary.ts'
import { CLEAN, reportOf } from '../report/cast.ts'
import { API, api, offline } from './github-api.ts'

const SHA = 'c'.repeat(40)
const ACCOUNT = reportOf().accountId
const CONTEXT = { accountId: ACCOUNT, idpIsEntra: true }

offline()

const run = (id: number, changes: object = {}) => ({
  id,
  event: 'schedule',
  status: 'completed',
  conclusion: 'failure',
  head_branch: 'main',
  head_sha: SHA,
  html_url: `https://github.com/o/r/actions/runs/${id}`,
  path: '.github/workflows/audit.yml',
  head_repository: { full_name: 'O/r' },
  ...changes,
})
const runs = (...all: object[]) =>
  nock(API)
    .get('/repos/o/r/actions/workflows/audit.yml/runs')
    .query({ branch: 'main', status: 'completed', per_page: 50, page: 1 })
    .reply(200, { workflow_runs: all })
const artifacts = (id: number, ...all: object[]) =>
  nock(API)
    .get(`/repos/o/r/actions/runs/${id}/artifacts`)
    .query({ per_page: 100, page: 1 })
    .reply(200, { artifacts: all })
const artifact = (id: number, changes: object = {}) => ({
  ...{ id, name: 'aim-readiness', size_in_bytes: 1_000, expired: false, digest: `sha256:${id}` },
  ...changes,
})

type Files = Readonly<Record<string, string>>

/** A service that gives these files for these artifacts. */
function service(files: Readonly<Record<number, Files | Error>>) {
  const asked: { id: number; hash: unknown }[] = []
  const downloadArtifact = async (id: number, options?: { path?: string; expectedHash?: string }) => {
    asked.push({ id, hash: options?.expectedHash })
    const content = files[id]
    if (content instanceof Error) throw content
    for (const [name, text] of Object.entries(content ?? {})) await writeFile(join(options?.path ?? '', name), text)
    return { downloadPath: options?.path ?? '', digestMismatch: content !== undefined && 'tampered' in content }
  }
  return { client: { downloadArtifact }, asked }
}

async function withQuery<T>(client: TrustedQuery['client'], use: (query: TrustedQuery) => Promise<T>): Promise<T> {
  await using folder = await temporaryFolder()
  return await use({
    ...{ api, client, workflow: 'audit.yml', defaultBranch: 'main', runId: '1' },
    artifactName: 'aim-readiness',
    temp: folder.path,
    most: 5,
  })
}

const idsOf = (client: TrustedQuery['client']) =>
  withQuery(client, async (query) => {
    const ids: [number, number][] = []
    for await (const { run, artifact } of trustedResults(query)) ids.push([run.id, artifact.id])
    return ids
  })

const report = (changes: object = {}): Files => ({
  'report.json': reportJsonOf(reportOf({ tally: CLEAN, conclusion: 'passed', ...changes })),
  'findings.json': '{"schemaVersion":1,"findings":[\n]}\n',
})

describe('trustedResults', () => {
  test('only what the default branch of this repository brought about by itself is trusted, the newest first', async () => {
    runs(
      run(1),
      run(9, { event: 'pull_request' }),
      run(8, { event: 'workflow_run' }),
      run(7, { head_branch: 'feature' }),
      run(6, { head_repository: { full_name: 'fork/r' } }),
      run(5, { head_repository: null }),
      run(4, { path: '.github/workflows/other.yml' }),
      run(10, { status: 'in_progress' }),
      run(3, { event: 'workflow_dispatch' }),
      run(2, { event: 'push' }),
    )
    artifacts(3, artifact(31), artifact(33, { name: 'aim-readiness-attempt-2' }), artifact(32, { name: 'logs' }))
    artifacts(2, artifact(21, { expired: true }), artifact(22, { size_in_bytes: 2 ** 40 }), artifact(23))
    expect(await idsOf(service({}).client)).toEqual([
      [3, 33],
      [3, 31],
      [2, 23],
    ])
  })

  test('ours is found among hundreds that other jobs of the run uploaded', async () => {
    runs(run(3))
    artifacts(3, ...Array.from({ length: 100 }, (_, index) => artifact(100 + index, { name: `log-${index}` })))
    nock(API)
      .get('/repos/o/r/actions/runs/3/artifacts')
      .query({ per_page: 100, page: 2 })
      .reply(200, { artifacts: [artifact(31)] })
    expect(await idsOf(service({}).client)).toEqual([[3, 31]])
  })

  test('what is downloaded must be what was uploaded', async () => {
    runs(run(3))
    artifacts(3, artifact(31))
    const { client, asked } = service({ 31: { tampered: '' } })
    await expect(idsOf(client)).rejects.toThrow(/not what was uploaded/)
    expect(asked).toEqual([{ id: 31, hash: 'sha256:31' }])
  })

  test('a download that fails is an error: no older result is taken in its place', async () => {
    runs(run(3), run(2))
    artifacts(3, artifact(31))
    const error = new Error('https://x.blob.core.windows.net/?sig=SECRET')
    await expect(idsOf(service({ 31: error }).client)).rejects.toThrow(/^(?!.*SECRET).*actions: read/)
  })

  test('a download that never ends is given up', async () => {
    runs(run(3))
    artifacts(3, artifact(31))
    const client = { downloadArtifact: () => new Promise<never>(() => {}) }
    const all = withQuery(client, async (query) => {
      for await (const _ of trustedResults({ ...query, limitMs: 5 })) throw new Error('got one')
    })
    await expect(all).rejects.toThrow(/too long/)
  })

  test.each([401, 403, 404])('%d for the list of runs names the permission', async (status) => {
    nock(API).get(/runs/).reply(status, {})
    await expect(idsOf(service({}).client)).rejects.toThrow(/actions: read/)
  })

  test('not without end', async () => {
    runs(...Array.from({ length: 20 }, (_, id) => run(id + 100)))
    for (let id = 100; id < 120; id++) artifacts(id, artifact(id))
    expect(await idsOf(service({}).client)).toHaveLength(5)
  })
})

describe('newestTrusted', () => {
  const newest = (files: Readonly<Record<number, Files>>, conclusions = JUDGEABLE) =>
    withQuery(service(files).client, (query) =>
      newestTrusted(query, CONTEXT, conclusions, async ({ report }, { run, folder }) => ({
        run: run.id,
        conclusion: report.conclusion,
        text: await readFile(join(folder, 'report.json'), 'utf8'),
        folder,
      })),
    )
  const three = () => {
    runs(run(4), run(3), run(2))
    for (const id of [4, 3, 2]) artifacts(id, artifact(id * 10))
  }

  test('passes over other accounts, errors and what is no result of ours', async () => {
    three()
    const found = await newest({
      40: report({ accountId: '11111111-1111-4111-8111-111111111111' }),
      30: report({ conclusion: 'error' }),
      20: report({ conclusion: 'failed' }),
    })
    expect(found).toMatchObject({ run: 2, conclusion: 'failed' })
    expect(existsSync(found?.folder ?? '')).toBe(false)
  })

  test('incomplete is judged, but is no baseline', async () => {
    const files = { 40: report({ conclusion: 'incomplete', incompleteness: ['time-up'] }), 30: report(), 20: {} }
    three()
    expect(await newest(files)).toMatchObject({ run: 4, conclusion: 'incomplete' })
    three()
    expect(await newest(files, WHOLE)).toMatchObject({ run: 3, conclusion: 'passed' })
  })

  test('a damaged one is an error, not a reason to take an older one', async () => {
    three()
    await expect(newest({ 40: { 'report.json': '{' }, 30: report() })).rejects.toThrow(/damaged/)
  })

  test('none is none', async () => {
    runs()
    expect(await newest({})).toBeUndefined()
  })

  test('the last reports are a trend, as far as they can be had', async () => {
    three()
    const { client } = service({
      40: report(),
      30: report({ conclusion: 'incomplete' }),
      20: report({ finishedAt: '2026-11-20T00:00:00.000Z' }),
    })
    const trend = await withQuery(client, (query) => lastReports(query, CONTEXT, 5))
    expect(trend.map(({ finishedAt }) => finishedAt)).toEqual(['2026-11-20T00:00:00.000Z', reportOf().finishedAt])
    nock(API).get(/runs/).reply(403, {})
    expect(await withQuery(client, (query) => lastReports(query, CONTEXT, 5))).toEqual([])
  })
})
