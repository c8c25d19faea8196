import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { FaultPlan } from '../sandbox/faults.ts'
import { nightly, US } from '../sandbox/repository-server.ts'
import { type RunOptions, type RunResult, runAction } from '../sandbox/runner.ts'
import { type Sandbox, startSandbox } from '../sandbox/sandbox.ts'
import { csvsOf, errorsOf, reportOf } from './evidence.ts'

const [BASE, HEAD] = ['a'.repeat(40), 'b'.repeat(40)]
const NO_UPLOAD = { 'upload-artifact': 'false' }
const soon = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10)

interface Found {
  readonly type: string
  readonly id: string
  readonly name: string
  readonly class: string
  readonly categories: readonly string[]
}

let sandbox: Sandbox
let audited: RunResult
let findings: readonly Found[]
let begun = 0
let workspaces = 0
beforeAll(async () => {
  sandbox = await startSandbox({ account: { users: 120, groups: 20, servicePrincipals: 10 } })
  audited = await runAction(sandbox, { inputs: NO_UPLOAD })
  findings = JSON.parse(audited.results.get('findings.json')?.toString() ?? '').findings
})
afterAll(() => sandbox?.[Symbol.asyncDispose]())
beforeEach(() => {
  begun = sandbox.requests.length
})
afterEach(() => {
  sandbox.repository.commits.clear()
  sandbox.repository.runs.length = 0
  sandbox.repository.comments.length = 0
  sandbox.repository.mayComment = true
})

/** A workspace with these files. */
async function checkout(files: Readonly<Record<string, string | Buffer>>): Promise<string> {
  const workspace = join(sandbox.folder, `checkout-${++workspaces}`)
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(workspace, path)), { recursive: true })
    await writeFile(join(workspace, path), content)
  }
  return workspace
}

const run = (inputs: RunOptions['inputs'] = {}, options: RunOptions = {}) =>
  runAction(sandbox, { ...options, inputs: { ...NO_UPLOAD, ...inputs } })

const asked = () => [...new Set(sandbox.requests.slice(begun).map(({ host }) => host))]

/** The run was refused, and nobody but GitHub was asked for anything. */
function expectRefused(result: RunResult, ...why: readonly RegExp[]): void {
  expect([result.exitCode, result.outputs.conclusion]).toEqual([1, 'error'])
  for (const one of why) expect(errorsOf(result)).toMatch(one)
  expect(asked().filter((host) => host !== 'api.github.com' && !host.endsWith('.blob.core.windows.net'))).toEqual([])
}

const proposal = () => ({
  eventName: 'pull_request',
  event: {
    repository: { private: true, default_branch: 'main' },
    pull_request: {
      number: 7,
      base: { sha: BASE, repo: { full_name: 'octo/aim' } },
      head: { sha: HEAD, repo: { full_name: 'octo/aim' } },
    },
  },
})

const stale = () => findings.find((one) => one.type === 'service-principal' && one.class === 'blocker') as Found

const listOf = ({ type, id, categories }: Found, expires = soon(30)) => `version: 1
entries:
  - type: ${type}
    id: ${id}
    category: ${categories[0]}
    reason: Retired with the old platform
    owner: platform-team
    expires: ${expires}
`

