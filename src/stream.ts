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
  const underWay = new Set<Promise<void>>()
  // A race over all that is under way would leave a reaction on each of them every time; one bell does not.
  let bell = Promise.withResolvers<void>()

  const start = (item: T) => {
    const call: Promise<void> = map(item)
      .then(
        (result) => finished.push({ result }),
        (error: unknown) => finished.push({ error }),
      )
      .then(() => {
        underWay.delete(call)
        bell.resolve()
      })
    underWay.add(call)
  }

  let exhausted = false
  try {
    for (;;) {
      while (!exhausted && underWay.size + finished.length < limit) {
        const pulled = await iterator.next()
        if (pulled.done === true) exhausted = true
        else start(pulled.value)
      }
      const settled = finished.shift()
      if (settled !== undefined) {
        if ('error' in settled) throw settled.error
        yield settled.result
      } else if (underWay.size > 0) {
        await bell.promise
        bell = Promise.withResolvers<void>()
      } else if (exhausted) return
    }
  } finally {
    await iterator.return?.()
    await Promise.all(underWay)
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
