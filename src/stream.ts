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
export type Blocks<T> = readonly (readonly T[])[] | Iterable<Iterable<T>> | AsyncIterable<Iterable<T>>

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

/** What `mapConcurrent` does with items. */
export interface Mapping<T, R> {
  /** Most calls of `map` under way. */
  readonly limit: number
  map(item: T): Promise<R>
  /** Gets the results one at a time, as they come. While what it returns is pending, nothing else is taken or begun. */
  take(result: R): void | Promise<void>
  /** Told at once of what `mapConcurrent` will throw. */
  onFailure?(error: unknown): void
}

/**
 * Maps items as places become free, and hands on what comes of them as it comes. When something throws, no new call is
 * begun, those under way are awaited, and the error is thrown on; what had come before it is still taken, unless it was
 * `take` that threw. Nothing waits for a promise that need not: an iterator of results takes half a dozen for each.
 */
export const mapConcurrent = <T, R>(source: Blocks<T>, mapping: Mapping<T, R>): Promise<void> =>
  new Mapper(new Puller(source), mapping).run()

class Mapper<T, R> {
  readonly #items: Puller<T>
  readonly #mapping: Mapping<T, R>
  readonly #end = Promise.withResolvers<void>()
  /** Came while nothing could be taken. */
  readonly #results: R[] = []
  // Counted, not held: whatever holds those under way may hold on to what they leave behind.
  #underWay = 0
  /** Waits for a block, or for what is taken. */
  #isHeldUp = false
  #failure: { readonly error: unknown } | undefined

  constructor(items: Puller<T>, mapping: Mapping<T, R>) {
    this.#items = items
    this.#mapping = mapping
  }

  run(): Promise<void> {
    this.#goOn()
    return this.#end.promise
  }

  #goOn(): void {
    while (!this.#isHeldUp) {
      if (this.#results.length > 0) this.#take(this.#results.shift() as R)
      else if (this.#mayBegin()) this.#begin()
      else break
    }
    const isOver = this.#failure !== undefined || this.#items.hasEnded
    if (isOver && !this.#isHeldUp && this.#underWay === 0) this.#close()
  }

  #mayBegin(): boolean {
    return this.#failure === undefined && !this.#items.hasEnded && this.#underWay < this.#mapping.limit
  }

  #begin(): void {
    try {
      const next = this.#items.next()
      if (next === undefined) this.#holdUp(this.#items.nextBlock().catch(this.#fail))
      else {
        this.#mapping.map(next.item).then(this.#onResult, this.#onError)
        this.#underWay++
      }
    } catch (error) {
      this.#fail(error)
    }
  }

  readonly #onResult = (result: R): void => {
    this.#underWay--
    if (this.#failure === undefined) this.#results.push(result)
    this.#goOn()
  }

  readonly #onError = (error: unknown): void => {
    this.#underWay--
    this.#fail(error)
    this.#goOn()
  }

  #take(result: R): void {
    try {
      const taking = this.#mapping.take(result)
      if (taking !== undefined) this.#holdUp(taking.catch(this.#failTaking))
    } catch (error) {
      this.#failTaking(error)
    }
  }

  /** `until` never rejects. */
  #holdUp(until: Promise<void>): void {
    this.#isHeldUp = true
    void until.then(() => {
      this.#isHeldUp = false
      this.#goOn()
    })
  }

  readonly #failTaking = (error: unknown): void => {
    this.#results.length = 0
    this.#fail(error)
  }

  readonly #fail = (error: unknown): void => {
    if (this.#failure !== undefined) return
    this.#failure = { error }
    this.#mapping.onFailure?.(error)
  }

  /** Comes once: nothing is under way or held up any more that could lead here again. */
  #close(): void {
    const { resolve, reject } = this.#end
    const end = () => (this.#failure === undefined ? resolve() : reject(this.#failure.error))
    this.#items.close().then(end, reject)
  }
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
