import { execFileSync } from 'node:child_process'
import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { ResultsFolder } from '../../src/files/results-folder.ts'
import { temporaryFolder } from './temporary.ts'

/** As `main` does it. */
async function prepared(workspace: string, input: string, own: readonly string[]): Promise<ResultsFolder> {
  const folder = await ResultsFolder.resolve(workspace, input)
  await folder.prepare(own)
  return folder
}

const OWN = ['report.json', 'divergence_workspaces.csv']

describe('ResultsFolder', () => {
  test('is made inside the workspace, relative or absolute', async () => {
    await using workspace = await temporaryFolder()
    expect((await prepared(workspace.path, 'a/b', OWN)).shown).toBe(join('a', 'b'))
    expect((await prepared(workspace.path, join(workspace.path, 'c'), OWN)).path).toBe(join(workspace.path, 'c'))
  })

  test('removes what an earlier audit left, and nothing else', async () => {
    await using workspace = await temporaryFolder()
    await mkdir(join(workspace.path, 'out'))
    await writeFile(join(workspace.path, 'out', 'report.json'), 'old')
    await writeFile(join(workspace.path, 'out', 'notes.txt'), 'mine')
    await prepared(workspace.path, 'out', OWN)
    expect(await readdir(join(workspace.path, 'out'))).toEqual(['notes.txt'])
  })

  test('clear: removes the same, and makes no folder', async () => {
    await using workspace = await temporaryFolder()
    await (await ResultsFolder.resolve(workspace.path, 'nowhere')).clear(OWN)
    expect(await readdir(workspace.path)).toEqual([])
    await mkdir(join(workspace.path, 'out'))
    for (const name of ['report.json', 'notes.txt']) await writeFile(join(workspace.path, 'out', name), 'old')
    await (await ResultsFolder.resolve(workspace.path, 'out')).clear(OWN)
    expect(await readdir(join(workspace.path, 'out'))).toEqual(['notes.txt'])
  })

  test('case 15: refuses every way out of the workspace, naming the input', async () => {
    await using workspace = await temporaryFolder()
    await using elsewhere = await temporaryFolder()
    await symlink(elsewhere.path, join(workspace.path, 'link'))
    await writeFile(join(workspace.path, 'file'), '')
    execFileSync('mkfifo', [join(workspace.path, 'fifo')])
    for (const path of [
      '../../etc/passwd',
      '..',
      '.',
      'link',
      'link/deeper',
      elsewhere.path,
      'file',
      'file/below',
      'fifo',
      '/',
    ])
      await expect(prepared(workspace.path, path, OWN), path).rejects.toMatchObject({
        reason: 'configuration',
        message: expect.stringContaining('results-path'),
      })
    expect(await readdir(elsewhere.path)).toEqual([])
  })

  test('a symlink that stays inside is followed', async () => {
    await using workspace = await temporaryFolder()
    await mkdir(join(workspace.path, 'real'))
    await symlink(join(workspace.path, 'real'), join(workspace.path, 'link'))
    const folder = await prepared(workspace.path, 'link', OWN)
    await folder.write('report.json', ['{}'])
    expect(await readFile(join(workspace.path, 'real', 'report.json'), 'utf8')).toBe('{}')
  })

  test('a file is replaced, never written through a link that stands in its place', async () => {
    await using workspace = await temporaryFolder()
    const folder = await prepared(workspace.path, 'out', OWN)
    await writeFile(join(workspace.path, 'victim'), 'precious')
    await symlink(join(workspace.path, 'victim'), join(folder.path, 'report.json'))
    await symlink(join(workspace.path, 'victim'), join(folder.path, 'report.json.partial'))
    await folder.write('report.json', ['{', '}'])
    expect(await readFile(join(workspace.path, 'victim'), 'utf8')).toBe('precious')
    expect(await readFile(join(folder.path, 'report.json'), 'utf8')).toBe('{}')
  })

  test('lists what this audit wrote', async () => {
    await using workspace = await temporaryFolder()
    const folder = await prepared(workspace.path, 'out', OWN)
    await folder.write('b.csv', ['1'])
    await folder.write('a.csv', [])
    expect(folder.files).toEqual(['b.csv', 'a.csv'])
  })
})
