import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { SAMPLE_SHAPE } from '../sandbox/account.ts'
import { nightly } from '../sandbox/repository-server.ts'
import { type RunOptions, type RunResult, runAction } from '../sandbox/runner.ts'
import { type Sandbox, startSandbox } from '../sandbox/sandbox.ts'
import { errorsOf, reportOf } from './evidence.ts'

const RULES = 'users.EXTERNAL_ID_NOT_IN_IDP: 50%\nblockers: 10'
const CREDENTIALS = { 'azure-tenant-id': undefined, 'azure-client-id': undefined }

let sandbox: Sandbox
let audited: RunResult
let begun = 0
beforeAll(async () => {
  sandbox = await startSandbox({ account: { users: 200 } })
  audited = await runAction(sandbox, { inputs: { thresholds: RULES } })
})
afterAll(() => sandbox?.[Symbol.asyncDispose]())
beforeEach(() => {
  begun = sandbox.requests.length
  sandbox.repository.runs.splice(0, Number.POSITIVE_INFINITY, nightly(100, Object.fromEntries(audited.results)))
})
afterEach(() => sandbox.repository.commits.clear())

const evaluated = (inputs: RunOptions['inputs'] = {}, options: RunOptions = {}) =>
  runAction(sandbox, { ...options, inputs: { ...CREDENTIALS, mode: 'evaluate', ...inputs } })

const asked = () => [...new Set(sandbox.requests.slice(begun).map(({ host }) => host))]

const pullRequestFrom = (head: string) => ({
  eventName: 'pull_request',
  event: {
    repository: { private: true, default_branch: 'main' },
    pull_request: {
      number: 7,
      base: { sha: 'a'.repeat(40), repo: { full_name: 'octo/aim' } },
      head: { sha: 'b'.repeat(40), repo: { full_name: head } },
    },
  },
})

/** Of the audit's files, some changed. */
const files = (changes: Readonly<Record<string, string>> = {}) => ({
  ...Object.fromEntries(audited.results),
  ...changes,
})

const reportWith = (changes: object) => ({ 'report.json': JSON.stringify({ ...reportOf(audited), ...changes }) })

function expectNotJudged(run: RunResult, why: RegExp): void {
  expect([run.exitCode, run.outputs.conclusion, run.outputs.ready]).toEqual([1, 'error', 'false'])
  expect(errorsOf(run)).toMatch(why)
}

