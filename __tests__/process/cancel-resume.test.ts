import { expect, test } from 'vitest'
import { everyPrincipal, makeAccount } from '../sandbox/account.ts'
import { expectedFiles } from '../sandbox/oracle.ts'
import { type RunResult, runAction } from '../sandbox/runner.ts'
import { type Sandbox, startSandbox } from '../sandbox/sandbox.ts'
import { chanceFrom } from '../saved/chance.ts'
import { bytesOf, csvsOf, matchesOf, untrueRowsOf } from './evidence.ts'
import {
  atNextMatch,
  BOUND,
  goneMachine,
  KEY,
  killable,
  killedJob,
  NO_UPLOAD,
  postOf,
  renamedIn,
} from './interrupted.ts'

/** The long suite asks for fifty. */
const TIMES = process.env.AIM_READINESS_LONG === 'true' ? 50 : 5
const ACCOUNT = makeAccount({ users: 900, groups: 60, servicePrincipals: 40, driftedGroups: 4 })

/** A job that is cancelled some ms after it began, as the runner does it, with its post step; then the machine is gone. */
async function cancelledJob(sandbox: Sandbox, afterMs: number, attempt: number) {
  const cancel = new AbortController()
  let at = 0
  let timer: NodeJS.Timeout | undefined
  const now = () => {
    at = performance.now()
    cancel.abort()
  }
  const main = await runAction(sandbox, {
    attempt,
    signal: cancel.signal,
    // Before its first line it has nothing that could take a signal.
    onShown: () => {
      timer ??= setTimeout(now, afterMs)
    },
  })
  const seconds = at === 0 ? 0 : (performance.now() - at) / 1000
  clearTimeout(timer)
  const post = await postOf(sandbox, main, { attempt })
  await goneMachine(main)
  return { main, post, seconds, wasCancelled: at !== 0 }
}

test(
  `R3, case 65: cancelled at ${TIMES} random moments, each leaves within 7 s with its outputs, and the next goes on`,
  async () => {
    await using sandbox = await startSandbox({ account: ACCOUNT, latencyMs: [20, 60] })
    const chance = chanceFrom(65)
    let cancelled = 0
    for (let attempt = 1; attempt <= TIMES; attempt++) {
      const { main, post, seconds, wasCancelled } = await cancelledJob(sandbox, chance() * 1_500, attempt)
      expect(seconds).toBeLessThan(7)
      if (!wasCancelled || main.outputs.conclusion === 'passed') continue
      expect([main.exitCode, main.signal, main.outputs.conclusion]).toEqual([1, null, 'incomplete'])
      expect(post.exitCode).toBe(0)
      expect(untrueRowsOf(main, ACCOUNT)).toEqual([])
      expect(untrueRowsOf(post, ACCOUNT)).toEqual([])
      cancelled++
    }
    // Some are quicker than the signal.
    expect(cancelled).toBeGreaterThan(TIMES / 2)
    expect(matchesOf(sandbox).size).toBeGreaterThan(0)
    const last: RunResult = await runAction(sandbox, { attempt: TIMES + 1 })
    expect(last.outputs).toMatchObject({ conclusion: 'passed', 'total-checked': '1000' })
    expect(csvsOf(last)).toEqual(bytesOf(expectedFiles(ACCOUNT)))
  },
  60_000 + TIMES * 15_000,
)

test('case 65: a second signal leaves on the spot, and what was committed is continued', async () => {
  const next = atNextMatch()
  await using sandbox = await startSandbox({ account: ACCOUNT, latencyMs: [20, 60], faults: next.plan })
  const cancel = new AbortController()
  const again = new AbortController()
  next.set(600, () => cancel.abort())
  let secondAt = 0
  cancel.signal.addEventListener('abort', () =>
    setTimeout(() => {
      secondAt = performance.now()
      again.abort()
    }, 5),
  )
  const main = await runAction(sandbox, { signal: cancel.signal, secondSignal: again.signal })
  expect(performance.now() - secondAt).toBeLessThan(1_000)
  expect([main.exitCode, main.outputs.conclusion]).toEqual([1, 'incomplete'])
  const post = await postOf(sandbox, main, {})
  expect(post.exitCode).toBe(0)
  await goneMachine(main)
  const before = sandbox.requests.length
  const second = await runAction(sandbox, { attempt: 2 })
  expect(second.outputs).toMatchObject({ conclusion: 'passed', resumed: 'true' })
  expect(csvsOf(second)).toEqual(bytesOf(expectedFiles(ACCOUNT)))
  expect(matchesOf(sandbox, before).size).toBeLessThan(everyPrincipal(ACCOUNT).length)
}, 60_000)

test.each([
  ['workspaces.list', 'with a key', KEY],
  ['users.list', 'with a key', KEY],
  ['workspaces.list', 'without a key', ''],
])(
  'case 65: a run that is cancelled at %s loses nothing of what it goes on from, %s',
  async (call, _, key) => {
    await using world = await killable({ account: ACCOUNT })
    const { sandbox } = world
    const inputs = { ...NO_UPLOAD, 'progress-key': key }
    await killedJob(sandbox, world.killAfter(500), { inputs })
    const done = matchesOf(sandbox).size
    const cancel = new AbortController()
    const seen = sandbox.requests.length
    const watch = setInterval(() => {
      if (sandbox.requests.slice(seen).some((request) => request.call === call)) cancel.abort()
    }, 2)
    const main = await runAction(sandbox, { attempt: 2, inputs, signal: cancel.signal })
    clearInterval(watch)
    expect([main.outputs.conclusion, matchesOf(sandbox, seen).size]).toEqual(['incomplete', 0])
    // Findings that wait for their names are not left out of a file that looks whole.
    expect(main.results.has('idp_divergence_users.csv')).toBe(key !== '')
    expect((await postOf(sandbox, main, { attempt: 2, inputs })).exitCode).toBe(0)
    await goneMachine(main)
    const before = sandbox.requests.length
    const third = await runAction(sandbox, { attempt: 3, inputs })
    expect(third.outputs).toMatchObject({ conclusion: 'passed', resumed: 'true' })
    expect(csvsOf(third)).toEqual(bytesOf(expectedFiles(ACCOUNT)))
    const left = everyPrincipal(ACCOUNT).length - done
    expect(matchesOf(sandbox, before).size).toBeLessThanOrEqual(left + BOUND + (key === '' ? renamedIn(third) : 0))
  },
  60_000,
)
