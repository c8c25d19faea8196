import { expect, test } from 'vitest'
import { bytesOf, csvsOf, matchesOf, reportOf } from '../process/evidence.ts'
import { goneMachine } from '../process/interrupted.ts'
import { everyPrincipal, makeAccount } from '../sandbox/account.ts'
import { expectedFiles } from '../sandbox/oracle.ts'
import { runAction } from '../sandbox/runner.ts'
import { startSandbox } from '../sandbox/sandbox.ts'

test('R7: an account too slow for one run is finished by a chain of runs, each of which stops in time and tells how to go on', async () => {
  const account = makeAccount({ users: 1_200, groups: 60, servicePrincipals: 40 })
  await using sandbox = await startSandbox({ account })
  const inputs = {
    'max-duration': '1',
    'requests-per-second': '6',
    'max-concurrency': '8',
    'progress-key': 'k'.repeat(32),
  }
  let runs = 0
  let last: Awaited<ReturnType<typeof runAction>>
  for (;;) {
    last = await runAction(sandbox, { inputs, env: { GITHUB_RUN_ID: String(100 + ++runs) } })
    if (last.outputs.conclusion === 'passed') break
    expect(runs).toBeLessThan(9)
    expect(last.durationMs).toBeLessThan(90_000)
    expect([last.exitCode, last.outputs]).toMatchObject([1, { conclusion: 'incomplete', resumed: String(runs > 1) }])
    expect(reportOf(last).incompleteness).toEqual(['time-up'])
    expect(last.summary).toMatch(/identities are done; about \d+ runs? more/)
    expect(last.summary).toContain('Progress is saved')
    await goneMachine(last)
  }
  expect(runs).toBeGreaterThan(2)
  expect(csvsOf(last)).toEqual(bytesOf(expectedFiles(account)))
  expect(matchesOf(sandbox).size).toBe(everyPrincipal(account).length)
  // What was under way when the time was up was let end.
  expect([...matchesOf(sandbox).values()].filter((times) => times > 1)).toEqual([])
})
