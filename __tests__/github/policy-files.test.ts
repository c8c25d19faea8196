import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import nock from 'nock'
import { describe, expect, test } from 'vitest'
import { workspacePath, workspaceText } from '../../src/files/workspace-file.ts'
import { changeOf, commitsOf, type PolicyRequest, policyFile } from '../../src/github/policy-files.ts'
import { temporaryFolder } from '../files/temporary.ts'
import { API, api, offline } from './github-api.ts'

const BASE = 'b'.repeat(40)
const HEAD = 'd'.repeat(40)
const PATH = '.github/aim-readiness.yml'

offline({ isStrict: true })

const proposed: PolicyRequest = {
  path: PATH,
  isDefault: true,
  input: 'config-file',
  commits: { base: BASE, head: HEAD },
  api,
  readWorkspace: async () => 'what the pull request brings',
}
const agreed: PolicyRequest = {
  ...proposed,
  commits: { base: undefined, head: HEAD },
  readWorkspace: async () => undefined,
}

const RAW = { 'content-type': 'application/vnd.github.raw+json; charset=utf-8' }
const file = (ref: string, status: number, text = '', path = PATH) =>
  nock(API, { reqheaders: { authorization: 'token ghs_token', accept: /raw/ } })
    .get(`/repos/o/r/contents/${path}`)
    .query({ ref })
    .reply(status, text, RAW)
const commit = (sha: string, status: number) => nock(API).get(`/repos/o/r/git/commits/${sha}`).reply(status, {})

describe('commitsOf', () => {
  test('what is proposed has a base', () => {
    const sides = { base: { sha: BASE }, head: { sha: HEAD } }
    expect(commitsOf('pull_request', { pull_request: sides }, 'x')).toEqual({ base: BASE, head: HEAD })
    expect(commitsOf('merge_group', { merge_group: { base_sha: BASE, head_sha: HEAD } }, 'x')).toEqual({
      base: BASE,
      head: HEAD,
    })
    expect(commitsOf('push', { pull_request: sides }, HEAD)).toEqual({ base: undefined, head: HEAD })
  })

  test.each(['pull_request', 'merge_group'])('%s without one is refused', (event) => {
    for (const payload of [{}, undefined, { pull_request: { base: { sha: 'main' } } }])
      expect(() => commitsOf(event, payload, HEAD)).toThrow(/base commit/)
  })
})

describe('policyFile of what is proposed', () => {
  test('is read from the base commit, whatever is checked out; a change is shown', async () => {
    file(BASE, 200, 'warn-only: false\nratchet: true\n')
    file(HEAD, 200, 'warn-only: true\nratchet: true\n')
    expect(await policyFile(proposed)).toEqual({
      state: 'found',
      file: {
        path: PATH,
        text: 'warn-only: false\nratchet: true\n',
        origin: 'base',
        commit: BASE,
        change: { kind: 'modified', added: ['warn-only: true'], removed: ['warn-only: false'] },
      },
    })
  })

  test('a file that is taken away holds until that is merged', async () => {
    file(BASE, 200, 'ratchet: true\n')
    file(HEAD, 404)
    commit(HEAD, 200)
    expect(await policyFile(proposed)).toMatchObject({ state: 'found', file: { change: { kind: 'removed' } } })
  })

  test('a file that is added holds from then on', async () => {
    file(BASE, 404)
    commit(BASE, 200)
    file(HEAD, 200, 'warn-only: true\n')
    expect(await policyFile({ ...proposed, isDefault: false })).toMatchObject({
      state: 'none',
      change: { kind: 'added' },
    })
  })

  test('a file that was named and is nowhere is an error', async () => {
    file(BASE, 404)
    file(HEAD, 404)
    commit(BASE, 200)
    commit(HEAD, 200)
    await expect(policyFile({ ...proposed, isDefault: false })).rejects.toMatchObject({ reason: 'configuration' })
  })

  test('a 404 without leave to read is not "there is none"', async () => {
    file(BASE, 404)
    commit(BASE, 404)
    await expect(policyFile(proposed)).rejects.toThrow(/contents: read/)
  })

  test.each([401, 403, 429])('%d is an error that names the permission', async (status) => {
    file(BASE, status)
    await expect(policyFile(proposed)).rejects.toThrow(/contents: read/)
  })

  test('without a token there is no policy, and that is an error', async () => {
    await expect(policyFile({ ...proposed, api: undefined })).rejects.toThrow(/github-token/)
  })

  test('a folder, and what is no text, are no file', async () => {
    nock(API)
      .get(`/repos/o/r/contents/${PATH}`)
      .query(true)
      .reply(200, [{ name: 'x' }])
    await expect(policyFile(proposed)).rejects.toThrow(/no text file/)
    nock(API)
      .get(`/repos/o/r/contents/${PATH}`)
      .query(true)
      .reply(200, Buffer.from([0xff, 0xfe]), { 'content-type': 'application/octet-stream' })
    await expect(policyFile(proposed)).rejects.toThrow(/no text file/)
  })

  test('a name with odd characters stays one name', async () => {
    const path = 'policy/a b#c?.yml'
    file(BASE, 200, 'x', 'policy/a%20b%23c%3F.yml')
    file(HEAD, 200, 'x', 'policy/a%20b%23c%3F.yml')
    expect(await policyFile({ ...proposed, path })).toMatchObject({ file: { text: 'x', change: undefined } })
  })

  test('an outage of a moment is ridden out', async () => {
    file(BASE, 502)
    file(BASE, 200, 'x')
    file(HEAD, 200, 'x')
    expect(await policyFile(proposed)).toMatchObject({ state: 'found' })
  })
})