describe('the config file', () => {
  test('sets what no input says, and the summary names it', async () => {
    const workspace = await checkout({ '.github/aim-readiness.yml': 'thresholds:\n  blockers: 0\nwarn-only: true\n' })
    const result = await run({}, { workspace })
    expect([result.exitCode, result.outputs.conclusion]).toEqual([0, 'failed'])
    expect(result.summary).toContain('`.github/aim-readiness.yml` as checked out at `0000000`')
    const beaten = await run({ 'warn-only': 'false' }, { workspace })
    expect([beaten.exitCode, beaten.outputs.conclusion]).toEqual([1, 'failed'])
  })

  test('everything that is wrong with it, the allow-list and the inputs is told at once, and nothing is sent', async () => {
    const workspace = await checkout({
      '.github/aim-readiness.yml': 'treshold:\n  blockers: 0\nredact: some\n',
      '.github/aim-allow-list.yml': 'version: 1\nentries:\n  - type: user\n    id: x\n',
    })
    const result = await run({ 'max-concurrency': '0' }, { workspace })
    expectRefused(
      ...[result, /aim-readiness\.yml: line 1, column 1: unknown key "treshold"/, /line 3, column 1: redact/],
      ...[/aim-allow-list\.yml: line 4/, /max-concurrency/],
    )
    expect(asked()).toEqual([])
  })

  test('that is in the repository but not checked out is an error, not silence', async () => {
    sandbox.repository.commits.set('0'.repeat(40), { '.github/aim-readiness.yml': 'ratchet: false\n' })
    expectRefused(await run(), /add actions\/checkout/)
  })

  test('a named one that is not there is an error', async () => {
    expectRefused(await run({ 'config-file': 'policy.yml' }), /config-file: there is no policy\.yml/)
  })
})

