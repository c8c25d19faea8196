import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { EVERY_CALL } from '../../src/http/calls.ts'
import { type MakeBelieveAccount, makeAccount, withoutFormer } from '../sandbox/account.ts'
import { type RunResult, runAction } from '../sandbox/runner.ts'
import { type Sandbox, startSandbox } from '../sandbox/sandbox.ts'
import { errorsOf, reportOf } from './evidence.ts'
import { always } from './faulty.ts'
import { atNextMatch, killedJob } from './interrupted.ts'

const accountOf = () =>
  withoutFormer(makeAccount({ seed: 21, users: 120, groups: 30, servicePrincipals: 15, driftedGroups: 8 }))

const GRAPH = { 'match-source': 'graph' } as const

/** Killed within phase 3, with its post step; then something happens, and a second attempt goes on. */
async function continued(account: MakeBelieveAccount, meanwhile: () => void): Promise<RunResult> {
  const next = atNextMatch((call) => call === 'groups.members')
  await using sandbox = await startSandbox({ account, latencyMs: [30, 60], faults: next.plan })
  const kill = new AbortController()
  next.set(12, () => kill.abort())
  const { main } = await killedJob(sandbox, kill.signal, { inputs: GRAPH })
  expect(main.signal).toBe('SIGKILL')
  meanwhile()
  return await runAction(sandbox, { inputs: GRAPH, attempt: 2 })
}

interface Directory {
  readings: { run: { attempt: number } }[]
  changedBetweenReadings: string[]
}
const directoryOf = (run: RunResult) => reportOf(run).directory as Directory

/** The candidates of a cell are sorted. */
const sorted = (csv: Buffer | undefined): string =>
  (csv?.toString() ?? '').replace(/[0-9a-f-]{36}(;[0-9a-f-]{36})+/g, (cell) => cell.split(';').sort().join(';'))

describe('match-source graph', () => {
  let sandbox: Sandbox
  let graph: RunResult
  let databricks: RunResult
  let sent: number
  beforeAll(async () => {
    sandbox = await startSandbox({ account: accountOf() })
    graph = await runAction(sandbox, { inputs: GRAPH })
    sent = sandbox.requests.length
    databricks = await runAction(sandbox, { inputs: { 'artifact-name': 'databricks' } })
  })
  afterAll(() => sandbox?.[Symbol.asyncDispose]())

  test('gives the files that Databricks gives', () => {
    expect([graph.outputs.conclusion, databricks.outputs.conclusion]).toEqual(['passed', 'passed'])
    for (const [name, content] of databricks.results)
      if (name.endsWith('.csv')) expect(sorted(graph.results.get(name)), name).toBe(sorted(content))
  })

  test('asks nothing that could change anything, and nobody else', () => {
    const asked = sandbox.requests.slice(0, sent).map(({ call }) => call)
    expect(asked.filter((call) => call.endsWith('.match'))).toEqual([])
    expect(sandbox.refused).toEqual([])
    const own = Object.keys(JSON.parse(graph.results.get('report.json')?.toString() ?? '{}').apiCalls)
    expect(own.filter((call) => !Object.hasOwn(EVERY_CALL, call))).toEqual([])
  })

  test('continues after a kill, and ends with the same files', async () => {
    const resumed = await continued(accountOf(), () => {})
    expect(resumed.outputs).toMatchObject({ conclusion: 'passed', resumed: 'true' })
    for (const [name, content] of graph.results)
      if (name.endsWith('.csv')) expect(resumed.results.get(name)?.equals(content), name).toBe(true)
    const { readings, changedBetweenReadings } = directoryOf(resumed)
    expect([readings.map(({ run }) => run.attempt), changedBetweenReadings]).toEqual([[1, 2], []])
  })

  test('does not hide that the tenant changed between two runs of one audit', async () => {
    const account = accountOf()
    const resumed = await continued(account, () => {
      const at = account.directory.findIndex(({ type }) => type === 'users')
      account.directory.splice(at, 1)
    })
    expect(directoryOf(resumed).changedBetweenReadings).toEqual(['users'])
    expect(resumed.summary).toContain('In between it changed (users)')
  })

  test.each([
    ['403', 403, 'Authorization_RequestDenied'],
    ['400', 400, 'Request_BadRequest'],
  ])('what Microsoft Graph refuses with %s is no matter of Databricks', async (name, status, code) => {
    const answer = { status, body: JSON.stringify({ error: { code, message: 'No' } }) }
    const faults = always({ name, kind: 'answer', answer }, (call) => /^graph\./.test(call))
    await using ill = await startSandbox({ account: accountOf(), faults })
    const run = await runAction(ill, { inputs: { 'match-source': 'graph' } })
    expect(run.exitCode).toBe(1)
    expect(errorsOf(run)).not.toMatch(/account admin|account console/)
    expect(errorsOf(run)).toMatch(status === 403 ? /User\.Read\.All/ : /Microsoft support/)
    expect(run.summary).not.toContain('account console')
  })

  test('a tenant that cannot be read leaves the audit incomplete; nothing counts as absent', async () => {
    const faults = always(
      { name: 'empty', kind: 'answer', answer: { status: 200, body: '{}' } },
      (call) => call === 'graph.by-ids' || call === 'graph.groups',
    )
    await using ill = await startSandbox({ account: accountOf(), faults })
    const run = await runAction(ill, { inputs: { 'match-source': 'graph', thresholds: '"*": 0' } })
    expect([run.exitCode, run.outputs.conclusion]).toEqual([1, 'incomplete'])
    expect(reportOf(run)).toMatchObject({
      incompleteness: ['unavailable'],
      fault: { message: expect.stringContaining('Microsoft Graph') },
    })
    expect([...run.results.keys()].filter((name) => name.startsWith('idp_divergence'))).toEqual([])
  })
})
