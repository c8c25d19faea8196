import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type MakeBelieveAccount, makeAccount } from '../sandbox/account.ts'
import { FAULTS, type FaultPlan } from '../sandbox/faults.ts'
import { expectedFiles } from '../sandbox/oracle.ts'
import { type RunOptions, runAction } from '../sandbox/runner.ts'
import { type Sandbox, startSandbox } from '../sandbox/sandbox.ts'
import { bytesOf, csvsOf, errorsOf, matchesOf, reportOf, SMALL, untrueRowsOf } from './evidence.ts'
import { always, atMatch, REFUSED, rewritingPage } from './faulty.ts'

const TINY = { users: 24, groups: 6, servicePrincipals: 4 } as const

/** What a rule that anything exceeds looks like when it is exceeded. */
const ANYTHING = { thresholds: '"*": 0' }

describe('complete audits', () => {
  let sandbox: Sandbox
  let users: number
  beforeAll(async () => {
    sandbox = await startSandbox({ account: TINY })
    const rows = expectedFiles(sandbox.account).get('idp_divergence_users.csv')?.toString() ?? ''
    users = rows.split('NOT_IN_IDP').length - 1
  })
  afterAll(() => sandbox?.[Symbol.asyncDispose]())
  const run = (inputs: RunOptions['inputs']) =>
    runAction(sandbox, { inputs: { 'upload-artifact': 'false', resume: 'off', ...inputs } })

  test('no rule: passed', async () => {
    const { exitCode, outputs } = await run({})
    expect([exitCode, outputs]).toMatchObject([0, { conclusion: 'passed', exceeded: '[]', 'artifact-id': '' }])
  })

  test('case 70: a rule exactly at its limit: passed', async () => {
    const { exitCode, outputs, annotations } = await run({ thresholds: `users.EXTERNAL_ID_NOT_IN_IDP: ${users}` })
    expect([exitCode, outputs]).toMatchObject([0, { conclusion: 'passed', exceeded: '[]' }])
    expect(annotations).toEqual([])
  })

  test('case 70: one over its limit: failed, and the rule is named', async () => {
    const limit = String(users - 1)
    const { exitCode, outputs, annotations } = await run({
      thresholds: `users.EXTERNAL_ID_NOT_IN_IDP: ${limit}\n"*": 100%\nworkspaces.*: 16 or 50%`,
    })
    expect([exitCode, outputs.conclusion]).toEqual([1, 'failed'])
    expect(JSON.parse(outputs.exceeded ?? '')).toEqual([
      { rule: 'users.EXTERNAL_ID_NOT_IN_IDP', value: users, checked: 24, limit },
    ])
    expect(annotations.map(({ kind }) => kind)).toEqual(['error'])
  })

  test('warn-only: failed, but the step does not fail', async () => {
    const { exitCode, outputs, annotations } = await run({ ...ANYTHING, 'warn-only': 'true' })
    expect([exitCode, outputs.conclusion]).toEqual([0, 'failed'])
    expect(JSON.parse(outputs.exceeded ?? '')).toHaveLength(1)
    expect(annotations.map(({ kind }) => kind)).toEqual(['warning'])
  })
})

interface Spoilt {
  readonly name: string
  readonly cause: string
  readonly account?: MakeBelieveAccount
  readonly faults?: (account: MakeBelieveAccount, sandbox: () => Sandbox | undefined) => FaultPlan
  readonly inputs?: RunOptions['inputs']
}

const bare = (): MakeBelieveAccount => {
  const account = makeAccount(TINY)
  return { ...account, principals: { users: [], groups: [], 'service-principals': [] } }
}

const INCOMPLETE: readonly Spoilt[] = [
  {
    name: 'case 46: more failures than max-failures',
    cause: 'too-many-failures',
    faults: ({ principals }) =>
      always(REFUSED, (call, target) => call === 'users.match' && target === principals.users[3]?.id),
  },
  {
    name: 'case 22: a listing that falls short of what it promised, twice',
    cause: 'listing-untrusted',
    faults: () =>
      always(
        rewritingPage((page) => {
          page.totalResults += 5
        }),
        (call) => call === 'groups.list',
      ),
  },
  {
    name: 'case 17: a listing that cannot be read',
    cause: 'listing-untrusted',
    faults: () => always(REFUSED, (call) => call === 'service-principals.list'),
  },
  { name: 'case 26: an account that lists nobody', cause: 'nothing-listed', account: bare() },
  {
    name: 'case 71: all identities fail, however many may',
    cause: 'nothing-checked',
    faults: () => always(REFUSED, (call) => call.endsWith('.match')),
    inputs: { 'max-failures': '100%' },
  },
  {
    name: 'an IdP of which nothing can be read',
    cause: 'idp-unreadable',
    account: { ...makeAccount(SMALL), directory: [] },
  },
  {
    name: 'a rule on workspaces, of which the API does not tell federation',
    cause: 'federation-unknown',
    account: {
      ...makeAccount(TINY),
      workspaces: makeAccount(TINY).workspaces.map((one) => ({ ...one, federation: undefined })),
    },
    inputs: { thresholds: '"*": 0\nworkspaces.*: 100%' },
  },
  {
    name: 'case 55: access that is lost in mid-run',
    cause: 'access-lost',
    account: makeAccount({ users: 300, groups: 20, servicePrincipals: 10 }),
    faults: (_, sandbox) =>
      atMatch(100, () => {
        const found = sandbox()
        if (found !== undefined) found.isAdmin = false
      }),
  },
  {
    name: 'case 34: answers for other identities, three times',
    cause: 'wrong-identities',
    account: makeAccount(SMALL),
    faults: ({ principals: { users } }) => {
      const mixedUp = users.slice(5, 9).map(({ id }) => id)
      return always(FAULTS['wrong-id'], (call, target) => call === 'users.match' && mixedUp.includes(target))
    },
  },
]

