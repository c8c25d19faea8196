import { describe, expect, test } from 'vitest'
import {
  baselineOf,
  combinationProblemsOf,
  maxResultAgeOf,
  pathOf,
  primaryDomainsOf,
  repositoryPathOf,
  workflowOf,
  workflowOfRef,
} from '../../src/config/policy.ts'

const refused = { problem: expect.any(String) }

describe('primaryDomainsOf', () => {
  test.each([
    ['example.com', ['example.com']],
    ['Example.COM, example.net\n  @sub.example.org  example.com', ['example.com', 'example.net', 'sub.example.org']],
    ['', []],
    ['xn--bcher-kva.example', ['xn--bcher-kva.example']],
  ])('%j', (text, domains) => {
    expect(primaryDomainsOf(text)).toEqual(domains)
  })

  test.each([
    '*.example.com',
    'example',
    'ada@example.com',
    'https://example.com',
    'bücher.example',
    '-a.example',
    'a..b',
    `${'a'.repeat(64)}.com`,
  ])('%j is no domain', (text) => expect(primaryDomainsOf(text)).toEqual(refused))
})

describe('paths', () => {
  test.each([
    ['.github/aim-allow-list.yml', '.github/aim-allow-list.yml'],
    ['./policy//list.yml', 'policy/list.yml'],
  ])('repositoryPathOf %j', (text, path) => {
    expect(repositoryPathOf(text)).toBe(path)
  })

  test.each(['/etc/passwd', '../x.yml', 'a/../../x', '~/x', 'C:\\x', 'a\\b', '.git/config', '', 'a/', 'a\nb'])(
    'case 15: %j is no path of a file in the repository',
    (text) => expect(repositoryPathOf(text)).toEqual(refused),
  )

  test.each(['../results', 'a/../../b', '~', '~/x', 'a\0b'])('case 15: %j does not lie in the workspace', (text) => {
    expect(pathOf(text)).toEqual(refused)
  })

  test('a folder, relative or absolute, is for the one who knows the disk', () => {
    expect(pathOf('results')).toBe('results')
    expect(pathOf('/home/runner/work/x')).toBe('/home/runner/work/x')
    expect(pathOf('.')).toBe('.')
  })

  test('baselineOf', () => {
    expect(baselineOf('none')).toEqual({ from: 'none' })
    expect(baselineOf('artifact')).toEqual({ from: 'artifact' })
    expect(baselineOf('.github/aim-baseline')).toEqual({ from: 'path', path: '.github/aim-baseline' })
    expect(baselineOf('../x')).toEqual(refused)
  })
})

describe('workflows', () => {
  test.each([
    ['audit.yml', 'audit.yml'],
    ['.github/workflows/audit.yaml', 'audit.yaml'],
  ])('workflowOf %j', (text, name) => {
    expect(workflowOf(text)).toBe(name)
  })

  test.each(['audit', '../audit.yml', 'a/b.yml', '-x.yml', ''])('workflowOf %j is none', (text) => {
    expect(workflowOf(text)).toEqual(refused)
  })

  test('workflowOfRef', () => {
    expect(workflowOfRef('o/r/.github/workflows/audit.yml@refs/heads/main')).toBe('audit.yml')
    expect(workflowOfRef('')).toBe('')
  })
})

test.each(['0', '-1', '1e3', '9000', 'x', '24h'])('maxResultAgeOf %j is no number of hours', (text) => {
  expect(maxResultAgeOf(text)).toEqual(refused)
})

describe('combinationProblemsOf', () => {
  const fine = {
    mode: 'evaluate',
    eventName: 'schedule',
    baseline: { from: 'artifact' },
    newOnly: true,
    ratchet: true,
    evaluateFrom: 'results',
  } as const

  test('what fits is no problem', () => {
    expect(combinationProblemsOf(fine)).toEqual([])
    expect(combinationProblemsOf({ ...fine, eventName: 'pull_request', evaluateFrom: '' })).toEqual([])
  })

  test.each([
    ['new-only and ratchet without a baseline', { baseline: { from: 'none' } as const }, 2],
    ['evaluate-from in an audit', { mode: 'audit' } as const, 1],
    ['evaluate-from in a pull request, which could bring its own', { eventName: 'pull_request' }, 1],
    ['evaluate-from in a merge group', { eventName: 'merge_group' }, 1],
  ])('%s', (_, changes, count) => {
    expect(combinationProblemsOf({ ...fine, ...changes })).toHaveLength(count)
  })
})
