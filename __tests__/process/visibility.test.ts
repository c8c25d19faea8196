import { describe, expect, test } from 'vitest'
import { everyPrincipal, type MakeBelieveAccount } from '../sandbox/account.ts'
import { FAULTS } from '../sandbox/faults.ts'
import { expectedFiles } from '../sandbox/oracle.ts'
import { type RunResult, runAction } from '../sandbox/runner.ts'
import { startSandbox } from '../sandbox/sandbox.ts'
import { bytesOf, csvsOf, SMALL } from './evidence.ts'
import { always } from './faulty.ts'

const PUBLIC = { repository: { visibility: 'public', private: false } }
const ANYTHING = { thresholds: '"*": 0' }

/**
 * Names and external ids of the account that stand in a text. Those which any text might hold do not count, nor those of
 * the service principal that signs in, which is named by whoever configured it.
 */
function namesIn(text: string, { principals, directory }: MakeBelieveAccount): string[] {
  const names = Object.values(principals).flatMap((list) =>
    list.flatMap(({ roles, name, displayName, externalId }) =>
      roles.length > 0 ? [] : [name, displayName, externalId],
    ),
  )
  const caller = Object.values(principals)
    .flat()
    .find(({ roles }) => roles.length > 0)
  const ids = directory
    .filter(({ name }) => name !== caller?.name)
    .flatMap(({ objectId, name, mail }) => [objectId, name, mail])
  return [...new Set([...names, ...ids])].filter((name) => name.length > 7 && text.includes(name))
}

const toldBy = ({ log, summary, outputs, state }: RunResult): string =>
  [
    ...log.filter((line) => !line.startsWith('::add-mask::')),
    summary,
    JSON.stringify(outputs),
    JSON.stringify([...state]),
  ].join('\n')

describe('a public repository', () => {
  test('no artifact, no saved progress, and no name in log, summary or outputs', async () => {
    await using sandbox = await startSandbox({ account: { ...SMALL, driftedGroups: 5 } })
    const run = await runAction(sandbox, { event: PUBLIC, inputs: ANYTHING })
    expect([run.exitCode, run.outputs]).toMatchObject([1, { conclusion: 'failed', 'artifact-id': '' }])
    expect(csvsOf(run)).toEqual(bytesOf(expectedFiles(sandbox.account)))
    expect([sandbox.artifacts.size, sandbox.cacheEntries.length]).toEqual([0, 0])
    const { account } = sandbox
    expect(namesIn(toldBy(run), account)).toEqual([])
    expect(run.summary).toContain(everyPrincipal(account).find(({ externalId }) => externalId !== '')?.type ?? '?')
    expect(sandbox.requests.filter(({ call }) => call === 'repository.get')).toEqual([])
  })

  test('a private one has names in the summary and none in log and outputs', async () => {
    await using sandbox = await startSandbox({ account: SMALL })
    const run = await runAction(sandbox, { inputs: ANYTHING })
    expect(namesIn(run.summary, sandbox.account).length).toBeGreaterThan(10)
    expect(namesIn(toldBy({ ...run, summary: '' }), sandbox.account)).toEqual([])
  })

  test('allow-public-artifact uploads, and still tells no name', async () => {
    await using sandbox = await startSandbox({ account: { users: 30, groups: 5, servicePrincipals: 4 } })
    const run = await runAction(sandbox, { event: PUBLIC, inputs: { 'allow-public-artifact': 'true' } })
    expect([...sandbox.artifacts.keys()]).toEqual(['aim-readiness'])
    expect(bytesOf([...sandbox.artifacts.values()][0]?.files() ?? [])).toEqual(bytesOf(run.results))
    const users = sandbox.account.principals.users.map(({ name }) => name).filter((name) => name.length > 7)
    expect(users.filter((name) => toldBy(run).includes(name))).toEqual([])
  })
})

describe('an event that does not tell', () => {
  test.each([
    ['public', 'public', 0],
    ['private', 'private', 1],
    ['internal', 'internal', 1],
  ] as const)('GitHub says %s', async (_, visibility, artifacts) => {
    await using sandbox = await startSandbox({ account: { users: 20, groups: 4, servicePrincipals: 3 }, visibility })
    const run = await runAction(sandbox, { event: { schedule: '0 3 * * *' }, eventName: 'schedule' })
    expect(run.outputs.conclusion).toBe('passed')
    expect(sandbox.artifacts.size).toBe(artifacts)
    expect(sandbox.requests.filter(({ call }) => call === 'repository.get').map(({ method }) => method)).toEqual([
      'GET',
    ])
  })

  test.each([
    ['GitHub does not answer', always(FAULTS['500'], (call) => call === 'repository.get'), {}],
    ['there is no token to ask with', undefined, { 'github-token': '' }],
  ] as const)('%s: it counts as public', async (_, faults, inputs) => {
    await using sandbox = await startSandbox({
      account: { users: 20, groups: 4, servicePrincipals: 3 },
      ...(faults && { faults }),
    })
    const run = await runAction(sandbox, { event: {}, eventName: 'schedule', inputs })
    expect(run.outputs).toMatchObject({ conclusion: 'passed', 'artifact-id': '' })
    expect(sandbox.artifacts.size).toBe(0)
    const users = sandbox.account.principals.users.map(({ name }) => name).filter((name) => name.length > 7)
    expect(users.filter((name) => toldBy(run).includes(name))).toEqual([])
  })
})
