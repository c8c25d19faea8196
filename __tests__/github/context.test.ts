import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readEventPayload, refusalOf, runContextOf, unsafeEnvironmentOf } from '../../src/github/context.ts'

const ENV = {
  GITHUB_EVENT_NAME: 'schedule',
  GITHUB_REPOSITORY: 'octo-org/audit',
  GITHUB_RUN_ID: '12345678901',
  GITHUB_RUN_ATTEMPT: '2',
  GITHUB_JOB: 'aim',
  GITHUB_WORKFLOW: 'AIM readiness',
  GITHUB_REF: 'refs/heads/main',
  GITHUB_SHA: 'c0ffee',
  GITHUB_WORKSPACE: '/home/runner/work/audit/audit',
  GITHUB_SERVER_URL: 'https://octo.ghe.com',
  GITHUB_API_URL: 'https://api.octo.ghe.com',
  RUNNER_TEMP: '/home/runner/work/_temp',
  RUNNER_OS: 'Linux',
}

const repo = (fullName: string, fork = false) => ({ id: 1, full_name: fullName, fork })
const pullRequest = (head: unknown, base: unknown = repo('octo-org/audit')) => ({
  pull_request: { number: 1, head: { sha: 'a', repo: head }, base: { sha: 'b', repo: base } },
})
const contextOf = (eventName: string, payload: unknown = {}) =>
  runContextOf({ ...ENV, GITHUB_EVENT_NAME: eventName }, payload)

describe('runContextOf', () => {
  test('says what the runner says', () =>
    expect(runContextOf(ENV, {})).toEqual({
      eventName: 'schedule',
      repository: 'octo-org/audit',
      runId: '12345678901',
      runAttempt: 2,
      job: 'aim',
      workflow: 'AIM readiness',
      ref: 'refs/heads/main',
      defaultBranch: '',
      sha: 'c0ffee',
      workspace: '/home/runner/work/audit/audit',
      temp: '/home/runner/work/_temp',
      serverUrl: 'https://octo.ghe.com',
      apiUrl: 'https://api.octo.ghe.com',
      runnerOs: 'Linux',
      isForkPullRequest: false,
      visibility: 'unknown',
    }))

  test('needs no runner', () =>
    expect(runContextOf({}, undefined)).toMatchObject({
      eventName: '',
      runAttempt: 1,
      serverUrl: 'https://github.com',
      apiUrl: 'https://api.github.com',
    }))

  test.each([
    [{ visibility: 'public', private: false }, 'public'],
    [{ visibility: 'private', private: true }, 'private'],
    [{ visibility: 'internal', private: true }, 'private'],
    [{ visibility: 'internal' }, 'private'],
    [{ private: true }, 'private'],
    [{ private: false }, 'public'],
    [{ visibility: 'private', private: false }, 'public'],
    [{ visibility: 'public', private: true }, 'public'],
    [{ visibility: 'something new' }, 'unknown'],
    [{ private: 'true' }, 'unknown'],
    [{ private: null }, 'unknown'],
    [{}, 'unknown'],
    [null, 'unknown'],
    ['public', 'unknown'],
  ])('the repository %j is %s', (repository, visibility) =>
    expect(contextOf('push', { repository }).visibility).toBe(visibility),
  )

  test.each([{}, undefined, null, [], 'text', 7, { schedule: '0 3 * * *' }])('the event %j does not tell', (payload) =>
    expect(contextOf('schedule', payload)).toMatchObject({ visibility: 'unknown', isForkPullRequest: false }),
  )
})

describe('refusalOf', () => {
  test.each([
    'schedule',
    'workflow_dispatch',
    'push',
    'merge_group',
    'repository_dispatch',
    'release',
    'workflow_call',
    '',
  ])('case 69: %s may audit', (eventName) => expect(refusalOf(contextOf(eventName))).toBeUndefined())

  test('case 69: a pull request of the same repository may audit, also in a repository that is a fork itself', () => {
    const same = pullRequest(repo('octo-org/audit', true), repo('Octo-Org/Audit', true))
    expect(refusalOf(contextOf('pull_request', same))).toBeUndefined()
  })

  test.each([
    ['another repository', pullRequest(repo('somebody/audit', true))],
    ['another repository that is no fork', pullRequest(repo('somebody/audit'))],
    ['a fork that was deleted', pullRequest(null)],
    ['a head without a repository', { pull_request: { head: {}, base: { repo: repo('octo-org/audit') } } }],
    ['what cannot be read', { pull_request: 7 }],
  ])('case 69: a pull request from %s has no token', (_, payload) => {
    for (const eventName of ['pull_request', 'pull_request_review'])
      expect(refusalOf(contextOf(eventName, payload))).toContain('fork')
  })

  test.each(['pull_request_target', 'workflow_run', 'issue_comment'])(
    'case 69: %s is refused with what to do',
    (eventName) => {
      const refusal = refusalOf(contextOf(eventName, pullRequest(repo('octo-org/audit'))))
      expect(refusal).toContain(eventName)
      expect(refusal).toContain('workflow_dispatch')
    },
  )
})

describe('unsafeEnvironmentOf', () => {
  test.each([
    {},
    { NODE_TLS_REJECT_UNAUTHORIZED: '1' },
    { NODE_TLS_REJECT_UNAUTHORIZED: '' },
    { NODE_DEBUG: '' },
    { NODE_DEBUG: 'fs,timer' },
    { NODE_DEBUG: 'module' },
    { NODE_EXTRA_CA_CERTS: '/etc/ca.pem' },
  ])('%j is fine', (env) => expect(unsafeEnvironmentOf(env)).toEqual([]))

  test.each([
    { NODE_TLS_REJECT_UNAUTHORIZED: '0' },
    { NODE_DEBUG: 'http' },
    { NODE_DEBUG: 'fs,HTTPS' },
    { NODE_DEBUG: 'fs, tls' },
    { NODE_DEBUG: 'http*' },
    { NODE_DEBUG: '*' },
    { NODE_DEBUG: 'undici' },
    { NODE_DEBUG: 'net' },
    { NODE_DEBUG: 'http2' },
  ])('%j is not', (env) => expect(unsafeEnvironmentOf(env)).toHaveLength(1))

  test('a pattern that is no regular expression is no fault', () =>
    expect(unsafeEnvironmentOf({ NODE_DEBUG: '(((,[a-,\\' })).toEqual([]))
})

describe('readEventPayload', () => {
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'event-'))
  })
  afterAll(() => rm(folder, { recursive: true }))

  test('is the event', async () => {
    const path = join(folder, 'event.json')
    await writeFile(path, '{"repository":{"private":true}}')
    expect(await readEventPayload(path)).toEqual({ repository: { private: true } })
  })

  test('is empty when there is none, or when it is broken', async () => {
    const broken = join(folder, 'broken.json')
    await writeFile(broken, '{"repository":')
    for (const path of [undefined, '', join(folder, 'missing.json'), folder, broken])
      expect(await readEventPayload(path)).toEqual({})
  })
})