describe('the allow-list', () => {
  test('takes what it accepts out of class and rules, and nothing else', async () => {
    const workspace = await checkout({ '.github/aim-allow-list.yml': listOf(stale()) })
    const before = Number(audited.outputs['blocker-count'])
    const result = await run({ thresholds: `blockers: ${before - 1}` }, { workspace })
    expect(result.outputs).toMatchObject({
      ...{ conclusion: 'passed', 'blocker-count': String(before - 1) },
      ...{ 'divergent-count': audited.outputs['divergent-count'], counts: audited.outputs.counts },
    })
    expect(reportOf(result)).toMatchObject({ allowList: { accepted: 1, expired: 0, unused: 0 } })
  })

  test('what has expired counts again', async () => {
    const workspace = await checkout({ '.github/aim-allow-list.yml': listOf(stale(), soon(-1)) })
    const result = await run({}, { workspace })
    expect(result.outputs['blocker-count']).toBe(audited.outputs['blocker-count'])
    expect(reportOf(result)).toMatchObject({ allowList: { accepted: 0, expired: 1 } })
  })

  test('of a pull request does not count before it is merged', async () => {
    sandbox.repository.commits.set(HEAD, { '.github/aim-allow-list.yml': listOf(stale()) })
    const workspace = await checkout({ '.github/aim-allow-list.yml': listOf(stale()) })
    const result = await run({}, { workspace, ...proposal() })
    expect(result.outputs['blocker-count']).toBe(audited.outputs['blocker-count'])
    expect(result.summary).toMatch(/aim-allow-list\.yml` of the base commit at `aaaaaaa`.*added/)
  })
})

describe('the baseline', () => {
  /** What an audit would have found yesterday, had one blocker not been there. */
  const yesterday = () => {
    const { id, type, categories } = stale()
    const report = reportOf(audited)
    const totals = report.totals['service-principals']
    const [mark = ''] = categories
    expect(categories).toHaveLength(1)
    report.totals['service-principals'] = { ...totals, divergent: totals.divergent - 1 }
    report.counts['service-principals'][mark]--
    const lines = (audited.results.get('findings.json')?.toString() ?? '').split('\n')
    const left = lines.slice(1, -2).filter((line) => !line.includes(`"type":"${type}","id":"${id}"`))
    const text = left.map((line) => line.replace(/,$/, '')).join(',\n')
    return {
      'report.json': JSON.stringify({ ...report, finishedAt: new Date(Date.now() - 86_400_000).toISOString() }),
      'findings.json': `${lines[0]}\n${text}\n]}\n`,
      'idp_divergence_failures.csv': audited.results.get('idp_divergence_failures.csv') ?? '',
    }
  }

  test('of the newest trusted audit: only what is new counts, and the rest stays visible', async () => {
    sandbox.repository.runs.push(nightly(100, yesterday()))
    const inputs = { baseline: 'artifact', 'new-only': 'true' }
    const one = await run({ ...inputs, thresholds: 'blockers: 1' })
    expect([one.exitCode, one.outputs.conclusion]).toEqual([0, 'passed'])
    expect(one.outputs['blocker-count']).toBe(audited.outputs['blocker-count'])
    expect(reportOf(one).baseline).toMatchObject({ newOnly: true, changes: { new: 1, changed: 0, fixed: 0 } })
    const none = await run({ ...inputs, thresholds: 'blockers: 0' })
    expect(none.outputs.conclusion).toBe('failed')
  })

  test('in the repository, with ratchet: no rule may count more than then', async () => {
    const files = Object.entries(yesterday()).map(([name, content]) => [`baseline/${name}`, content] as const)
    const workspace = await checkout(Object.fromEntries(files))
    const inputs = { baseline: 'baseline', ratchet: 'true', thresholds: 'blockers: 1000' }
    const result = await run(inputs, { workspace })
    expect([result.exitCode, result.outputs.conclusion]).toEqual([1, 'failed'])
    const same = await checkout(
      Object.fromEntries([...audited.results].map(([name, text]) => [`baseline/${name}`, text])),
    )
    expect((await run(inputs, { workspace: same })).outputs.conclusion).toBe('passed')
  })

  test('on a pull request it is read from the base commit', async () => {
    const texts = Object.entries(yesterday()).map(([name, content]) => [`baseline/${name}`, content.toString()])
    sandbox.repository.commits.set(BASE, Object.fromEntries(texts))
    const result = await run({ baseline: 'baseline' }, proposal())
    expect(reportOf(result).baseline).toMatchObject({ changes: { new: 1 } })
  })

  test('that is missing, damaged or of another account is an error, never an empty one', async () => {
    expectRefused(await run({ baseline: 'artifact' }), /baseline: no earlier audit/)
    expectRefused(await run({ baseline: 'nowhere' }), /baseline: there is no folder "nowhere"/)
    expectRefused(
      await run({ baseline: 'baseline' }, proposal()),
      /baseline: there is no report\.json in "baseline of the base commit/,
    )
    const script = Object.entries(csvsOf(audited)).map(([name, text]) => [`script/${name}`, text] as const)
    const workspace = await checkout(Object.fromEntries(script))
    expectRefused(await run({ baseline: 'script' }, { workspace }), /baseline: there is no report\.json in "script"/)
    sandbox.repository.runs.push(nightly(100, { ...yesterday(), 'findings.json': '{}' }))
    expectRefused(await run({ baseline: 'artifact' }), /baseline: .*findings\.json.*damaged/)
    expectRefused(await run({ 'new-only': 'true' }), /new-only: there is no baseline/)
  })

  test('of an evaluation is an audit before the one that is judged', async () => {
    sandbox.repository.runs.push(nightly(101, Object.fromEntries(audited.results)), nightly(100, yesterday()))
    const result = await run({ mode: 'evaluate', baseline: 'artifact', 'new-only': 'true', thresholds: 'blockers: 0' })
    expect(result.outputs.conclusion).toBe('failed')
    expect(reportOf(result).baseline).toMatchObject({ changes: { new: 1 } })
  })
})

describe('an audit that is killed', () => {
  test('is judged by the same policy and baseline in its post step', async () => {
    const kill = new AbortController()
    let at = Number.POSITIVE_INFINITY
    const faults: FaultPlan = ({ call }) => {
      if (call.endsWith('.match') && at-- === 0) kill.abort()
      return undefined
    }
    await using own = await startSandbox({ account: { users: 60, groups: 10, servicePrincipals: 5 }, faults })
    const before = await runAction(own, { inputs: { ...NO_UPLOAD, resume: 'off' } })
    own.repository.runs.push(nightly(100, Object.fromEntries(before.results)))
    const workspace = join(own.folder, 'killed')
    const policy = 'thresholds:\n  blockers: 0\nbaseline: artifact\nnew-only: true\n'
    await mkdir(join(workspace, '.github'), { recursive: true })
    await writeFile(join(workspace, '.github', 'aim-readiness.yml'), policy)
    at = 74
    const options = { workspace, inputs: { resume: 'off' } }
    const killed = await runAction(own, { ...options, kill: kill.signal })
    expect(killed.signal).toBe('SIGKILL')

    // What is there now may be anything: the post step goes by what the main step read.
    await writeFile(join(workspace, '.github', 'aim-readiness.yml'), 'nonsense')
    own.repository.runs.length = 0
    const post = await runAction(own, { ...options, entry: 'post', state: killed.state })
    expect(post.exitCode).toBe(0)
    expect(reportOf(post)).toMatchObject({
      conclusion: 'incomplete',
      rules: [{ rule: 'blockers', limit: '0' }],
      baseline: { newOnly: true, changes: { new: 0 } },
      policyFiles: [{ path: '.github/aim-readiness.yml', origin: 'workspace' }],
    })
    expect(post.summary).toContain('Compared with the baseline of')
  })
})

describe('the comment on a pull request', () => {
  const commented = (inputs: RunOptions['inputs'] = {}) => run({ 'pr-comment': 'always', ...inputs }, proposal())

  test('is one, kept up to date, and names nobody', async () => {
    await commented({ thresholds: 'blockers: 0' })
    await commented({ thresholds: 'blockers: 1000' })
    const [comment, ...more] = sandbox.repository.comments
    expect([comment?.login, more]).toEqual([US, []])
    expect(comment?.body).toContain('within all limits')
    for (const { name } of findings) if (name.length > 3) expect(comment?.body).not.toContain(name)
  })

  test('does not go on telling what was, once the policy is wrong or the baseline is missing', async () => {
    const bodies = () => sandbox.repository.comments.map(({ body }) => body)
    await commented()
    expect(bodies()).toEqual([expect.stringContaining('no limits are set')])
    begun = sandbox.requests.length
    expectRefused(await commented({ baseline: 'artifact' }), /baseline/)
    expect(bodies()).toEqual([expect.stringMatching(/could not be judged.*no earlier audit/s)])
    sandbox.repository.commits.set(BASE, { '.github/aim-readiness.yml': 'redact: some\n' })
    expectRefused(await commented(), /redact/)
    expect(bodies()).toEqual([expect.stringMatching(/could not be judged.*redact/s)])
  })

  test('is not asked about where none is wanted, nor by a run that may not send anything', async () => {
    expectRefused(await run({ redact: 'some' }, proposal()), /redact/)
    const event = structuredClone(proposal().event)
    event.pull_request.head.repo.full_name = 'stranger/aim'
    expectRefused(await run({ 'pr-comment': 'always' }, { ...proposal(), event }), /fork/)
    expect(asked()).toEqual([])
  })

  test('only where it was asked for, and not without a pull request', { timeout: 60_000 }, async () => {
    await run({}, proposal())
    await run({ 'pr-comment': 'always' })
    await commented({ 'pr-comment': 'on-failure' })
    expect(sandbox.repository.comments).toEqual([])
    await commented({ 'pr-comment': 'on-failure', thresholds: 'blockers: 0' })
    expect(sandbox.repository.comments).toHaveLength(1)
  })

  test('that may not be written is a warning', async () => {
    sandbox.repository.mayComment = false
    const result = await commented()
    expect([result.exitCode, result.outputs.conclusion]).toEqual([0, 'passed'])
    expect(result.annotations.map(({ kind, message }) => `${kind} ${message}`).join()).toMatch(
      /warning.*pull-requests: write/,
    )
  })
})

describe('the trend', () => {
  test('is of the last audits; without leave to see them there is none', async () => {
    sandbox.repository.runs.push(nightly(100, Object.fromEntries(audited.results)))
    const result = await run()
    const count = audited.outputs['divergent-count']
    expect(result.summary).toContain(`Identities that differ: ${count} → ${count}`)
    expect((await run({ 'github-token': '' })).outputs.conclusion).toBe('passed')
  })
})
