interface Entry {
  readonly at: number
  readonly order: number
  readonly act: () => void
}

const before = (one: Entry, other: Entry): boolean =>
  one.at < other.at || (one.at === other.at && one.order < other.order)

/** Virtual time: what is to happen, soonest first (a binary heap); what falls together happens in the order it was set. */
export class Agenda {
  now = 0
  #order = 0
  readonly #heap: Entry[] = []

  after(ms: number, act: () => void): void {
    // Right now needs no entry.
    if (ms === 0) act()
    else this.at(this.now + ms, act)
  }

  at(at: number, act: () => void): void {
    const entry = { at, order: this.#order, act }
    this.#order += 1
    let place = this.#heap.push(entry) - 1
    while (place > 0) {
      const above = (place - 1) >> 1
      const parent = this.#heap[above] as Entry
      if (!before(entry, parent)) break
      this.#heap[place] = parent
      place = above
    }
    this.#heap[place] = entry
  }

  run(until: number): void {
    while (this.step(until));
  }

  /** What is to happen next, if it is by then. Did anything? */
  step(until: number): boolean {
    const entry = this.#heap[0]
    if (entry === undefined || entry.at > until) return false
    this.#takeFirst()
    this.now = entry.at
    entry.act()
    return true
  }

  #takeFirst(): void {
    const last = this.#heap.pop() as Entry
    const size = this.#heap.length
    if (size === 0) return
    let place = 0
    for (;;) {
      let below = 2 * place + 1
      if (below >= size) break
      if (below + 1 < size && before(this.#heap[below + 1] as Entry, this.#heap[below] as Entry)) below += 1
      const child = this.#heap[below] as Entry
      if (!before(child, last)) break
      this.#heap[place] = child
      place = below
    }
    this.#heap[place] = last
  }
}
