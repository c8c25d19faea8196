import { describe, expect, test } from 'vitest'
import { everyPrincipal, makeAccount } from '../sandbox/account.ts'
import { FAULTS, type FaultPlan, throttledFor } from '../sandbox/faults.ts'
import { nightly } from '../sandbox/repository-server.ts'
import { runAction } from '../sandbox/runner.ts'
import { startSandbox } from '../sandbox/sandbox.ts'
import { bytesOf, cachedBy, csvsOf, leftBelow, matchesOf, reportOf, untrueRowsOf } from './evidence.ts'
import { atMatch } from './faulty.ts'
import { leaksOf } from './leaks.ts'

/** A cancel that is started from within the sandbox, and how long ago that was. */
function cancelling() {
  const cancel = new AbortController()
  let at = 0
  return {
    signal: cancel.signal,
    now() {
      at ||= performance.now()
      cancel.abort()
    },
    secondsSince: () => (performance.now() - at) / 1000,
  }
}

describe('a job that is cancelled', () => {
  test('case 65: in mid-run it leaves within seconds, with true rows, outputs and the rest for the post step', async () => {
    const account = makeAccount({ users: 700, groups: 40, servicePrincipals: 20, driftedGroups: 5 })
    const cancel = cancelling()
    await using sandbox = await startSandbox({ account, latencyMs: [30, 60], faults: atMatch(250, cancel.now) })
    const run = await runAction(sandbox, { signal: cancel.signal })
    expect(cancel.secondsSince()).toBeLessThan(7)
    expect([run.exitCode, run.signal, run.outputs.conclusion]).toEqual([1, null, 'incomplete'])
    const checked = Number(run.outputs['total-checked'])
    expect(checked).toBeGreaterThan(100)
    expect(checked).toBeLessThan(760)
    expect(reportOf(run)).toMatchObject({ conclusion: 'incomplete', incompleteness: ['cancelled'] })
    expect(untrueRowsOf(run, account)).toEqual([])
    expect(matchesOf(sandbox).size).toBeLessThan(500)
    expect(await leaksOf(run, sandbox)).toEqual([])

    const post = await runAction(sandbox, { entry: 'post', state: run.state, workspace: run.workspace })
    expect(post.exitCode).toBe(0)
    expect(untrueRowsOf(post, account)).toEqual([])
    const [artifact] = [...sandbox.artifacts.values()]
    expect(bytesOf(artifact?.files() ?? [])).toEqual(
      bytesOf([...post.results].filter(([name]) => artifact?.files().has(name))),
    )
    expect(artifact?.files().has('idp_divergence_users.csv')).toBe(true)
    expect(await leftBelow(run.temp)).toEqual([])
    expect(await leaksOf(post, sandbox)).toEqual([])

    // Without a key the progress tells ids, and no name.
    const cached = cachedBy(sandbox).map(({ text }) => text)
    expect(cached.some((text) => text.includes('EXTERNAL_ID_NOT_IN_IDP'))).toBe(true)
    const names = everyPrincipal(account).map(({ name }) => name)
    const found = names.filter((name) => name.length > 7 && cached.some((text) => text.includes(name)))
    expect(found).toEqual([])
  })

  const SITUATIONS: readonly [string, (cancel: () => void) => FaultPlan][] = [
    [
      'while the list of users hangs',
      (cancel) =>
        ({ call }) => {
          if (call !== 'users.list') return undefined
          setTimeout(cancel, 200)
          return FAULTS.hang
        },
    ],
    [
      'while it waits as it was asked to',
      (cancel) =>
        ({ call, nth }) => {
          if (!call.endsWith('.match') || nth > 0) return undefined
          setTimeout(cancel, 500)
          return throttledFor('60')
        },
    ],
    [
      'while it signs in',
      (cancel) =>
        ({ call }) => {
          if (call !== 'entra.token') return undefined
          setTimeout(cancel, 200)
          return FAULTS.hang
        },
    ],
  ]
  test.each(SITUATIONS)('case 65: %s: it leaves within seconds, and no file looks clean', async (_, faults) => {
    const account = makeAccount({ users: 60, groups: 10, servicePrincipals: 5 })
    const cancel = cancelling()
    await using sandbox = await startSandbox({ account, faults: faults(cancel.now) })
    const run = await runAction(sandbox, { signal: cancel.signal })
    expect(cancel.secondsSince()).toBeLessThan(7)
    expect([run.exitCode, run.signal, run.outputs.conclusion]).toEqual([1, null, 'incomplete'])
    expect(untrueRowsOf(run, account)).toEqual([])
    // A list of failures that is empty so far says nothing of what was not asked.
    const files = Object.keys(csvsOf(run)).filter((name) => name !== 'idp_divergence_failures.csv')
    expect(files.filter((name) => name.startsWith('idp_divergence'))).toEqual([])
  })

  const hanging =
    (call: string) =>
    (cancel: () => void): FaultPlan =>
    (request) => {
      if (request.call !== call) return undefined
      setTimeout(cancel, 200)
      return FAULTS.hang
    }
  test.each([
    ['while it looks for files of policy', 'repository.contents', {}],
    ['while it looks for a baseline', 'repository.runs', { baseline: 'artifact' }],
    ['while it downloads one', 'blob.get', { baseline: 'artifact' }],
    ['while it looks for the result to judge', 'repository.runs', { mode: 'evaluate' }],
  ])('case 65: %s: it leaves within seconds, incomplete and not in error', async (_, call, inputs) => {
    const cancel = cancelling()
    await using sandbox = await startSandbox({ account: { users: 5 }, faults: hanging(call)(cancel.now) })
    sandbox.repository.runs.push(nightly(100, { 'report.json': '{}' }))
    const run = await runAction(sandbox, { signal: cancel.signal, inputs })
    expect(cancel.secondsSince()).toBeLessThan(5)
    expect([run.exitCode, run.signal, run.outputs.conclusion]).toEqual([1, null, 'incomplete'])
    expect(run.outputs).toMatchObject({ ready: 'false', 'total-checked': '' })
    expect(run.summary).toMatch(/^## ⚠️ Incomplete: the run was cancelled/)
    expect(matchesOf(sandbox).size).toBe(0)
  })
})
