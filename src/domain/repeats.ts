import { hashOf } from './texts.ts'

const SMALLEST = 1_024

/**
 * Tells which texts came more than once, in 8 to 16 bytes for each different one: it keeps hashes, so it may take one that
 * came once for one that came twice, some dozen in half a million, but never the other way round.
 */
export class Repeats {
  /** 31 bits of a hash, and a last bit that is set when it came again; 0: free. At least half of it is. */
  #entries = new Uint32Array(SMALLEST)
  #used = 0
  #any = false

  /** Did anything come more than once? */
  get any(): boolean {
    return this.#any
  }

  add(text: string): void {
    const key = keyOf(text)
    const at = this.#placeOf(key)
    if (this.#entries[at] !== 0) {
      this.#entries[at] = key | 1
      this.#any = true
      return
    }
    this.#entries[at] = key
    if (++this.#used * 2 > this.#entries.length) this.#grow()
  }

  has(text: string): boolean {
    return ((this.#entries[this.#placeOf(keyOf(text))] ?? 0) & 1) === 1
  }

  /** Where the key stands, or would stand. */
  #placeOf(key: number): number {
    const last = this.#entries.length - 1
    let at = (key >>> 1) & last
    for (;;) {
      const there = this.#entries[at] ?? 0
      if (there === 0 || (there ^ key) >>> 1 === 0) return at
      at = (at + 1) & last
    }
  }

  #grow(): void {
    const before = this.#entries
    this.#entries = new Uint32Array(before.length * 2)
    for (const entry of before) if (entry !== 0) this.#entries[this.#placeOf(entry)] = entry
  }
}

/** Even, and not 0, which is what is free. */
const keyOf = (text: string): number => (hashOf(text) & ~1) >>> 0 || 2
