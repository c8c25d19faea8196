import type { Checkpoint } from '../domain/checkpoint.ts'
import { DoneSet } from '../domain/done-set.ts'
import { isId, type PrincipalType } from '../domain/principal.ts'
import type { Clock, Finished, Unnamed } from '../ports.ts'
import { readSavedRecord, type SavedRecord } from './saved-record.ts'
import type { StateCopy } from './state-copy.ts'
import { WorkFolder } from './work-folder.ts'

/** A work folder that goes on from a copy. */
export interface Adopted {
  readonly work: WorkFolder
  /** Finished divergences that wait for their names; not finished in the work folder before they have them. */
  readonly unnamed: ReadonlyMap<PrincipalType, readonly Unnamed[]>
}

/**
 * Begins a work folder with what a copy holds. Each id and each record is checked; `undefined` when one is not what an
 * audit would have written.
 */
export async function adopted(
  parent: string,
  copy: StateCopy,
  fresh: Pick<Checkpoint, 'toolVersion' | 'run'>,
  clock: Pick<Clock, 'date'>,
): Promise<Adopted | undefined> {
  const content = contentOf(copy)
  if (content === undefined) return undefined
  const work = await WorkFolder.create(parent, { ...copy.checkpoint, ...fresh, listings: [] }, clock)
  for (const listing of copy.checkpoint.listings) {
    const writer = await work.snapshot.write(listing.type)
    await writer.add(content.ids.get(listing.type) ?? [])
    await writer.close()
    await work.results.listed(listing)
  }
  await work.results.commit(content.finished)
  return { work, unnamed: content.unnamed }
}

interface Content {
  readonly ids: ReadonlyMap<PrincipalType, readonly string[]>
  readonly finished: readonly Finished[]
  readonly unnamed: ReadonlyMap<PrincipalType, readonly Unnamed[]>
}

function contentOf({ checkpoint, ids, results }: StateCopy): Content | undefined {
  try {
    const lists = new Map(checkpoint.listings.map(({ type, listed }) => [type, idsOf(ids.get(type), listed)]))
    const records = recordsOf(results, checkpoint, lists)
    return { ids: lists, ...sorted(records, checkpoint) }
  } catch {
    return undefined
  }
}

/** One at a time: half a gigabyte of empty lines must not become as many texts. Throws when the last has no end. */
function* linesOf(content: Buffer | undefined): Generator<string> {
  if (content === undefined) return
  for (let start = 0; start < content.length; ) {
    const end = content.indexOf(NEWLINE, start)
    if (end < 0) throw new RangeError('A saved file ends within a line')
    yield content.toString('utf8', start, end)
    start = end + 1
  }
}

const NEWLINE = 0x0a

function idsOf(content: Buffer | undefined, listed: number): string[] {
  const ids = new Set<string>()
  for (const id of linesOf(content)) {
    if (!isId(id) || ids.has(id) || ids.size >= listed) throw new RangeError('Saved ids are not as listed')
    ids.add(id)
  }
  if (ids.size !== listed) throw new RangeError('Saved ids are not as listed')
  return [...ids]
}

/** Records by type and position; each must be about the identity that was listed there, and finished. */
function recordsOf(
  results: Buffer,
  checkpoint: Checkpoint,
  ids: ReadonlyMap<PrincipalType, readonly string[]>,
): Map<PrincipalType, Map<number, SavedRecord>> {
  const byType = new Map<PrincipalType, Map<number, SavedRecord>>()
  const done = new Map(checkpoint.listings.map(({ type }) => [type, new DoneSet(checkpoint.done[type])]))
  for (const line of linesOf(results)) {
    const record = readSavedRecord(line)
    const { type, position, outcome } = record
    const ofType = byType.get(type) ?? new Map<number, SavedRecord>()
    const isOther = outcome.kind === 'divergent' && outcome.divergence.id !== ids.get(type)?.[position]
    if (isOther || ofType.has(position) || !done.get(type)?.has(position))
      throw new RangeError('A saved record is out of place')
    byType.set(type, ofType.set(position, record))
  }
  return byType
}

/** Positions without a record are linked: that is what leaves none. */
function sorted(records: ReadonlyMap<PrincipalType, ReadonlyMap<number, SavedRecord>>, checkpoint: Checkpoint) {
  const finished: Finished[] = []
  const unnamed = new Map<PrincipalType, Unnamed[]>()
  for (const { type } of checkpoint.listings) {
    const waiting: Unnamed[] = []
    for (const [start, end] of checkpoint.done[type] ?? [])
      for (let position = start; position < end; position++) {
        const outcome = records.get(type)?.get(position)?.outcome ?? { kind: 'linked' as const }
        if (outcome.kind !== 'divergent') finished.push({ type, position, outcome })
        else {
          const { name, ...divergence } = outcome.divergence
          if (name === undefined) waiting.push({ position, divergence })
          else finished.push({ type, position, outcome: { kind: 'divergent', divergence: { ...divergence, name } } })
        }
      }
    if (waiting.length > 0) unnamed.set(type, waiting)
  }
  return { finished, unnamed }
}