describe('incomplete audits', () => {
  test.each(INCOMPLETE)('$name: incomplete, exit 1, rules judged all the same', async (spoilt) => {
    const account = spoilt.account ?? makeAccount(TINY)
    let started: Sandbox | undefined
    const faults = spoilt.faults?.(account, () => started)
    await using sandbox = await startSandbox({ account, latencyMs: [5, 10], ...(faults && { faults }) })
    started = sandbox
    const run = await runAction(sandbox, { inputs: { ...ANYTHING, 'warn-only': 'true', ...spoilt.inputs } })
    expect([run.exitCode, run.outputs.conclusion]).toEqual([1, 'incomplete'])
    expect(reportOf(run)).toMatchObject({
      conclusion: 'incomplete',
      incompleteness: expect.arrayContaining([spoilt.cause]),
    })
    const divergent = Number(run.outputs['divergent-count'])
    expect(JSON.parse(run.outputs.exceeded ?? '')).toHaveLength(divergent > 0 ? 1 : 0)
    expect(errorsOf(run)).not.toBe('')
    expect(untrueRowsOf(run, account)).toEqual([])
  })

  test('case 55: nobody is asked any more once the loss is confirmed', async () => {
    let started: Sandbox | undefined
    const account = makeAccount({ users: 900, groups: 20, servicePrincipals: 10 })
    const faults = atMatch(50, () => {
      if (started !== undefined) started.isAdmin = false
    })
    await using sandbox = await startSandbox({ account, faults, latencyMs: [5, 10] })
    started = sandbox
    const run = await runAction(sandbox)
    expect(Number(run.outputs['total-checked'])).toBeGreaterThan(0)
    // What was in flight when it was noticed may still have been sent.
    expect(matchesOf(sandbox).size).toBeLessThan(400)
  })
})

const NO_RESULT = { 'total-checked': '0', 'divergent-count': '0', 'failure-count': '0' }

describe('audits that could not be done', () => {
  test('case 57: an account without the match API: error, and only identities that exist were asked about', async () => {
    await using sandbox = await startSandbox({
      account: TINY,
      faults: always(FAULTS['404'], (call) => call.endsWith('.match')),
    })
    const run = await runAction(sandbox, { inputs: ANYTHING })
    expect([run.exitCode, run.outputs]).toMatchObject([1, { ...NO_RESULT, conclusion: 'error', exceeded: '[]' }])
    expect(errorsOf(run)).toContain('matchWithIdp')
    expect(sandbox.requests.some(({ call, status }) => call.endsWith('.get') && status === 200)).toBe(true)
    expect(Object.keys(csvsOf(run)).filter((name) => name.startsWith('idp_divergence'))).toEqual([])
  })

  test('case 54: matches that are refused from the first: error, without any divergence file', async () => {
    await using sandbox = await startSandbox({
      account: TINY,
      faults: always(FAULTS['403'], (call) => call.endsWith('.match')),
    })
    const run = await runAction(sandbox, { inputs: ANYTHING })
    expect([run.exitCode, run.outputs]).toMatchObject([1, { ...NO_RESULT, conclusion: 'error', exceeded: '[]' }])
    expect(errorsOf(run)).toContain('account admin')
    expect(Object.keys(csvsOf(run)).filter((name) => name.startsWith('idp_divergence'))).toEqual([])
  })

  test('case 38: a redirect is not followed', async () => {
    await using sandbox = await startSandbox({
      account: TINY,
      faults: always(FAULTS.redirect, (call) => call === 'workspaces.list'),
    })
    const run = await runAction(sandbox, { inputs: ANYTHING })
    expect([run.exitCode, run.outputs.conclusion]).toEqual([1, 'error'])
    expect(sandbox.requests.filter(({ call }) => /\.(list|get|match)$/.test(call))).toHaveLength(1)
    expect(sandbox.requests.filter(({ host }) => host === 'login.microsoftonline.com')).toHaveLength(1)
  })

  test('a wrong configuration: error, and no warn-only helps', async () => {
    await using sandbox = await startSandbox({ account: TINY })
    const run = await runAction(sandbox, { inputs: { 'csv-format': 'xlsx', 'warn-only': 'true' } })
    expect([run.exitCode, run.outputs.conclusion]).toEqual([1, 'error'])
    expect(sandbox.requests).toEqual([])
  })

  test('a run with failures within max-failures is complete', async () => {
    const account = makeAccount(TINY)
    const [user, group] = [account.principals.users[3]?.id ?? '', account.principals.groups[1]?.id ?? '']
    const faults = always(REFUSED, (call, target) => call.endsWith('.match') && [user, group].includes(target))
    await using sandbox = await startSandbox({ account, faults })
    const run = await runAction(sandbox, { inputs: { 'max-failures': '2' } })
    const error = 'bad-request: 400'
    const failures = [{ type: 'users', id: user, error } as const, { type: 'groups', id: group, error } as const]
    expect(csvsOf(run)).toEqual(bytesOf(expectedFiles(account, { failures })))
    expect([run.exitCode, run.outputs]).toMatchObject([0, { conclusion: 'passed', 'failure-count': '2' }])
  })
})
