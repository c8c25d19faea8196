import { grown } from './columns.ts'

const CHUNK_BITS = 20
const CHUNK = 1 << CHUNK_BITS
const OFFSET = CHUNK - 1

function isNarrow(text: string): boolean {
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) > 0xff) return false
  return true
}

/** Texts by row, from 0, in few large buffers: a fraction of what as many strings take. Every code unit is kept. */
export class Texts {
  #chunks: Buffer[] = []
  /** Where the next text goes in the last chunk. */
  #free = CHUNK
  #places = new Uint32Array(256)
  /** Bytes, shifted by one; the last bit is set for two bytes a code unit. */
  #sizes = new Uint32Array(256)
  #length = 0

  get length(): number {
    return this.#length
  }

  add(text: string): number {
    const row = this.#length++
    const narrow = isNarrow(text)
    const bytes = narrow ? text.length : text.length * 2
    if (this.#free + bytes > CHUNK) {
      // A text that is longer than a chunk gets one of its own.
      this.#chunks.push(Buffer.allocUnsafeSlow(Math.max(CHUNK, bytes)))
      this.#free = 0
    }
    // Nothing takes no place, and may come before the first chunk.
    if (bytes > 0) (this.#chunks.at(-1) as Buffer).write(text, this.#free, narrow ? 'latin1' : 'utf16le')
    this.#places = grown(this.#places, row)
    this.#sizes = grown(this.#sizes, row)
    this.#places[row] = bytes === 0 ? 0 : (((this.#chunks.length - 1) << CHUNK_BITS) | this.#free) >>> 0
    this.#sizes[row] = (bytes << 1) | (narrow ? 0 : 1)
    this.#free = Math.min(CHUNK, this.#free + bytes)
    return row
  }

  /** `''` for a row that is not there. */
  at(row: number): string {
    const [place, size] = [this.#places[row] ?? 0, this.#sizes[row] ?? 0]
    if (row >= this.#length || size < 2) return ''
    const from = place & OFFSET
    const chunk = this.#chunks[place >>> CHUNK_BITS] as Buffer
    return chunk.toString(size & 1 ? 'utf16le' : 'latin1', from, from + (size >>> 1))
  }
}

/** FNV-1a over code units, 32 bits. */
export function hashOf(text: string): number {
  let hash = 0x811c9dc5
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  return (hash ^ (hash >>> 15)) >>> 0
}

const NONE = 0xffff_ffff

/** Texts that are found again by what `fold` makes of them; several rows may be the same. */
export class TextIndex {
  readonly #texts = new Texts()
  readonly #fold: (text: string) => string
  #hashes = new Uint32Array(256)
  /** The next row in the same bucket. */
  #next = new Uint32Array(256)
  #heads = new Uint32Array(512).fill(NONE)

  constructor(fold: (text: string) => string = (text) => text) {
    this.#fold = fold
  }

  get length(): number {
    return this.#texts.length
  }

  at(row: number): string {
    return this.#texts.at(row)
  }

  add(text: string): number {
    const row = this.#texts.add(text)
    this.#hashes = grown(this.#hashes, row)
    this.#next = grown(this.#next, row)
    this.#hashes[row] = hashOf(this.#fold(text))
    if (row >= this.#heads.length / 2) this.#rebuild()
    else this.#link(row)
    return row
  }

  /** Rows of equal texts, in the order in which they were added. */
  rowsOf(text: string): number[] {
    const [key, rows] = [this.#fold(text), [] as number[]]
    const hash = hashOf(key)
    for (let row = this.#headOf(hash); row !== NONE; row = this.#next[row] ?? NONE)
      if (this.#hashes[row] === hash && this.#fold(this.#texts.at(row)) === key) rows.push(row)
    return rows.reverse()
  }

  /** The first of those rows. */
  rowOf(text: string): number | undefined {
    return this.rowsOf(text)[0]
  }

  #headOf(hash: number): number {
    return this.#heads[hash & (this.#heads.length - 1)] ?? NONE
  }

  #link(row: number): void {
    const hash = this.#hashes[row] ?? 0
    this.#next[row] = this.#headOf(hash)
    this.#heads[hash & (this.#heads.length - 1)] = row
  }

  #rebuild(): void {
    this.#heads = new Uint32Array(this.#heads.length * 2).fill(NONE)
    for (let row = 0; row < this.#texts.length; row++) this.#link(row)
  }
}
