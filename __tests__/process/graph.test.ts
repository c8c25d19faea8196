import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { EVERY_CALL } from '../../src/http/calls.ts'
import { makeAccount } from '../sandbox/account.ts'
import { type RunResult, runAction } from '../sandbox/runner.ts'
import { type Sandbox, startSandbox } from '../sandbox/sandbox.ts'

/** Without objects that only Databricks remembers. */
function accountOf() {
  const account = makeAccount({ seed: 21, users: 120, groups: 30, servicePrincipals: 15, driftedGroups: 8 })
  const former = new Set(account.directory.filter((object) => object.former).map(({ objectId }) => objectId))
  account.directory = account.directory.filter((object) => !object.former)
  for (const object of account.directory)
    for (let at = object.members.length - 1; at >= 0; at--)
      if (former.has(object.members[at] ?? '')) object.members.splice(at, 1)
  return account
}

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
    graph = await runAction(sandbox, { inputs: { 'match-source': 'graph' } })
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
    await using slow = await startSandbox({ account: accountOf(), latencyMs: [30, 60] })
    const inputs = { 'match-source': 'graph' }
    const killed = await runAction(slow, { inputs, killAfterMs: 1_200 })
    await runAction(slow, { inputs, entry: 'post', state: killed.state, workspace: killed.workspace })
    const resumed = await runAction(slow, { inputs, attempt: 2 })
    expect(resumed.outputs.conclusion).toBe('passed')
    for (const [name, content] of graph.results)
      if (name.endsWith('.csv')) expect(resumed.results.get(name)?.equals(content), name).toBe(true)
  })
})
