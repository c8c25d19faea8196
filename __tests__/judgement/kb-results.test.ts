import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { earlierResults } from '../../src/files/earlier-results.ts'
import { evaluation } from '../../src/files/judging.ts'
import { folderSource } from '../../src/files/results-source.ts'
import { temporaryFolder } from '../files/temporary.ts'
import { CONTEXT, maxFailures } from './audited.ts'
import { policyOf } from './cast.ts'

describe("the prep script's own files", () => {
  const SAMPLE = join(import.meta.dirname, '../fixtures/sample-results')
  const broken = async (name: string, edit: (text: string) => string | undefined) => {
    await using folder = await temporaryFolder()
    const names = ['users', 'groups', 'service_principals'].flatMap((type) => [
      `identities_to_process_${type}.csv`,
      `idp_divergence_${type}.csv`,
    ])
    for (const file of ['divergence_workspaces.csv', 'idp_divergence_failures.csv', ...names]) {
      const text = await readFile(join(SAMPLE, file), 'utf8')
      const edited = file === name ? edit(text) : text
      if (edited !== undefined) await writeFile(join(folder.path, file), edited)
    }
    const results = await earlierResults(await folderSource(folder.path, 'there'), CONTEXT)
    return await evaluation(results, { policy: policyOf(), baseline: undefined, maxFailures })
  }

  test.each([
    ['idp_divergence_users.csv', (text: string) => text.slice(0, text.length / 2), /does not write|no result/],
    ['idp_divergence_users.csv', () => '', /is empty/],
    ['idp_divergence_users.csv', () => undefined, /is missing/],
    ['idp_divergence_users.csv', (text: string) => text.replace('username', 'name'), /no result of the prep script/],
    [
      'idp_divergence_users.csv',
      (text: string) => text.replace('EXTERNAL_ID_NOT_IN_IDP', 'SOMETHING'),
      /does not write/,
    ],
    ['idp_divergence_failures.csv', () => undefined, /is missing/],
    ['idp_divergence_failures.csv', (text: string) => `${text}1,ROBOT,x\r\n`, /cannot be used/],
  ])('%s that is not as it should be is refused', async (name, edit, message) => {
    await expect(broken(name, edit)).rejects.toThrow(message)
  })

  test('a type that was left out is left out; a failure makes it incomplete', async () => {
    expect((await broken('identities_to_process_groups.csv', () => undefined)).tally.principals.groups).toBeUndefined()
    expect(await broken('idp_divergence_failures.csv', (text) => `${text}1,USER,boom\r\n`)).toMatchObject({
      conclusion: 'incomplete',
      incompleteness: ['too-many-failures'],
      ready: false,
    })
  })
})
