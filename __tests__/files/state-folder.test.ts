import { access } from 'node:fs/promises'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { freshState } from '../../src/files/state-folder.ts'
import type { ListedId, LoggedOutcome } from '../../src/ports.ts'
import { temporaryFolder } from './temporary.ts'

async function all<T>(source: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = []
  for await (const item of source) items.push(item)
  return items
}

describe('SnapshotFiles', () => {
  test('gives each listed id once, in the order of its first listing', async () => {
    await using workspace = await temporaryFolder()
    const { snapshot, ...state } = await freshState(workspace.path)
    const writer = await snapshot.write('users')
    await writer.add(['3', '1', '3'])
    await writer.add(['1'])
    await writer.add(['18446744073709551615', '2'])
    await writer.close()
    const expected: ListedId[] = ['3', '1', '18446744073709551615', '2'].map((id, position) => ({ position, id }))
    expect(await all(snapshot.ids('users'))).toEqual(expected)
    expect(await all(snapshot.ids('groups'))).toEqual([])
    expect(snapshot.listed()).toEqual(['users'])
    expect(snapshot.count('users')).toBe(4)
    await state.remove()
  })

  test('an empty listing is a listing', async () => {
    await using workspace = await temporaryFolder()
    const { snapshot, remove } = await freshState(workspace.path)
    await (await snapshot.write('groups')).close()
    expect(snapshot.listed()).toEqual(['groups'])
    expect(await all(snapshot.ids('groups'))).toEqual([])
    await remove()
  })
})

describe('ResultsLogFile', () => {
  test('reads in listing order whatever was finished first, and keeps every text', async () => {
    await using workspace = await temporaryFolder()
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.nat({ max: 1_000_000 }), { maxLength: 30 }),
        fc.string({ unit: 'binary' }),
        fc.nat({ max: 7 }),
        async (positions, name, size) => {
          const { results, remove } = await freshState(workspace.path)
          const outcomeAt = (position: number): LoggedOutcome => ({
            kind: 'divergent',
            divergence: {
              type: 'users',
              id: String(position),
              name,
              externalId: '\ud800',
              nameMatches: [],
              localMembers: [],
              externalMembers: [],
              categories: ['EXTERNAL_ID_NOT_IN_IDP'],
            },
          })
          const records = positions.map((position) => ({
            type: 'users' as const,
            position,
            outcome: outcomeAt(position),
          }))
          for (let at = 0; at < records.length; at += size + 1) await results.append(records.slice(at, at + size + 1))
          const expected = [...positions].sort((a, b) => a - b).map(outcomeAt)
          expect(await all(results.read('users'))).toEqual(expected)
          expect(await all(results.read('groups'))).toEqual([])
          await remove()
        },
      ),
      { numRuns: 30 },
    )
  })

  test('nothing of a finished audit stays', async () => {
    await using workspace = await temporaryFolder()
    const { path, results, remove } = await freshState(workspace.path)
    await results.append([{ type: 'users', position: 0, outcome: { kind: 'gone' } }])
    await remove()
    await expect(access(path)).rejects.toMatchObject({ code: 'ENOENT' })
  })
})
