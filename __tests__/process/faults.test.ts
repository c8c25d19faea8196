import { describe, expect, test } from 'vitest'
import { CALLS } from '../../src/http/calls.ts'
import { makeAccount } from '../sandbox/account.ts'
import { FAULTS, type FaultName, type FaultPlan, firstOf, oneIn } from '../sandbox/faults.ts'
import { expectedFiles } from '../sandbox/oracle.ts'
import { runAction } from '../sandbox/runner.ts'
import { startSandbox } from '../sandbox/sandbox.ts'
import { bytesOf, csvsOf, matchesOf, reportOf, SMALL } from './evidence.ts'
import { always } from './faulty.ts'

const KINDS: readonly FaultName[] = [
  ...(['500', '503', 'html-504', '429', '429-bare', 'reset', 'truncated', 'html-200', 'broken-json'] as const),
]

describe('faults that pass', () => {
  test('case 17, 18, 41, 44, 46: one answer in eight goes wrong, in nine ways: the same bytes, and no failure', async () => {
    const account = makeAccount({ ...SMALL, users: 170, driftedGroups: 4 })
    await using calm = await startSandbox({ account })
    await using stormy = await startSandbox({ account, faults: oneIn(8, { seed: 16, kinds: KINDS }) })
    const [without, with_] = [await runAction(calm), await runAction(stormy)]
    expect(csvsOf(with_)).toEqual(csvsOf(without))
    expect(csvsOf(with_)).toEqual(bytesOf(expectedFiles(account)))
    expect([with_.exitCode, with_.outputs]).toMatchObject([0, { conclusion: 'passed', 'failure-count': '0' }])
    expect(with_.outputs.counts).toBe(without.outputs.counts)

    const faults = stormy.requests.filter(({ fault }) => fault !== '')
    expect(new Set(faults.map(({ fault }) => fault))).toEqual(new Set(KINDS))
    const sent = stormy.requests.filter(({ call }) => Object.hasOwn(CALLS, call)).length
    expect(with_.outputs['api-calls']).toBe(String(sent))
    // Nothing is asked more often than it went wrong.
    const asked = [...matchesOf(stormy).values()].reduce((sum, times) => sum + times, 0)
    expect(asked).toBe(
      account.principals.users.length + 45 + faults.filter(({ call }) => call.endsWith('.match')).length,
    )
  }, 60_000)

  test.each([undefined, '1'])(
    'case 44: a server that takes so many calls a second (Retry-After: %s) gets all done',
    async (retryAfter) => {
      const throttle = { perSecond: 80, burst: 30, ...(retryAfter && { retryAfter }) }
      await using sandbox = await startSandbox({ account: SMALL, throttle, latencyMs: [5, 20] })
      const run = await runAction(sandbox)
      expect(csvsOf(run)).toEqual(bytesOf(expectedFiles(sandbox.account)))
      expect([run.exitCode, run.outputs]).toMatchObject([0, { conclusion: 'passed', 'failure-count': '0' }])
      expect(sandbox.requests.some(({ status }) => status === 429)).toBe(true)
    },
    60_000,
  )

  test('case 50, 51: sign-in services that stumble once do not fail the audit', async () => {
    const faults: FaultPlan = firstOf(
      ({ call, nth }) => (call === 'oidc.token' && nth === 0 ? FAULTS['500'] : undefined),
      ({ call, nth }) => (call === 'entra.token' && nth < 2 ? FAULTS[nth === 0 ? '503' : 'reset'] : undefined),
    )
    await using sandbox = await startSandbox({ account: { users: 20, groups: 4, servicePrincipals: 3 }, faults })
    const run = await runAction(sandbox)
    expect([run.exitCode, run.outputs.conclusion]).toEqual([0, 'passed'])
    for (const { uses } of sandbox.assertions.values()) expect(uses).toBeLessThanOrEqual(1)
  })
})

describe('faults that stay', () => {
  test('case 46: one poisoned identity is a failure; the others are not touched', async () => {
    const account = makeAccount(SMALL)
    const { id } = account.principals.users[40] as { id: string }
    const faults = always(FAULTS['500'], (call, target) => call === 'users.match' && target === id)
    await using sandbox = await startSandbox({ account, faults })
    const run = await runAction(sandbox)
    const failures = [{ type: 'users', id, error: 'server-error: 500' }] as const
    expect(csvsOf(run)).toEqual(bytesOf(expectedFiles(account, { failures })))
    expect([run.exitCode, run.outputs]).toMatchObject([1, { conclusion: 'incomplete', 'failure-count': '1' }])
    expect(reportOf(run).failuresByReason).toEqual({ 'server-error: 500': 1 })
    const asked = matchesOf(sandbox)
    // Three attempts, and three more when everything else was done.
    expect(asked.get(`users.match ${id}`)).toBe(6)
    asked.delete(`users.match ${id}`)
    expect(new Set(asked.values())).toEqual(new Set([1]))
  })

  test('case 19, 47: an answer that never tells the identity, and a success that is an error, are failures', async () => {
    const account = makeAccount(SMALL)
    const [blank, hidden] = [account.principals.users[7]?.id ?? '', account.principals.groups[9]?.id ?? '']
    const body = '{"error_code":"INVALID_STATE","message":"make-believe"}'
    const faults = firstOf(
      always(FAULTS['missing-identity'], (call, target) => call === 'users.match' && target === blank),
      always(
        { name: 'hidden', kind: 'answer', answer: { status: 200, body } },
        (call, target) => call === 'groups.match' && target === hidden,
      ),
    )
    await using sandbox = await startSandbox({ account, faults })
    const run = await runAction(sandbox, { inputs: { 'max-failures': '2' } })
    expect([run.exitCode, run.outputs]).toMatchObject([0, { conclusion: 'passed', 'failure-count': '2' }])
    const failures = [
      { type: 'users', id: blank, error: 'unexpected-answer' },
      { type: 'groups', id: hidden, error: 'bad-request: 200' },
    ] as const
    expect(csvsOf(run)).toEqual(bytesOf(expectedFiles(account, { failures })))
  })

  test('case 56: who was deleted after being listed is gone: no row, no failure', async () => {
    const account = makeAccount(SMALL)
    const gone = [
      account.principals.users[0],
      account.principals.users[77],
      account.principals.groups[3],
      account.principals['service-principals'][14],
    ]
    for (const principal of gone) if (principal !== undefined) principal.gone = true
    await using sandbox = await startSandbox({ account })
    const run = await runAction(sandbox)
    expect(csvsOf(run)).toEqual(bytesOf(expectedFiles(account)))
    expect([run.exitCode, run.outputs]).toMatchObject([
      0,
      { conclusion: 'passed', 'gone-count': '4', 'failure-count': '0', 'total-checked': '161' },
    ])
  })
})
