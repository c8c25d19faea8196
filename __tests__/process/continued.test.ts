import { gunzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { everyPrincipal, makeAccount } from '../sandbox/account.ts'
import { expectedFiles } from '../sandbox/oracle.ts'
import { runAction } from '../sandbox/runner.ts'
import { type Sandbox, startSandbox } from '../sandbox/sandbox.ts'
import { csvsOf, matchesOf, reportOf } from './evidence.ts'
import { always, REFUSED } from './faulty.ts'
import { csvHashesOf, hashesOf, KEY, killable, killedJob, NO_UPLOAD, renamedIn, unpacked } from './interrupted.ts'

describe('what is continued', () => {
  const account = makeAccount({ users: 300, groups: 40, servicePrincipals: 20 })
  const partial = async (options: Parameters<typeof runAction>[1] = {}) => {
    const world = await killable({ account })
    const { post } = await killedJob(world.sandbox, world.killAfter(200), { inputs: NO_UPLOAD, ...options })
    expect(post?.exitCode).toBe(0)
    return world
  }
  const resumedOf = async (sandbox: Sandbox, options: Parameters<typeof runAction>[1]) =>
    (await runAction(sandbox, { inputs: NO_UPLOAD, env: { GITHUB_RUN_ID: '5000' }, ...options })).outputs.resumed

  test('a later run on the default branch, by schedule, push or hand, of the same questions', async () => {
    await using world = await partial()
    const { sandbox } = world
    const event = { repository: { visibility: 'private', private: true } }
    const env = { GITHUB_RUN_ID: '5000', GITHUB_REF: 'refs/heads/feature' }
    expect(await resumedOf(sandbox, { env, eventName: 'push' })).toBe('false')
    expect(await resumedOf(sandbox, { inputs: { ...NO_UPLOAD, resume: 'off' } })).toBe('false')
    expect(await resumedOf(sandbox, { inputs: { ...NO_UPLOAD, 'include-groups': 'false' } })).toBe('false')
    expect(await resumedOf(sandbox, { inputs: { ...NO_UPLOAD, 'progress-key': KEY } })).toBe('false')
    // The last one began anew under a key and left its mark; what came before is behind it.
    expect(await resumedOf(sandbox, { eventName: 'schedule', event })).toBe('false')
  }, 60_000)

  test('by schedule, with other thresholds, concurrency and csv-format', async () => {
    await using world = await partial()
    const inputs = { ...NO_UPLOAD, thresholds: '"*": 100%', 'max-concurrency': '16', 'csv-format': 'exact' }
    const event = { repository: { visibility: 'private', private: true } }
    expect(await resumedOf(world.sandbox, { inputs, eventName: 'schedule', event })).toBe('true')
  }, 60_000)

  test('a pull request continues its own run only', async () => {
    const pull = {
      eventName: 'pull_request',
      event: {
        repository: { visibility: 'private', private: true, default_branch: 'main' },
        pull_request: {
          number: 7,
          head: { sha: 'b'.repeat(40), repo: { full_name: 'octo/aim' } },
          base: { sha: 'a'.repeat(40), repo: { full_name: 'octo/aim' } },
        },
      },
    }
    await using world = await partial(pull)
    const ref = { GITHUB_REF: 'refs/pull/7/merge' }
    expect(await resumedOf(world.sandbox, { ...pull, env: { ...ref, GITHUB_RUN_ID: '5000' } })).toBe('false')
    expect(await resumedOf(world.sandbox, { env: { GITHUB_RUN_ID: '5001' } })).toBe('false')
    // The other pull request has ended since, and left this one's progress alone.
    expect(await resumedOf(world.sandbox, { ...pull, attempt: 2, env: ref })).toBe('true')
  }, 60_000)

  test('what has ended is not; what could not be checked is asked about again, and nothing else', async () => {
    const failing = account.principals.users[17]?.id ?? ''
    let isBroken = true
    const refusing = always(REFUSED, (call, target) => isBroken && call === 'users.match' && target === failing)
    await using sandbox = await startSandbox({ account, faults: refusing })
    const inputs = { ...NO_UPLOAD, 'progress-key': KEY }
    const first = await runAction(sandbox, { inputs })
    expect(reportOf(first)).toMatchObject({ conclusion: 'incomplete', incompleteness: ['too-many-failures'] })
    expect(first.summary).toContain('What failed is asked about again')
    isBroken = false
    const before = sandbox.requests.length
    const second = await runAction(sandbox, { inputs, env: { GITHUB_RUN_ID: '4712' } })
    expect(second.outputs).toMatchObject({ conclusion: 'passed', resumed: 'true', 'failure-count': '0' })
    expect([...matchesOf(sandbox, before).keys()]).toEqual([`users.match ${failing}`])
    expect(csvHashesOf(second)).toEqual(hashesOf(expectedFiles(account)))
    const third = await runAction(sandbox, { inputs, env: { GITHUB_RUN_ID: '4713' } })
    expect(third.outputs).toMatchObject({ conclusion: 'passed', resumed: 'false' })
  }, 60_000)

  test('a sign-in that fails later costs nothing of what was found before', async () => {
    await using world = await partial()
    const { sandbox } = world
    sandbox.isAdmin = false
    const refused = await runAction(sandbox, { inputs: NO_UPLOAD, env: { GITHUB_RUN_ID: '5000' } })
    expect(refused.outputs).toMatchObject({ conclusion: 'error' })
    sandbox.isAdmin = true
    expect(await resumedOf(sandbox, { env: { GITHUB_RUN_ID: '5001' } })).toBe('true')
  }, 60_000)

  test('killed again before the names are back, it still goes on from where it was', async () => {
    const large = makeAccount({ users: 1_000, groups: 40, servicePrincipals: 20 })
    await using world = await killable({ account: large })
    const { sandbox } = world
    const { post } = await killedJob(sandbox, world.killAfter(700), { inputs: NO_UPLOAD })
    const done = JSON.parse(String(post?.results.get('idp_divergence_progress.json'))).start_index as number
    expect(done).toBeGreaterThan(200)
    // As it reads the first page of names.
    const early = new AbortController()
    const seen = sandbox.requests.length
    const watch = setInterval(() => {
      if (sandbox.requests.slice(seen).some(({ call }) => call === 'users.list')) early.abort()
    }, 2)
    const { main } = await killedJob(sandbox, early.signal, { attempt: 2, inputs: NO_UPLOAD })
    clearInterval(watch)
    expect([main.signal, matchesOf(sandbox, seen).size]).toEqual(['SIGKILL', 0])
    const before = sandbox.requests.length
    const third = await runAction(sandbox, { attempt: 3, inputs: NO_UPLOAD })
    expect(third.outputs).toMatchObject({ conclusion: 'passed', resumed: 'true' })
    expect(csvHashesOf(third)).toEqual(hashesOf(expectedFiles(large)))
    const asked = matchesOf(sandbox, before).size
    expect(asked).toBeLessThanOrEqual(everyPrincipal(large).length - done + renamedIn(third))
  }, 60_000)
})

describe('what is saved', () => {
  const account = makeAccount({ users: 500, groups: 60, servicePrincipals: 30, driftedGroups: 4 })

  test('without a key, nothing that names anybody; with a key, nothing that can be read', async () => {
    for (const key of [undefined, KEY]) {
      await using world = await killable({ account })
      const { sandbox } = world
      const inputs = { ...NO_UPLOAD, 'progress-key': key ?? '' }
      await killedJob(sandbox, world.killAfter(400), { inputs })
      const files = await unpacked(sandbox.cacheEntries.at(-1) as (typeof sandbox.cacheEntries)[number], sandbox)
      expect([...files.keys()].every((path) => path.startsWith('.aim-readiness/'))).toBe(true)
      const texts = [...files.values()].map((bytes) => readable(bytes, key === undefined))
      const names = everyPrincipal(account).flatMap(({ type, name, displayName }) =>
        type === 'service-principals' ? [displayName] : [name, displayName],
      )
      for (const text of texts) {
        expect(names.filter((name) => name.length > 4 && text.includes(name))).toEqual([])
        if (key === undefined) expect(text).not.toContain('@')
      }
      const ids = texts.join('\n')
      expect(everyPrincipal(account).some(({ id }) => ids.includes(id))).toBe(key === undefined)
    }
  }, 60_000)

  test('in a public repository nothing without a key, and the summary says why', async () => {
    const event = { repository: { visibility: 'public', private: false, default_branch: 'main' } }
    await using world = await killable({ account })
    const { sandbox } = world
    const { post } = await killedJob(sandbox, world.killAfter(300), { inputs: NO_UPLOAD, event })
    expect(sandbox.cacheEntries).toEqual([])
    expect(post?.summary).toContain('in a public repository it takes a `progress-key`')
    const sealed = { ...NO_UPLOAD, 'progress-key': KEY }
    await killedJob(sandbox, world.killAfter(300), { inputs: sealed, event })
    expect(sandbox.cacheEntries.length).toBeGreaterThan(0)
    const second = await runAction(sandbox, { attempt: 2, inputs: sealed, event })
    expect(second.outputs).toMatchObject({ conclusion: 'passed', resumed: 'true' })
  }, 60_000)

  test('another key, or an entry that was altered: a notice, and a fresh start', async () => {
    await using world = await killable({ account })
    const { sandbox } = world
    await killedJob(sandbox, world.killAfter(300), { inputs: { ...NO_UPLOAD, 'progress-key': KEY } })
    const second = await runAction(sandbox, { attempt: 2, inputs: { ...NO_UPLOAD, 'progress-key': `${KEY}?` } })
    expect(second.outputs).toMatchObject({ conclusion: 'passed', resumed: 'false' })
    expect(second.summary).toContain('not continued')
    expect(second.annotations.map(({ kind }) => kind)).toContain('notice')
    expect(csvsOf(second)).toBeDefined()
    expect(csvHashesOf(second)).toEqual(hashesOf(expectedFiles(account)))
  }, 60_000)
})

/** Before what is packed: the mark of a plain envelope, and a digest, which may hold any bytes. */
const HEAD_BYTES = 'AIMR1 plain\n'.length + 32

/** All that a file of a copy says: of one that is not sealed, what is in its envelope. */
function readable(bytes: Buffer, isPlain: boolean): string {
  const text = bytes.toString('latin1')
  return isPlain ? gunzipSync(bytes.subarray(HEAD_BYTES)).toString() : text
}
