import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { CALLS } from '../../src/http/calls.ts'
import { type MakeBelieveAccount, makeAccount, SAMPLE_SHAPE, TYPES } from '../sandbox/account.ts'
import { chanceOf } from '../sandbox/chance.ts'
import type { FaultPlan } from '../sandbox/faults.ts'
import { AWKWARD_NAMES } from '../sandbox/names.ts'
import { expectedFiles } from '../sandbox/oracle.ts'
import { type RunResult, runAction } from '../sandbox/runner.ts'
import { type Sandbox, startSandbox } from '../sandbox/sandbox.ts'
import { bytesOf, csvsOf, filesBelow, leftBelow, matchesOf, reportOf, rowsOf } from './evidence.ts'
import { rewritingPage } from './faulty.ts'
import { strays } from './table-of-calls.ts'

describe('an account like the sample', () => {
  let sandbox: Sandbox
  let safe: RunResult
  let exact: RunResult
  let secondAt: number
  beforeAll(async () => {
    sandbox = await startSandbox({ account: { ...SAMPLE_SHAPE, driftedGroups: 12 } })
    safe = await runAction(sandbox)
    secondAt = sandbox.requests.length
    exact = await runAction(sandbox, { inputs: { 'csv-format': 'exact', 'artifact-name': 'exact' } })
  })
  afterAll(() => sandbox?.[Symbol.asyncDispose]())

  test('every CSV is what the two sides say, byte for byte, in both formats', () => {
    expect(csvsOf(safe)).toEqual(bytesOf(expectedFiles(sandbox.account)))
    expect(csvsOf(exact)).toEqual(bytesOf(expectedFiles(sandbox.account, { csvFormat: 'exact' })))
    expect([safe.exitCode, exact.exitCode]).toEqual([0, 0])
  })

  test('outputs say what the files hold', () => {
    const rows = (type: string) => rowsOf(safe, `idp_divergence_${type}.csv`).length - 1
    const { outputs } = safe
    expect(outputs).toMatchObject({
      conclusion: 'passed',
      'total-checked': '3018',
      'divergent-count': String(['users', 'groups', 'service_principals'].reduce((sum, type) => sum + rows(type), 0)),
      'failure-count': '0',
      'gone-count': '0',
      'workspace-count': '41',
      'divergent-workspace-count': '16',
      exceeded: '[]',
      resumed: 'false',
      'results-path': 'aim-readiness',
    })
    expect(JSON.parse(outputs.counts ?? '')).toMatchObject({
      workspaces: { IDENTITY_FEDERATION_DISABLED: 16 },
      users: { EXTERNAL_ID_NOT_IN_IDP: 1039 },
      groups: { EXTERNAL_ID_MATCH_NAME_MISMATCH: 0 },
    })
    expect(outputs['artifact-url']).toMatch(/^https:\/\/github\.com\/octo\/aim\/actions\/runs\/4711\/artifacts\/\d+$/)
  })

  test('report.json agrees with the outputs and with what was really sent', () => {
    const report = reportOf(safe)
    expect(report).toMatchObject({ schemaVersion: 1, conclusion: 'passed', accountId: sandbox.account.accountId })
    expect(report.counts).toEqual(JSON.parse(safe.outputs.counts ?? ''))
    expect(report.totals.all).toMatchObject({
      checked: Number(safe.outputs['total-checked']),
      divergent: Number(safe.outputs['divergent-count']),
    })
    expect([...report.files].sort()).toEqual([...safe.results.keys()].sort())
    const sent: Record<string, number> = {}
    for (const { call } of sandbox.requests.slice(0, secondAt))
      if (Object.hasOwn(CALLS, call)) sent[call] = (sent[call] ?? 0) + 1
    expect(report.apiCalls).toEqual(sent)
    expect(Number(safe.outputs['api-calls'])).toBe(Object.values(sent).reduce((sum, times) => sum + times, 0))
  })

  test('the summary is there and fits', () => {
    expect(safe.summary).toMatch(/^## /)
    expect(Buffer.byteLength(safe.summary)).toBeLessThan(900 * 1024)
  })

  test('the artifact holds exactly the files of the folder', () => {
    const { outputs } = safe
    const [first, second] = [...sandbox.artifacts.values()]
    expect(first?.id).toBe(outputs['artifact-id'])
    expect(bytesOf(first?.files() ?? [])).toEqual(bytesOf(safe.results))
    expect(second?.name).toBe('exact')
    expect(bytesOf(second?.files() ?? [])).toEqual(bytesOf(exact.results))
  })

  test('every request is in the table of calls, and no host but ours was asked', () => {
    const places = { account: 'accounts.azuredatabricks.net', login: 'login.microsoftonline.com' }
    expect(strays(sandbox.requests, { ...places, accountId: sandbox.account.accountId })).toEqual([])
    expect(sandbox.refused).toEqual([])
  })

  test('every identity is asked about once, and no other', () => {
    const all = TYPES.flatMap((type) => sandbox.account.principals[type].map(({ id }) => [`${type}.match ${id}`, 1]))
    expect(matchesOf({ ...sandbox, requests: sandbox.requests.slice(0, secondAt) })).toEqual(
      new Map(all as [string, number][]),
    )
  })

  test('nothing is left in the temporary folder but the list of files that the cache toolkit made, and the time of the last save', async () => {
    for (const { temp } of [safe, exact]) {
      expect(await leftBelow(temp)).toEqual([])
      for (const path of await filesBelow(temp)) expect(await readFile(path, 'utf8')).toMatch(/^[\w./:-]*\n?$/)
    }
  })
})

/** An account of any shape, with awkward names everywhere and identities that vanish after they were listed. */
function anyAccount(seed: number): MakeBelieveAccount {
  const chance = chanceOf(seed * 7919)
  const sizes = { users: 5 + chance.int(160), groups: 1 + chance.int(60), servicePrincipals: 1 + chance.int(30) }
  const account = makeAccount({ seed, ...sizes, workspaces: chance.int(30), driftedGroups: chance.int(8) })
  for (const type of TYPES)
    for (const principal of account.principals[type]) {
      if (chance.int(6) === 0) principal.name = chance.pick(AWKWARD_NAMES)
      if (chance.int(15) === 0) principal.externalId = ` ${principal.externalId.toUpperCase()}`
      if (chance.int(25) === 0) principal.gone = true
    }
  return account
}

/** The last page of every type brings the first identity once more. */
const repeating =
  ({ principals }: MakeBelieveAccount): FaultPlan =>
  ({ call, target }) => {
    const list = TYPES.map((type) => [`${type}.list`, principals[type]] as const).find(([name]) => name === call)?.[1]
    if (list === undefined || Number(target) + 100 <= list.length) return undefined
    return rewritingPage((page) => {
      page.Resources = [{ id: list[0]?.id ?? '' }, ...page.Resources]
    })
  }

describe('an account of any shape', () => {
  test.each([11, 12, 13, 14, 15])('seed %d: the files are what the two sides say, in both formats', async (seed) => {
    const account = anyAccount(seed)
    await using sandbox = await startSandbox({ account, faults: repeating(account) })
    const csvFormat = seed % 2 === 0 ? 'safe' : 'exact'
    const run = await runAction(sandbox, { inputs: { 'csv-format': csvFormat } })
    expect(csvsOf(run)).toEqual(bytesOf(expectedFiles(account, { csvFormat })))
    const gone = Object.values(account.principals)
      .flat()
      .filter(({ gone }) => gone).length
    expect(run.outputs).toMatchObject({ conclusion: 'passed', 'failure-count': '0', 'gone-count': String(gone) })
    expect(new Set(matchesOf(sandbox).values())).toEqual(new Set([1]))
  })

  test('case 21, 22: a listing that shifts while it is read loses nobody and repeats nobody', async () => {
    const account = makeAccount({ users: 250, groups: 5, servicePrincipals: 5 })
    const { users } = account.principals
    const faults: FaultPlan = ({ call, target, nth }) =>
      call === 'users.list' && target === '101' && nth === 0
        ? rewritingPage((page) => {
            page.Resources = [{ id: users[99]?.id ?? '' }, ...page.Resources.slice(0, 99)]
          })
        : undefined
    await using sandbox = await startSandbox({ account, faults })
    const run = await runAction(sandbox)
    // The one that slid off the page was listed by the second reading only.
    const late = users.splice(199, 1)
    users.push(...late)
    expect(csvsOf(run)).toEqual(bytesOf(expectedFiles(account)))
    expect(run.outputs).toMatchObject({ conclusion: 'passed', 'total-checked': '260' })
  })

  test('case 7: of targets, only those named are asked about, and one that does not exist is a failure', async () => {
    await using sandbox = await startSandbox({ account: { users: 40, groups: 6, servicePrincipals: 3 } })
    const { users, groups } = sandbox.account.principals
    const [a, b] = [users[7]?.id ?? '', groups[2]?.id ?? '']
    const targets = [
      { type: 'users', id: a },
      { type: 'users', id: '424242' },
      { type: 'groups', id: b },
    ] as const
    const text = `\uFEFFUSER ${a}  # first\r\n\r\n("USER", 424242),\r\nGROUP:${b}\r\nUSER ${a}`
    const run = await runAction(sandbox, { inputs: { 'target-identities': text, 'max-failures': '1' } })
    const failures = [{ type: 'users', id: '424242', error: 'not-found: 404' }] as const
    expect(csvsOf(run)).toEqual(bytesOf(expectedFiles(sandbox.account, { targets, failures })))
    expect(run.outputs).toMatchObject({ conclusion: 'passed', 'total-checked': '2', 'failure-count': '1' })
    expect([...matchesOf(sandbox).keys()].sort()).toEqual(
      [`groups.match ${b}`, `users.match 424242`, `users.match ${a}`].sort(),
    )
    expect(sandbox.requests.filter(({ call }) => /^(users|groups|service-principals)\.list$/.test(call))).toEqual([])
  })

  test('types that are left out have no file and are not asked about', async () => {
    await using sandbox = await startSandbox({ account: { users: 30, groups: 6, servicePrincipals: 3 } })
    const run = await runAction(sandbox, {
      inputs: { 'include-users': 'false', 'include-service-principals': 'false' },
    })
    expect(csvsOf(run)).toEqual(bytesOf(expectedFiles(sandbox.account, { included: ['groups'] })))
    expect(new Set(sandbox.requests.map(({ call }) => call.split('.')[0]))).not.toContain('users')
  })
})
