import { grown } from '../domain/columns.ts'

/** Where a record stands in the results log: its first byte, and how many there are. */
export interface Place {
  readonly offset: number
  readonly length: number
}

/** Places of one type's records by listing position: in columns, for there may be half a million of them. */
export class Places {
  #offsets = new Float64Array(256)
  /** Bytes, shifted by one; the last bit is set for a failure. 0: there is no record. */
  #lengths = new Uint32Array(256)
  #end = 0

  set(position: number, { offset, length }: Place, isFailure: boolean): void {
    this.#offsets = grown(this.#offsets, position)
    this.#lengths = grown(this.#lengths, position)
    this.#offsets[position] = offset
    this.#lengths[position] = (length << 1) | (isFailure ? 1 : 0)
    this.#end = Math.max(this.#end, position + 1)
  }

  /** In listing order. */
  *all(): Generator<Place> {
    for (let position = 0; position < this.#end; position++) if (this.#lengths[position] !== 0) yield this.#at(position)
  }

  /** Those of failures, in listing order. */
  *failures(): Generator<Place> {
    for (let position = 0; position < this.#end; position++)
      if (((this.#lengths[position] ?? 0) & 1) === 1) yield this.#at(position)
  }

  #at(position: number): Place {
    return { offset: this.#offsets[position] ?? 0, length: (this.#lengths[position] ?? 0) >>> 1 }
  }
}
