import { randomBytes, randomUUID } from 'node:crypto'
import { join } from 'node:path'
import type { PrincipalType } from '../../src/domain/principal.ts'
import { adopted } from '../../src/files/adopt.ts'
import { readCopy, writeCopy } from '../../src/files/state-copy.ts'
import { WorkFolder } from '../../src/files/work-folder.ts'
import type { Finished } from '../../src/ports.ts'
import { checkpointOfRun, filesOf, hastyClock } from './make-believe-audit.ts'

const SHARES: readonly [PrincipalType, number][] = [
  ['users', 0.85],
  ['groups', 0.1],
  ['service-principals', 0.05],
]

/** Nothing in it compresses better than in a real account: ids of 16 digits and UUIDs, by chance. */
const idOf = () => String(1_000_000_000_000_000n + (randomBytes(8).readBigUInt64BE() % 8_999_999_999_999_999n))

function finishedOf(type: PrincipalType, position: number, id: string): Finished {
  if (position % 10 !== 0) return { type, position, outcome: { kind: 'linked' } }
  const isNamed = position % 20 === 0
  const divergence = {
    ...{ type, id, name: `person.${position}@example.com`, externalId: randomUUID() },
    nameMatches: isNamed ? [randomUUID()] : [],
    localMembers: type === 'groups' && !isNamed ? [idOf(), idOf()] : [],
    externalMembers: [],
    categories: [isNamed ? 'NAME_MATCH_EXTERNAL_ID_MISMATCH' : 'EXTERNAL_ID_NOT_IN_IDP'] as const,
  }
  return { type, position, outcome: { kind: 'divergent', divergence } }
}

const took = async <T>(what: () => Promise<T>): Promise<[T, number]> => {
  const started = performance.now()
  return [await what(), Math.round(performance.now() - started)]
}

/** Size and times of the copy of an audit of so many identities, one in ten divergent, without a key. */
export async function largeCopy(root: string, size: number) {
  const clock = hastyClock()
  const work = await WorkFolder.create(root, checkpointOfRun('1', clock), clock)
  const all: Finished[] = []
  for (const [type, share] of SHARES) {
    const ids = Array.from({ length: Math.round(size * share) }, idOf)
    const writer = await work.snapshot.write(type)
    await writer.add(ids)
    await writer.close()
    await work.results.listed({ type, listed: ids.length, promised: ids.length, trusted: true })
    for (const [position, id] of ids.entries()) all.push(finishedOf(type, position, id))
  }
  const last = all.splice(-1)
  const linked = all.filter(({ outcome }) => outcome.kind === 'linked')
  await work.results.commit(linked)
  // As many gaps as there can be: what one commit costs then.
  const [, commitMs] = await took(() => work.results.commit(all.filter(({ position }) => position === 0)))
  await work.results.commit(all.filter(({ position, outcome }) => outcome.kind !== 'linked' && position > 0))
  await work.results.commit(last)

  const folder = join(root, 'copy')
  const identity = { key: undefined, belongsTo: 'octo/aim' }
  const [bytes, copyMs] = await took(() => writeCopy(work, folder, identity))
  const [copy, readMs] = await took(() => readCopy(folder, identity))
  if (typeof copy === 'string') throw new Error(copy)
  const [taken, adoptMs] = await took(() =>
    adopted(root, copy, { toolVersion: '0', run: { id: '2', attempt: 1 } }, clock),
  )
  if (taken === undefined) throw new Error('damaged')
  const [, renderMs] = await took(() => filesOf(work, root))
  const unnamed = [...taken.unnamed.values()].reduce((sum, { length }) => sum + length, 0)
  await work.results.close()
  await taken.work.remove()
  return { bytes, copyMs, readMs, adoptMs, renderMs, commitMs, unnamed }
}
