/**
 * What comes and goes by the thousand, a few at a time, in no order. Not a Set or Map: each table that one outgrows keeps
 * what it held and leads on to the next, so once V8 takes one for old, all that was ever in a later one becomes old too
 * and is collected late. Here it costs some 6 KB an identity.
 */
export class Slots<T extends object> {
  readonly #items: (T | undefined)[] = []
  readonly #free: number[] = []

  get size(): number {
    return this.#items.length - this.#free.length
  }

  /** An item is added once. What it gives takes it out again, and does nothing when it is out. */
  add(item: T): () => void {
    const slot = this.#free.pop() ?? this.#items.length
    this.#items[slot] = item
    return () => {
      if (this.#items[slot] === item) this.#clear(slot)
    }
  }

  /** Those that are in at this moment. */
  all(): T[] {
    return this.#items.filter((item) => item !== undefined)
  }

  /** Takes out those that are asked for. */
  take(isAskedFor: (item: T) => boolean): T[] {
    const taken: T[] = []
    for (const [slot, item] of this.#items.entries()) {
      if (item === undefined || !isAskedFor(item)) continue
      this.#clear(slot)
      taken.push(item)
    }
    return taken
  }

  #clear(slot: number): void {
    this.#items[slot] = undefined
    this.#free.push(slot)
  }
}
