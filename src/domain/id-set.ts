const SMALLEST = 1_024
/** What 32 bits hold of any decimal digits. */
const DIGITS = 9
/** What two such numbers tell apart. */
const PLAIN = /^[1-9]\d{0,17}$/

/** Ids of Databricks, each once, in 16 to 32 bytes. */
export class IdSet {
  /** Each id as two numbers, for its first and its last digits; 0 and 0: free. At least half of it is. */
  #entries = new Uint32Array(SMALLEST * 2)
  #used = 0
  /** With leading zeros, or very long. */
  readonly #others = new Set<string>()

  get size(): number {
    return this.#used + this.#others.size
  }

  /** Was it new? */
  add(id: string): boolean {
    if (!PLAIN.test(id)) {
      const before = this.#others.size
      return this.#others.add(id).size > before
    }
    const [first, last] = [Number(id.slice(0, -DIGITS)), Number(id.slice(-DIGITS))]
    const at = this.#placeOf(first, last)
    if (this.#entries[at + 1] !== 0 || this.#entries[at] !== 0) return false
    this.#put(at, first, last)
    if (++this.#used * 4 > this.#entries.length) this.#grow()
    return true
  }

  /** Where an id stands, or would stand. */
  #placeOf(first: number, last: number): number {
    const end = this.#entries.length - 1
    let hash = Math.imul(first, 0x9e3779b1) ^ Math.imul(last, 0x85ebca6b)
    hash ^= hash >>> 15
    for (let at = (hash << 1) & end; ; at = (at + 2) & end) {
      const [one, other] = [this.#entries[at], this.#entries[at + 1]]
      if ((one === first && other === last) || (one === 0 && other === 0)) return at
    }
  }

  #put(at: number, first: number, last: number): void {
    this.#entries[at] = first
    this.#entries[at + 1] = last
  }

  #grow(): void {
    const before = this.#entries
    this.#entries = new Uint32Array(before.length * 2)
    for (let at = 0; at < before.length; at += 2) {
      const [first = 0, last = 0] = [before[at], before[at + 1]]
      if (first !== 0 || last !== 0) this.#put(this.#placeOf(first, last), first, last)
    }
  }
}