describe('mode evaluate', () => {
  test("gives the audit's verdict over its own results, without a credential and without a call to Databricks", async () => {
    const run = await evaluated({ thresholds: RULES })
    expect(run.exitCode).toBe(audited.exitCode)
    for (const name of ['conclusion', 'ready', 'blocker-count', 'review-count', 'hygiene-count', 'counts', 'exceeded'])
      expect([name, run.outputs[name]]).toEqual([name, audited.outputs[name]])
    for (const name of ['total-checked', 'divergent-count', 'failure-count', 'divergent-workspace-count'])
      expect([name, run.outputs[name]]).toEqual([name, audited.outputs[name]])
    expect(run.results.get('findings.json')).toEqual(audited.results.get('findings.json'))
    expect(asked().sort()).toEqual(['api.github.com', 'productionresultssa1.blob.core.windows.net'])
    expect(sandbox.refused).toEqual([])
    expect(run.outputs['api-calls']).toBe('0')
    expect(run.summary).toContain('[`100`](https://github.com/octo/aim/actions/runs/100)')
  })

  test('judges by the policy of today; the result keeps its age', async () => {
    const run = await evaluated({ thresholds: 'blockers: 100000', 'primary-domains': 'example.com' })
    expect([run.exitCode, run.outputs.conclusion]).toEqual([0, 'passed'])
    expect(Number(run.outputs['out-of-scope-count'])).toBeGreaterThan(0)
    expect(reportOf(run)).toMatchObject({ finishedAt: reportOf(audited).finishedAt, conclusion: 'passed' })
  })

  test('a result that is too old is not judged', async () => {
    const finishedAt = new Date(Date.now() - 25 * 3_600_000).toISOString()
    sandbox.repository.runs.splice(0, 1, nightly(100, files(reportWith({ finishedAt }))))
    expectNotJudged(await evaluated(), /max-result-age: the result is 25 hours old/)
    expect((await evaluated({ 'max-result-age': '26' })).outputs.conclusion).toBe('passed')
  })

  test('no trusted result is no result: what a branch or another account brings is not taken', async () => {
    const other = reportWith({ accountId: '11111111-1111-4111-8111-111111111111' })
    sandbox.repository.runs.splice(
      ...[0, 1],
      nightly(100, files(), { event: 'pull_request' }),
      nightly(101, files(), { branch: 'feature' }),
      nightly(102, files(), { repository: 'stranger/aim' }),
      nightly(103, files(other)),
    )
    expectNotJudged(await evaluated(), /mode: there is no result to judge/)
  })

  test('what ended incomplete stays so, and an error is passed over', async () => {
    sandbox.repository.runs.push(nightly(101, files(reportWith({ conclusion: 'error' }))))
    expect((await evaluated()).outputs.conclusion).toBe('passed')
    const incomplete = reportWith({ conclusion: 'incomplete', incompleteness: ['time-up'] })
    sandbox.repository.runs.push(nightly(102, files(incomplete)))
    const run = await evaluated()
    expect([run.exitCode, run.outputs.conclusion, run.outputs.ready]).toEqual([1, 'incomplete', 'false'])
  })

  test('a damaged one is an error', async () => {
    const text = audited.results.get('findings.json')?.toString() ?? ''
    sandbox.repository.runs.push(nightly(101, files({ 'findings.json': text.replace(/\n[^\n]*\n\]\}\n$/, '\n]}\n') })))
    expectNotJudged(await evaluated(), /findings\.json/)
  })

  test('a rule about a type that the result does not tell of is not taken as kept', async () => {
    const { users, ...rest } = reportOf(audited).totals as Record<string, unknown>
    const lines = (audited.results.get('findings.json')?.toString() ?? '').split('\n')
    const others = lines.filter((line) => !line.startsWith('{"type":"user"'))
    const text = others.join('\n')
    sandbox.repository.runs.push(nightly(101, files({ ...reportWith({ totals: rest }), 'findings.json': text })))
    expectNotJudged(await evaluated({ thresholds: '"*": 100000' }), /does not tell of users/)
    expect(users).toBeDefined()
    const run = await evaluated({ thresholds: '"*": 100000', 'include-users': 'false' })
    expect(run.outputs.conclusion).toBe('passed')
  })

  test('on a pull request, even of a fork: by the policy of the base commit; its own counts once it is merged', async () => {
    const [base, head] = ['a'.repeat(40), 'b'.repeat(40)]
    sandbox.repository.commits.set(base, { '.github/aim-readiness.yml': 'thresholds:\n  blockers: 0\n' })
    sandbox.repository.commits.set(head, { '.github/aim-readiness.yml': 'thresholds:\n  blockers: 1000\n' })
    const event = {
      repository: { private: true, default_branch: 'main' },
      pull_request: {
        number: 7,
        base: { sha: base, repo: { full_name: 'octo/aim' } },
        head: { sha: head, repo: { full_name: 'stranger/aim' } },
      },
    }
    const run = await evaluated({}, { eventName: 'pull_request', event })
    expect([run.exitCode, run.outputs.conclusion]).toEqual([1, 'failed'])
    expect(run.summary).toMatch(/aim-readiness\.yml` of the base commit at `aaaaaaa`.*modified/)
    expectNotJudged(
      await evaluated({ 'evaluate-from': 'there' }, { eventName: 'pull_request', event }),
      /evaluate-from: is refused on pull_request/,
    )
    expectNotJudged(
      await evaluated({ 'databricks-account-id': '' }, { eventName: 'pull_request', event }),
      /databricks-account-id: GitHub gives no configuration variables .* from a fork; write the id out/,
    )
  })

  test('of a fork, whose token may not comment: a warning, and the verdict is the same', async () => {
    sandbox.repository.mayComment = false
    const inputs = { 'pr-comment': 'always', thresholds: 'blockers: 0' }
    const run = await evaluated(inputs, pullRequestFrom('stranger/aim'))
    sandbox.repository.mayComment = true
    expect([run.exitCode, run.outputs.conclusion, sandbox.repository.comments]).toEqual([1, 'failed', []])
    expect(run.annotations.filter(({ kind }) => kind === 'warning').map(({ message }) => message)).toEqual([
      expect.stringContaining('pull requests from forks never have it'),
    ])
  })

  test('on a merge group: by the policy of its base', async () => {
    const [base, head] = ['a'.repeat(40), 'b'.repeat(40)]
    sandbox.repository.commits.set(base, {
      '.github/aim-readiness.yml': 'thresholds:\n  blockers: 0\nbaseline: before\nnew-only: true\n',
      ...Object.fromEntries([...audited.results].map(([name, content]) => [`before/${name}`, content.toString()])),
    })
    sandbox.repository.commits.set(head, { '.github/aim-readiness.yml': 'thresholds:\n  blockers: 1000\n' })
    const repository = { private: true, default_branch: 'main' }
    const event = { repository, merge_group: { base_sha: base, head_sha: head } }
    const run = await evaluated({}, { eventName: 'merge_group', event })
    // Nothing is new since what the base commit holds.
    expect([run.exitCode, run.outputs.conclusion]).toEqual([0, 'passed'])
    expect(reportOf(run)).toMatchObject({
      rules: [{ rule: 'blockers', limit: '0', value: 0 }],
      policyFiles: [{ origin: 'base', commit: base, change: 'modified' }],
      baseline: { newOnly: true, changes: { new: 0 } },
    })
    expectNotJudged(
      await evaluated({}, { eventName: 'merge_group', event: { repository, merge_group: { head_sha: head } } }),
      /merge_group does not tell its base commit/,
    )
  })
})

test('a comment of an earlier run does not go on telling what was, once nothing can be judged', async () => {
  const pull = pullRequestFrom('octo/aim')
  await evaluated({ 'pr-comment': 'always' }, pull)
  expect(sandbox.repository.comments.map(({ body }) => body)).toEqual([expect.stringContaining('no limits are set')])
  sandbox.repository.runs.length = 0
  expectNotJudged(await evaluated({ 'pr-comment': 'always' }, pull), /mode: there is no result to judge/)
  expect(sandbox.repository.comments.map(({ body }) => body)).toEqual([expect.stringContaining('could not be judged')])
})

test('case 65: a cancel that comes when the result is told changes nothing about it', async () => {
  const cancel = new AbortController()
  const watch = setInterval(() => {
    if (sandbox.requests.slice(begun).some(({ call }) => call === 'repository.comments')) cancel.abort()
  }, 1)
  const run = await evaluated({ 'pr-comment': 'always' }, { ...pullRequestFrom('octo/aim'), signal: cancel.signal })
  clearInterval(watch)
  expect([cancel.signal.aborted, run.exitCode, run.outputs.conclusion]).toEqual([true, 0, 'passed'])
})

describe('evaluate-from', () => {
  const workspaceWith = async (name: string, folder: ReadonlyMap<string, Buffer | string>) => {
    const workspace = join(sandbox.folder, name)
    await mkdir(join(workspace, 'there'), { recursive: true })
    for (const [file, content] of folder) await writeFile(join(workspace, 'there', file), content)
    return workspace
  }

  test('judges a folder of the workspace', async () => {
    const workspace = await workspaceWith('folder', audited.results)
    const run = await evaluated({ thresholds: RULES, 'evaluate-from': 'there' }, { workspace })
    expect(run.outputs).toMatchObject({ conclusion: audited.outputs.conclusion, 'results-path': 'aim-readiness' })
    expect(run.results.get('findings.json')).toEqual(audited.results.get('findings.json'))
  })

  test('leaves the folder as it is when it is the one of the results', async () => {
    const workspace = await workspaceWith('same', audited.results)
    const run = await evaluated({ 'evaluate-from': 'there', 'results-path': 'there' }, { workspace })
    expect(run.outputs.conclusion).toBe('passed')
    expect(run.results).toEqual(audited.results)
  })

  test('judges what the prep script wrote', async () => {
    const SAMPLE = join(import.meta.dirname, '../fixtures/sample-results')
    const names = [...audited.results.keys()].filter((name) => name.endsWith('.csv'))
    const texts = await Promise.all(names.map(async (name) => [name, await readFile(join(SAMPLE, name))] as const))
    const workspace = await workspaceWith('script', new Map(texts))
    const run = await evaluated({ 'evaluate-from': 'there', 'primary-domains': 'example.com' }, { workspace })
    expect(run.outputs).toMatchObject({
      ...{ conclusion: 'passed', ready: 'false', 'total-checked': String(SAMPLE_SHAPE.users + 341 + 173) },
      ...{ 'blocker-count': '87', 'review-count': '28', 'out-of-scope-count': '17', 'hygiene-count': '1012' },
    })
    expect(run.summary).toContain('its age is not known')
  })

  test('a folder that is not there, or leads out', async () => {
    expectNotJudged(await evaluated({ 'evaluate-from': 'nowhere' }), /evaluate-from: there is no folder "nowhere"/)
    expectNotJudged(await evaluated({ 'evaluate-from': '/etc' }), /evaluate-from: .*leads out of the workspace/)
    expect(asked()).toEqual(['api.github.com'])
  })
})
