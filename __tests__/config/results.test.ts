import { posix } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { artifactNameOf, folderProblemOf, resultsPathOf } from '../../src/config/results.ts'

describe('resultsPathOf', () => {
  test.each([
    'aim-readiness',
    './out',
    'a/b/../c',
    'out/',
    'a..b',
    '..a',
    '.out',
    'my results',
    '/abs/olute',
    'C:\\out',
    'dir.git',
    '.gitlab',
  ])('takes %j as it is', (path) => expect(resultsPathOf(path)).toBe(path))

  test.each([
    '..',
    '../out',
    'a/../..',
    'a/../../out',
    './../out',
    'a\\..\\..\\out',
    '.',
    './',
    'a/..',
    '~',
    '~/out',
    '~root/out',
    '.git',
    '.GIT/hooks',
    './.git/hooks',
    'a/../.git',
    'module/.git/hooks',
    '.github',
    '.github/workflows',
    '.aim-readiness',
    '.aim-readiness/x',
    'a\0b',
    'a\nb',
    '../../etc/passwd',
  ])('refuses %j', (path) => expect(resultsPathOf(path)).toEqual({ problem: expect.stringMatching(/^".*; write /) }))

  test('whatever relative path is taken stays inside', () =>
    fc.assert(
      fc.property(fc.array(fc.constantFrom('a', '..', '.', '', '.git', 'b.c')), (parts) => {
        const path = parts.join('/')
        if (path.startsWith('/') || typeof resultsPathOf(path) !== 'string') return
        const resolved = posix.resolve('/workspace', path)
        expect(resolved).toMatch(/^\/workspace\/./)
        expect(resolved.split('/')).not.toContain('.git')
      }),
    ))
})

test('folderProblemOf: judges a resolved path as well', () => {
  expect(folderProblemOf('out')).toBeUndefined()
  expect(folderProblemOf('')).toContain('workspace itself')
  expect(folderProblemOf('.git/x')).toContain('.git')
})

test('artifactNameOf: what the artifact service takes', () => {
  for (const name of ['a', 'aim-readiness', 'a b.c_d', 'été', 'x'.repeat(200)]) expect(artifactNameOf(name)).toBe(name)
  for (const character of ['"', ':', '<', '>', '|', '*', '?', '\r', '\n', '\\', '/', '\0', '\u001b'])
    expect(artifactNameOf(`a${character}b`), character).toHaveProperty('problem')
  expect(artifactNameOf('x'.repeat(201))).toHaveProperty('problem')
})
