import type { ListedId, ResultsLog, Snapshot } from '../ports.ts'
import { evenly } from '../stream.ts'
import type { Item } from './check.ts'

/** What was listed, and what is done of it. */
export interface Listed {
  readonly snapshot: Snapshot
  readonly results: ResultsLog
  /** Most identities need no call: then types are taken side by side, so that those that do are waited for meanwhile. */
  readonly isBulk: boolean
  /** Aborted when the time is up: nothing new is begun, what is under way may end. */
  readonly deadline: AbortSignal
}

/** Listed identities that have no final outcome yet, type by type in listing order, or all types side by side. */
export async function* unfinished(input: Listed): AsyncGenerator<Iterable<Item>> {
  const types = input.snapshot.listed()
  if (input.isBulk)
    yield* evenly(types.map((type) => ({ blocks: blocksOf(type, input), count: input.snapshot.count(type) })))
  else for (const type of types) yield* blocksOf(type, input)
}

async function* blocksOf(type: Item['type'], input: Listed): AsyncGenerator<Iterable<Item>> {
  for await (const block of input.snapshot.ids(type)) {
    if (input.deadline.aborted) return
    yield unfinishedOf(type, block, input)
  }
}

/** Lazily, for the time may be up in the midst of a block. */
function* unfinishedOf(type: Item['type'], block: readonly ListedId[], { results, deadline }: Listed): Generator<Item> {
  for (const { position, id } of block) {
    if (deadline.aborted) return
    if (!results.isDone(type, position)) yield { type, position, id }
  }
}
