import { describe, expect, test } from 'vitest'
import { makeAccount } from '../sandbox/account.ts'
import { FAULTS, type FaultPlan, firstOf } from '../sandbox/faults.ts'
import { expectedFiles } from '../sandbox/oracle.ts'
import { runAction } from '../sandbox/runner.ts'
import { startSandbox } from '../sandbox/sandbox.ts'
import { bytesOf, csvsOf, matchesOf } from './evidence.ts'
import { always, REFUSED } from './faulty.ts'
import { goneMachine, KEY, NO_UPLOAD, postOf } from './interrupted.ts'

const ACCOUNT = makeAccount({ users: 150, groups: 20, servicePrincipals: 10 })
const INPUTS = { ...NO_UPLOAD, 'progress-key': KEY }

/** A job that is cancelled as soon as it waits for the cache, which does not answer this call; afterwards it does. */
function hangingAt(call: string, nth: number) {
  const cancel = new AbortController()
  let seen = 0
  let at = 0
  const plan: FaultPlan = (request) => {
    if (request.call !== call || seen++ !== nth) return undefined
    setTimeout(() => {
      at = performance.now()
      cancel.abort()
    }, 200)
    return FAULTS.hang
  }
  return { plan, signal: cancel.signal, secondsSince: () => (performance.now() - at) / 1000 }
}

describe('case 65: a job that is cancelled while the cache does not answer', () => {
  test('to a look at earlier progress: it leaves within 7 s, and nothing is lost', async () => {
    const hang = hangingAt('cache.GetCacheEntryDownloadURL', 0)
    await using sandbox = await startSandbox({ account: ACCOUNT, faults: hang.plan })
    const main = await runAction(sandbox, { inputs: INPUTS, signal: hang.signal })
    expect(hang.secondsSince()).toBeLessThan(7)
    expect([main.exitCode, main.signal, main.outputs.conclusion]).toEqual([1, null, 'incomplete'])
    expect((await postOf(sandbox, main, { inputs: INPUTS })).exitCode).toBe(0)
    expect(matchesOf(sandbox).size).toBe(0)
  }, 60_000)

  test('to the last save of what is left to do: it leaves within 7 s, the post step saves, and only the rest is asked', async () => {
    const failing = ACCOUNT.principals.users[17]?.id ?? ''
    let isBroken = true
    const refusing = always(REFUSED, (call, target) => isBroken && call === 'users.match' && target === failing)
    // The first save is that of the phase end.
    const hang = hangingAt('cache.CreateCacheEntry', 1)
    await using sandbox = await startSandbox({ account: ACCOUNT, faults: firstOf(hang.plan, refusing) })
    const main = await runAction(sandbox, { inputs: INPUTS, signal: hang.signal })
    expect(hang.secondsSince()).toBeLessThan(7)
    expect([main.exitCode, main.signal, main.outputs.conclusion]).toEqual([1, null, 'incomplete'])
    const post = await postOf(sandbox, main, { inputs: INPUTS })
    expect([post.exitCode, post.results.has('report.json')]).toEqual([0, true])
    await goneMachine(main)
    isBroken = false
    const before = sandbox.requests.length
    const second = await runAction(sandbox, { attempt: 2, inputs: INPUTS })
    expect(second.outputs).toMatchObject({ conclusion: 'passed', resumed: 'true' })
    expect([...matchesOf(sandbox, before).keys()]).toEqual([`users.match ${failing}`])
    expect(csvsOf(second)).toEqual(bytesOf(expectedFiles(ACCOUNT)))
  }, 60_000)
})
