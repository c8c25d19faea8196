import { describe, expect, test } from 'vitest'
import { runContextOf } from '../../src/github/context.ts'
import { isOver, isTrusted, progressKeysOf } from '../../src/saved/progress-keys.ts'
import { FINGERPRINT } from './make-believe-audit.ts'

const contextOf = (eventName: string, ref = 'refs/heads/main', more: Record<string, string> = {}, branch = 'main') =>
  runContextOf(
    {
      ...{ GITHUB_EVENT_NAME: eventName, GITHUB_REF: ref, GITHUB_REPOSITORY: 'Octo/AIM' },
      ...{ GITHUB_RUN_ID: '4711', GITHUB_RUN_ATTEMPT: '2', ...more },
    },
    { repository: { default_branch: branch } },
  )

test.each([
  ['schedule', 'refs/heads/main', 'main', true],
  ['schedule', 'refs/heads/main', '', true],
  ['workflow_dispatch', 'refs/heads/main', 'main', true],
  ['push', 'refs/heads/main', 'main', true],
  ['push', 'refs/heads/feature', 'main', false],
  ['push', 'refs/tags/main', 'main', false],
  ['push', 'refs/heads/main', '', false],
  ['workflow_dispatch', 'refs/heads/feature', 'main', false],
  ['pull_request', 'refs/pull/7/merge', 'main', false],
  ['pull_request', 'refs/heads/main', 'main', false],
  ['merge_group', 'refs/heads/gh-readonly-queue/main/x', 'main', false],
  ['repository_dispatch', 'refs/heads/main', 'main', false],
])('isTrusted: %s on %s, default branch %s: %s', (eventName, ref, branch, trusted) =>
  expect(isTrusted(contextOf(eventName, ref, {}, branch))).toBe(trusted),
)

describe('progressKeysOf', () => {
  const trusted = progressKeysOf(contextOf('schedule'), FINGERPRINT, 'main')
  const pull = progressKeysOf(contextOf('pull_request', 'refs/pull/7/merge'), FINGERPRINT, 'main')

  test('a trusted run looks for its own progress, then for that of others of its kind', () => {
    expect(trusted.restore).toEqual([trusted.ofRun('4711'), trusted.audit])
    expect(trusted.ownRunOnly).toBe(false)
    expect(trusted.ofRun('4711').startsWith(trusted.audit)).toBe(true)
  })

  test('a pull request looks for its own progress only', () => {
    expect(pull.restore).toEqual([pull.ofRun('4711')])
    expect(pull.ownRunOnly).toBe(true)
    expect(pull.audit).not.toBe(trusted.audit)
  })

  test('a run whose id begins with that of another is another', () => {
    const other = progressKeysOf(contextOf('schedule', undefined, { GITHUB_RUN_ID: '47110' }), FINGERPRINT, 'main')
    expect(other.save(1).startsWith(trusted.ofRun('4711'))).toBe(false)
  })

  test('case 64: every save of every attempt, run and step has a key of its own, as the service takes it', () => {
    const keys = [trusted, progressKeysOf(contextOf('schedule'), FINGERPRINT, 'post')]
      .concat(progressKeysOf(contextOf('schedule', undefined, { GITHUB_RUN_ATTEMPT: '3' }), FINGERPRINT, 'main'))
      .concat(progressKeysOf(contextOf('schedule', undefined, { GITHUB_RUN_ID: '4712' }), FINGERPRINT, 'main'))
      .flatMap(({ save }) => [save(1), save(2), save(999_999)])
    expect(new Set(keys).size).toBe(keys.length)
    for (const key of keys) expect(key).toMatch(/^[\w-]{1,512}$/)
  })

  test('what a copy belongs to: repository, class of trust, fingerprint, and of a pull request the run', () => {
    const others = [
      progressKeysOf({ ...contextOf('schedule'), repository: 'octo/other' }, FINGERPRINT, 'main'),
      progressKeysOf(contextOf('schedule'), 'e'.repeat(64), 'main'),
      pull,
      progressKeysOf(contextOf('pull_request', 'refs/pull/7/merge', { GITHUB_RUN_ID: '4712' }), FINGERPRINT, 'main'),
    ].map(({ belongsTo }) => belongsTo)
    expect(new Set([trusted.belongsTo, ...others]).size).toBe(5)
    const later = progressKeysOf(contextOf('push', undefined, { GITHUB_RUN_ID: '9' }), FINGERPRINT, 'post')
    expect(later.belongsTo).toBe(trusted.belongsTo)
  })
})

test('isOver: entries of the runs that an audit took, and very old ones; never another run’s, nor the mark itself', () => {
  const now = new Date('2026-11-22T12:00:00Z')
  const over = isOver({ runs: ['a-1-', 'a-2-'], kept: 'a-2-1-main-000003', now })
  const young = '2026-11-22T11:00:00Z'
  expect(over({ key: 'a-1-1-main-000001', createdAt: young })).toBe(true)
  expect(over({ key: 'a-2-1-post-000001', createdAt: young })).toBe(true)
  expect(over({ key: 'a-2-1-main-000003', createdAt: '2026-01-01T00:00:00Z' })).toBe(false)
  expect(over({ key: 'a-3-1-main-000001', createdAt: young })).toBe(false)
  expect(over({ key: 'a-12-1-main-000001', createdAt: young })).toBe(false)
  expect(over({ key: 'a-3-1-main-000001', createdAt: '' })).toBe(false)
  expect(over({ key: 'a-3-1-main-000001', createdAt: '2026-11-19T11:00:00Z' })).toBe(true)
})
