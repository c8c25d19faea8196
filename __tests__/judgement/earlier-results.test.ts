import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { Judge } from '../../src/domain/judgement/judge.ts'
import { earlierResults, readTo } from '../../src/files/earlier-results.ts'
import { baselineIn } from '../../src/files/judging.ts'
import { folderSource, textsSource } from '../../src/files/results-source.ts'
import { failureOf } from '../contract/wire.ts'
import { temporaryFolder } from '../files/temporary.ts'
import { ACCOUNT, audited, CONTEXT, found, read } from './audited.ts'
import { policyOf } from './cast.ts'

describe('earlierResults', () => {
  const problem = async (change: (files: Map<string, string>) => void) => {
    const { files } = await audited(found, policyOf())
    change(files)
    return (await failureOf(read(files))).message
  }
  const edited = (name: string, edit: (json: Record<string, unknown>) => void) => (files: Map<string, string>) => {
    const json = JSON.parse(files.get(name) ?? '')
    edit(json)
    files.set(name, JSON.stringify(json))
  }

  test.each([
    [
      'case 13: another account',
      edited('report.json', (json) => (json.accountId = ACCOUNT.replace('0f', '1f'))),
      /another Databricks account/,
    ],
    ['case 13: a newer report', edited('report.json', (json) => (json.schemaVersion = 2)), /newer version/],
    ['case 13: newer findings', edited('findings.json', (json) => (json.schemaVersion = 2)), /newer version/],
    ['no version', edited('report.json', (json) => delete json.schemaVersion), /damaged/],
    [
      'an audit that ended in an error',
      edited('report.json', (json) => (json.conclusion = 'error')),
      /ended in an error/,
    ],
    [
      'a finding less',
      edited('findings.json', (json) => (json.findings as unknown[]).pop()),
      /another number of findings/,
    ],
    [
      'a finding of an unknown type',
      edited('findings.json', (json) => {
        json.findings = [{ type: 'robot' }]
      }),
      /damaged/,
    ],
    [
      'a finding that its type cannot have',
      edited('findings.json', (json) => {
        for (const finding of json.findings as Record<string, unknown>[]) finding.reasons = ['NESTED_GROUP_MEMBER']
      }),
      /damaged/,
    ],
    [
      'case 14: no findings',
      (files: Map<string, string>) => files.delete('findings.json'),
      /findings.json .* is missing/,
    ],
    ['case 14: no report', (files: Map<string, string>) => files.delete('report.json'), /report.json .* is missing/],
    ['case 14: nothing at all', (files: Map<string, string>) => files.clear(), /is missing/],
    ['empty findings', (files: Map<string, string>) => files.set('findings.json', ''), /damaged/],
    ['findings of nothing', (files: Map<string, string>) => files.set('findings.json', 'null'), /damaged/],
  ])('%s is refused, never taken for an empty one', async (_, change, message) => {
    expect(await problem(change)).toMatch(message)
  })

  test('case 13: a file that is cut anywhere, or holds the marks of a merge conflict, is damaged', async () => {
    const { files } = await audited(found, policyOf())
    for (const name of ['findings.json', 'report.json']) {
      const whole = files.get(name) ?? ''
      for (let end = 0; end < whole.trimEnd().length; end += 7)
        await expect(read(new Map([...files, [name, whole.slice(0, end)]]))).rejects.toThrow(/damaged/)
      const lines = whole.split('\n')
      const conflict = [lines[0], '<<<<<<< HEAD', lines[1], '=======', lines[1], '>>>>>>> x', ...lines.slice(2)].join(
        '\n',
      )
      await expect(read(new Map([...files, [name, conflict]]))).rejects.toThrow(/damaged/)
    }
    const [first = '', second = '', ...rest] = (files.get('findings.json') ?? '').split('\n')
    for (const lines of [
      [first, second, second, ...rest],
      [first, ...rest],
      [first, second, ...rest, second],
    ])
      await expect(read(new Map([...files, ['findings.json', lines.join('\n')]]))).rejects.toThrow(
        /damaged|number of findings/,
      )
  })

  test('a file that is no memory for is refused, as a whole and as one line', async () => {
    const { files } = await audited(found, policyOf())
    const endless = (name: string) => ({
      ...textsSource(files, 'there'),
      async open(asked: string) {
        const whole = files.get(asked) ?? ''
        return (async function* () {
          yield whole
          if (asked === name) for (let piece = 0; piece < 130; piece++) yield 'x'.repeat(1024 * 1024)
        })()
      },
    })
    for (const name of ['report.json', 'findings.json']) {
      const reading = earlierResults(endless(name), CONTEXT).then((results) => readTo(results, () => {}))
      await expect(reading, name).rejects.toThrow(new RegExp(`${name} in "there" is too large`))
    }
  })

  test('case 13: what is not UTF-8 is refused', async () => {
    await using folder = await temporaryFolder()
    await writeFile(join(folder.path, 'report.json'), Buffer.from([0x7b, 0xff, 0x7d]))
    const source = await folderSource(folder.path, 'there')
    await expect(earlierResults(source, CONTEXT)).rejects.toThrow(/not UTF-8/)
  })

  test('case 15: a link, a folder or a pipe is no file', async () => {
    await using folder = await temporaryFolder()
    await symlink('/etc/passwd', join(folder.path, 'report.json'))
    await expect(folderSource(folder.path, 'there').then((source) => earlierResults(source, CONTEXT))).rejects.toThrow(
      /is no file/,
    )
    await mkdir(join(folder.path, 'sub', 'report.json'), { recursive: true })
    await expect(
      folderSource(join(folder.path, 'sub'), 'sub').then((source) => earlierResults(source, CONTEXT)),
    ).rejects.toThrow(/no file/)
    await expect(folderSource(join(folder.path, 'report.json'), 'file')).rejects.toThrow(/no folder/)
    await expect(folderSource(join(folder.path, 'none'), 'none')).rejects.toThrow(/no folder/)
  })

  test('who could not be checked is not fixed', async () => {
    const { files } = await audited(found, policyOf())
    const report = JSON.parse(files.get('report.json') ?? '')
    report.totals.users.failed = 1
    files.set('report.json', JSON.stringify(report))
    expect((await read(files)).unchecked.types.has('users')).toBe(true)
    files.set('idp_divergence_failures.csv', 'id,type,error\r\n77,USER,timeout\r\n')
    expect((await read(files)).unchecked).toEqual({ ids: new Set(['users 77']), types: new Set() })
  })

  test('is a baseline by the policy of today', async () => {
    const { files } = await audited(found, policyOf())
    const policy = policyOf({ primaryDomains: ['example.com'] })
    const baseline = await baselineIn(await earlierResults(textsSource(files, 'there'), CONTEXT), policy)
    const judge = new Judge(policy, baseline)
    expect(found.map((evidence) => judge.add(evidence)?.change)).toEqual(['existing', 'existing'])
  })
})
