import { expect, test } from 'vitest'
import type { Outcome } from '../../src/domain/outcome.ts'
import { rowsOf } from '../../src/files/rows.ts'
import { WorkFolder } from '../../src/files/work-folder.ts'
import type { Finished, ListedPrincipal } from '../../src/ports.ts'
import { fakeClock, fakeRandom } from '../http/fake-clock.ts'
import { checkpointOfRun } from '../saved/make-believe-audit.ts'
import { temporaryFolder } from './temporary.ts'

const COUNT = 3_000
const FIRST_ID = 2 ** 52

const principals: ListedPrincipal[] = Array.from({ length: COUNT }, (_, position) => ({
  id: String(FIRST_ID + position),
  name: `Zoë ${position}`,
  externalId: '',
  active: position % 2 === 0,
  roles: [],
}))

function shuffled<T>(items: readonly T[], random: () => number): T[] {
  return items
    .map((item) => ({ item, at: random() }))
    .sort((one, other) => one.at - other.at)
    .map(({ item }) => item)
}

test('each identity of a long listing meets what was told of it and what became of it, whatever order both came in', async () => {
  await using root = await temporaryFolder()
  const [clock, random] = [fakeClock(), fakeRandom(1)]
  const work = await WorkFolder.create(root.path, checkpointOfRun('1', clock), clock)
  const listing = await work.snapshot.write('users')
  await listing.add(principals.map(({ id }) => id))
  await listing.close()
  const roster = await work.snapshot.writeRoster('users')
  await roster.add(shuffled(principals, random))
  await roster.close()

  // Every third failed, every third agrees, and every third was not reached.
  const finished = principals.flatMap(({ id }, position): Finished[] => {
    if (position % 3 === 2) return []
    const failed: Outcome = { kind: 'failed', failure: { type: 'users', id, reason: 'timeout', code: '' } }
    return [{ type: 'users', position, outcome: position % 3 === 0 ? failed : { kind: 'linked' } }]
  })
  for (const one of [0, 1, 2, 3])
    await work.results.commit(shuffled(finished, fakeRandom(1)).filter((_, at) => at % 4 === one))

  const rows = (await Array.fromAsync(rowsOf('users', work.snapshot, work.results))).flat()
  expect(rows.map(({ principal }) => principal)).toEqual(
    principals.map(({ id, name, externalId, active }) => ({ type: 'users', id, name, externalId, active })),
  )
  expect(rows.map(({ outcome }) => outcome?.kind)).toEqual(
    principals.map((_, position) => ['failed', 'linked', undefined][position % 3]),
  )
  expect(
    rows.every(({ principal, outcome }) => outcome?.kind !== 'failed' || outcome.failure.id === principal.id),
  ).toBe(true)
  await work.results.close()
})
