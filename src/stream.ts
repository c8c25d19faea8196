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

type Settled<R> = { readonly result: R } | { readonly error: unknown }

/**
 * Maps with at most `limit` calls under way and yields results as they complete. The source is pulled only when a place
 * is free, so a slow reader holds everything back. When a call throws, no new one is started, those under way are
 * awaited, and the error is thrown on.
 */
export async function* mapConcurrent<T, R>(
  source: AsyncIterable<T> | Iterable<T>,
  limit: number,
  map: (item: T) => Promise<R>,
): AsyncGenerator<R> {
  const iterator = Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]()
  const finished: Settled<R>[] = []
  // Counted, not held: whatever holds those under way may hold on to what they leave behind.
  let underWay = 0
  // A race over all that is under way would leave a reaction on each of them every time; one bell does not.
  let bell = Promise.withResolvers<void>()

  const settled = (one: Settled<R>) => {
    finished.push(one)
    underWay--
    bell.resolve()
  }
  const start = (item: T) => {
    underWay++
    map(item).then(
      (result) => settled({ result }),
      (error: unknown) => settled({ error }),
    )
  }
  const nextSettled = async () => {
    await bell.promise
    bell = Promise.withResolvers<void>()
  }

  let exhausted = false
  try {
    for (;;) {
      while (!exhausted && underWay + finished.length < limit) {
        const pulled = await iterator.next()
        if (pulled.done === true) exhausted = true
        else start(pulled.value)
      }
      const first = finished.shift()
      if (first !== undefined) {
        if ('error' in first) throw first.error
        yield first.result
      } else if (underWay > 0) await nextSettled()
      else if (exhausted) return
    }
  } finally {
    await iterator.return?.()
    while (underWay > 0) await nextSettled()
  }
}

/** One source among others, and how many items it has. */
export interface Share<T> {
  readonly items: AsyncIterable<T>
  readonly count: number
}

/** Takes from each source in proportion to what it has, so that all come to their end together. */
export async function* evenly<T>(shares: readonly Share<T>[]): AsyncGenerator<T> {
  const open = shares.map(({ items, count }) => ({ iterator: items[Symbol.asyncIterator](), count, taken: 0 }))
  try {
    while (open.length > 0) {
      const next = open.reduce((one, other) => (other.taken * one.count < one.taken * other.count ? other : one))
      const pulled = await next.iterator.next()
      if (pulled.done === true) open.splice(open.indexOf(next), 1)
      else yield pulled.value
      next.taken++
    }
  } finally {
    for (const { iterator } of open) await iterator.return?.()
  }
}
