import { describe, expect, test } from 'vitest'
import { everyPrincipal, makeAccount } from '../sandbox/account.ts'
import { expectedFiles } from '../sandbox/oracle.ts'
import { type RunResult, runAction } from '../sandbox/runner.ts'
import { chanceFrom } from '../saved/chance.ts'
import { filesBelow, leftBelow, matchesOf, rowsOf } from './evidence.ts'
import {
  BOUND,
  csvHashesOf,
  fileHashesOf,
  findingsOf,
  hashesOf,
  KEY,
  killable,
  killedJob,
  NO_UPLOAD,
  uninterrupted,
} from './interrupted.ts'

describe('an audit that is killed', () => {
  test('case 65: before its first line, it leaves the post step nothing to do, and nothing is asked of anybody', async () => {
    await using world = await killable({ account: makeAccount({ users: 20 }) })
    const post = await runAction(world.sandbox, { entry: 'post' })
    expect([post.exitCode, post.outputs, post.summary]).toEqual([0, {}, ''])
    expect(world.sandbox.requests).toEqual([])
  })

  test.each([
    ['without a key', {}],
    ['with a key', { 'progress-key': KEY }],
  ])(
    'case 65: %s, its second attempt on an empty machine ends as if nothing had been',
    async (_, more) => {
      const account = makeAccount({ users: 700, driftedGroups: 5 })
      await using world = await killable({ account })
      const { sandbox } = world
      const inputs = { ...NO_UPLOAD, ...more }
      const { main, post } = await killedJob(sandbox, world.killAfter(400), { inputs })
      expect([main.signal, main.outputs.conclusion]).toEqual(['SIGKILL', undefined])
      expect(post?.exitCode).toBe(0)
      expect(post?.summary).toContain('Progress is saved')
      // What it had, true but not all.
      expect(post?.results.get('idp_divergence_progress.json')).toBeDefined()
      expect(rowsOf(post as RunResult, 'identities_to_process_users.csv')).toHaveLength(701)
      expect(sandbox.cacheEntries.length).toBeGreaterThan(0)

      const asked = matchesOf(sandbox).size
      const second = await runAction(sandbox, { attempt: 2, inputs })
      expect(second.outputs).toMatchObject({ conclusion: 'passed', resumed: 'true' })
      expect(csvHashesOf(second)).toEqual(hashesOf(expectedFiles(account)))
      const whole = await uninterrupted(account, inputs)
      expect(fileHashesOf(second)).toEqual(fileHashesOf(whole))
      expect(findingsOf(second)).toEqual(findingsOf(whole))
      expect([...second.results.keys()]).not.toContain('idp_divergence_progress.json')
      expect(second.summary).toMatch(/Continued from run .*4711/)
      const again = [...matchesOf(sandbox).values()].filter((times) => times > 1).length
      const renamed = rowsOf(second, 'idp_divergence_users.csv').filter((row) => row.at(-1)?.includes('NAME_MISMATCH'))
      expect(again).toBeLessThanOrEqual(BOUND + ('progress-key' in more ? 0 : renamed.length + 20))
      expect(again).toBeLessThan(asked)
      expect([...matchesOf(sandbox).values()].every((times) => times <= 2)).toBe(true)
      // Of the audit that has ended, a mark is left.
      expect(sandbox.cacheEntries).toHaveLength(1)
      expect(await leftBelow(second.temp)).toEqual([])
      expect((await filesBelow(second.workspace)).filter((path) => path.includes('.aim-readiness'))).toEqual([])
    },
    60_000,
  )

  test('R1: thirty times, at random moments, each time on another machine: every file is that of an uninterrupted audit', async () => {
    const account = makeAccount({ users: 2_000, groups: 120, servicePrincipals: 60, driftedGroups: 8 })
    await using world = await killable({ account, latencyMs: [5, 15] })
    const { sandbox } = world
    const chance = chanceFrom(7)
    const inputs = { ...NO_UPLOAD, 'job-summary': 'false' }
    let [attempt, kills] = [0, 0]
    let last: RunResult | undefined
    while (kills < 30) {
      attempt++
      const { main } = await killedJob(sandbox, world.killAfter(1 + Math.floor(chance() * 110)), { attempt, inputs })
      if (main.signal === null) {
        last = main
        break
      }
      kills++
    }
    last ??= await runAction(sandbox, { attempt: attempt + 1, inputs })
    expect(kills).toBe(30)
    expect(last.outputs).toMatchObject({ conclusion: 'passed', resumed: 'true', 'total-checked': '2180' })
    expect(csvHashesOf(last)).toEqual(hashesOf(expectedFiles(account)))
    expect(fileHashesOf(last)).toEqual(fileHashesOf(await uninterrupted(account, inputs)))
    const again = [...matchesOf(sandbox).values()].reduce((sum, times) => sum + times - 1, 0)
    expect(again).toBeLessThanOrEqual(kills * BOUND)
    expect(matchesOf(sandbox).size).toBe(everyPrincipal(account).length)
  }, 300_000)

  test('case 64: two runs at once with one fingerprint do not disturb each other, and the newest progress is continued', async () => {
    const account = makeAccount({ users: 400, groups: 30, servicePrincipals: 20 })
    await using world = await killable({ account })
    const { sandbox } = world
    const kill = world.killAfter(500)
    const runs = await Promise.all(
      ['100', '200'].map((id) => killedJob(sandbox, kill, { inputs: NO_UPLOAD, env: { GITHUB_RUN_ID: id } })),
    )
    expect(runs.map(({ main }) => main.signal)).toEqual(['SIGKILL', 'SIGKILL'])
    const [third, again] = await Promise.all([
      runAction(sandbox, { inputs: NO_UPLOAD, env: { GITHUB_RUN_ID: '300' } }),
      runAction(sandbox, { inputs: NO_UPLOAD, env: { GITHUB_RUN_ID: '100' }, attempt: 2 }),
    ])
    for (const run of [third, again]) {
      expect(run.outputs).toMatchObject({ conclusion: 'passed', resumed: 'true' })
      expect(csvHashesOf(run)).toEqual(hashesOf(expectedFiles(account)))
    }
  }, 60_000)
})