describe('policyFile of what is agreed', () => {
  test('is read as checked out', async () => {
    expect(await policyFile({ ...agreed, readWorkspace: async () => 'text' })).toEqual({
      state: 'found',
      file: { path: PATH, text: 'text', origin: 'workspace', commit: HEAD, change: undefined },
    })
  })

  test('a default file that is in the repository but not checked out is an error, not silence', async () => {
    file(HEAD, 200, 'x')
    await expect(policyFile(agreed)).rejects.toThrow(/add actions\/checkout/)
  })

  test('a default file that is nowhere is none', async () => {
    file(HEAD, 404)
    commit(HEAD, 200)
    expect(await policyFile(agreed)).toEqual({ state: 'none', change: undefined })
  })

  test('what cannot be found out is told', async () => {
    file(HEAD, 404)
    commit(HEAD, 403)
    expect(await policyFile(agreed)).toMatchObject({ state: 'unknown', why: expect.stringContaining('contents: read') })
    expect(await policyFile({ ...agreed, api: undefined })).toMatchObject({ state: 'unknown' })
  })

  test('a file that was named has to be there', async () => {
    await expect(policyFile({ ...agreed, isDefault: false })).rejects.toThrow(/actions\/checkout/)
  })
})

test('changeOf tells the lines that are on one side only', () => {
  expect(changeOf('a\nb\n', 'a\nb\n')).toBeUndefined()
  expect(changeOf('a\nb', 'b\r\nc')).toEqual({ kind: 'modified', added: ['c'], removed: ['a'] })
  expect(changeOf(undefined, 'a')?.kind).toBe('added')
})

describe('workspaceText', () => {
  test('case 15: reads regular UTF-8 files within the workspace only', async () => {
    await using folder = await temporaryFolder()
    const root = join(folder.path, 'workspace')
    await mkdir(join(root, 'folder'), { recursive: true })
    await writeFile(join(folder.path, 'outside.yml'), 'secret')
    await writeFile(join(root, 'inside.yml'), '\ufeffkey: ü\n')
    await writeFile(join(root, 'latin1.yml'), Buffer.from([0xfc]))
    await writeFile(join(root, 'large.yml'), 'x'.repeat(1024 * 1024 + 1))
    await symlink('../outside.yml', join(root, 'link.yml'))
    await symlink('inside.yml', join(root, 'inner.yml'))
    expect(await workspaceText(root, 'inside.yml')).toBe('key: ü\n')
    expect(await workspaceText(root, 'inner.yml')).toBe('key: ü\n')
    expect(await workspaceText(root, 'none.yml')).toBeUndefined()
    expect(await workspaceText(root, 'inside.yml/x')).toBeUndefined()
    for (const path of [
      'link.yml',
      '../outside.yml',
      join(folder.path, 'outside.yml'),
      'folder',
      'latin1.yml',
      'large.yml',
    ])
      await expect(workspaceText(root, path), path).rejects.toMatchObject({ reason: 'configuration' })
    expect(await workspacePath(root, 'folder')).toBe(join(root, 'folder'))
  })
})
