/** Enough to make the fixed cost of a step vanish, few enough to stay small in memory. */
export const BLOCK_SIZE = 500

/** What comes one by one, some hundred at a time: where each is soon done with, to wait for each costs most. */
export async function* inBlocks<T>(items: AsyncIterable<T> | Iterable<T>): AsyncGenerator<readonly T[]> {
  let block: T[] = []
  for await (const item of items) {
    block.push(item)
    if (block.length < BLOCK_SIZE) continue
    yield block
    block = []
  }
  if (block.length > 0) yield block
}

/**
 * Items that come some at a time, for to wait for each alone costs more than most of them take. Each block is taken whole
 * before the next one is asked for.
 */
export type Blocks<T> = AsyncIterable<Iterable<T>> | Iterable<Iterable<T>>

/** Takes items one by one out of blocks. Only where a block ends there is something to wait for. */
class Puller<T> {
  readonly #blocks: AsyncIterator<Iterable<T>> | Iterator<Iterable<T>>
  #block: Iterator<T> = [][Symbol.iterator]()
  #hasEnded = false

  constructor(blocks: Blocks<T>) {
    this.#blocks = Symbol.asyncIterator in blocks ? blocks[Symbol.asyncIterator]() : blocks[Symbol.iterator]()
  }

  /** There is nothing more. */
  get hasEnded(): boolean {
    return this.#hasEnded
  }

  /** `undefined`: this block has no more. */
  next(): { readonly item: T } | undefined {
    const { done, value } = this.#block.next()
    return done === true ? undefined : { item: value }
  }

  async nextBlock(): Promise<void> {
    const { done, value } = await this.#blocks.next()
    if (done === true) this.#hasEnded = true
    else this.#block = value[Symbol.iterator]()
  }

  async close(): Promise<void> {
    await this.#blocks.return?.()
  }
}

/**
 * Maps with at most `limit` calls under way and yields results as they complete, those together that have. The source is
 * pulled only when a place is free, so a slow reader holds everything back. When a call throws, no new one is started,
 * those under way are awaited, and the error is thrown on.
 */
export async function* mapBlocks<T, R>(
  source: Blocks<T>,
  limit: number,
  map: (item: T) => Promise<R>,
): AsyncGenerator<readonly R[]> {
  const items = new Puller(source)
  let results: R[] = []
  let failed: { readonly error: unknown } | undefined
  // Counted, not held: whatever holds those under way may hold on to what they leave behind.
  let underWay = 0
  // A race over all that is under way would leave a reaction on each of them every time; one bell does not.
  let bell = Promise.withResolvers<void>()

  const settled = () => {
    underWay--
    bell.resolve()
  }
  const succeed = (result: R) => {
    results.push(result)
    settled()
  }
  const fail = (error: unknown) => {
    failed ??= { error }
    settled()
  }
  const nextSettled = async () => {
    await bell.promise
    bell = Promise.withResolvers<void>()
  }
  /** Begins what there is a place for; `false`: there would be more, but this block has none. */
  const begun = (): boolean => {
    while (!items.hasEnded && failed === undefined && underWay + results.length < limit) {
      const next = items.next()
      if (next === undefined) return false
      underWay++
      map(next.item).then(succeed, fail)
    }
    return true
  }

  try {
    for (;;) {
      while (!begun()) await items.nextBlock()
      const finished = results
      results = []
      if (finished.length > 0) yield finished
      else if (failed !== undefined) throw failed.error
      else if (underWay > 0) await nextSettled()
      else if (items.hasEnded) return
    }
  } finally {
    await items.close()
    while (underWay > 0) await nextSettled()
  }
}

async function* oneByOne<T>(items: AsyncIterable<T> | Iterable<T>): AsyncGenerator<readonly T[]> {
  for await (const item of items) yield [item]
}

/** The same for items that come one by one, and for results that are wanted so. */
export async function* mapConcurrent<T, R>(
  source: AsyncIterable<T> | Iterable<T>,
  limit: number,
  map: (item: T) => Promise<R>,
): AsyncGenerator<R> {
  for await (const results of mapBlocks(oneByOne(source), limit, map)) yield* results
}

/** One source among others, and how many items it has. */
export interface Share<T> {
  readonly blocks: Blocks<T>
  readonly count: number
}

interface Opened<T> {
  readonly items: Puller<T>
  readonly count: number
  taken: number
}

/** Takes from each source in proportion to what it has, so that all come to their end together. */
export async function* evenly<T>(shares: readonly Share<T>[]): AsyncGenerator<Iterable<T>> {
  let open = shares.map(({ blocks, count }): Opened<T> => ({ items: new Puller(blocks), count, taken: 0 }))
  try {
    while (open.length > 0) {
      yield untilBlockEnds(open)
      await leastTaken(open).items.nextBlock()
      open = open.filter(({ items }) => !items.hasEnded)
    }
  } finally {
    for (const { items } of open) await items.close()
  }
}

const leastTaken = <T>(open: readonly Opened<T>[]): Opened<T> =>
  open.reduce((one, other) => (other.taken * one.count < one.taken * other.count ? other : one))

/** As long as the next one is there without waiting. */
function* untilBlockEnds<T>(open: readonly Opened<T>[]): Generator<T> {
  for (;;) {
    const from = leastTaken(open)
    const next = from.items.next()
    if (next === undefined) return
    from.taken++
    yield next.item
  }
}
