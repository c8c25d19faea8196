/** From the first to before the last: `[0, 3]` are the positions 0, 1 and 2. */
export type Range = readonly [start: number, end: number]

/**
 * Which listing positions are finished, as ranges: what is done contiguously is the first one, what was finished beyond it
 * the others. Half a million positions take as many ranges as there are gaps.
 */
export class DoneSet {
  /** Sorted, apart from one another. */
  readonly #ranges: [number, number][]
  #size = 0

  /** Throws `RangeError` when the ranges are not sorted, apart and within the count. */
  constructor(ranges: readonly Range[] = [], count = Number.MAX_SAFE_INTEGER) {
    let before = -1
    for (const [start, end] of ranges) {
      if (!Number.isSafeInteger(start) || !Number.isSafeInteger(end) || start <= before || end <= start || end > count)
        throw new RangeError('The ranges of a set of positions are out of order')
      before = end
    }
    this.#ranges = ranges.map(([start, end]) => [start, end])
    this.#size = this.#ranges.reduce((sum, [start, end]) => sum + end - start, 0)
  }

  get size(): number {
    return this.#size
  }

  ranges(): Range[] {
    return this.#ranges.map(([start, end]) => [start, end])
  }

  has(position: number): boolean {
    const range = this.#ranges[this.#after(position) - 1]
    return range !== undefined && position < range[1]
  }

  /** Adds a position that is not in the set yet. */
  add(position: number): void {
    const at = this.#after(position)
    const [left, right] = [this.#ranges[at - 1], this.#ranges[at]]
    if (left !== undefined && position < left[1]) return
    this.#size++
    const joinsLeft = left !== undefined && left[1] === position
    const joinsRight = right !== undefined && right[0] === position + 1
    if (joinsLeft && joinsRight) {
      left[1] = right[1]
      this.#ranges.splice(at, 1)
    } else if (joinsLeft) left[1]++
    else if (joinsRight) right[0]--
    else this.#ranges.splice(at, 0, [position, position + 1])
  }

  /** Index of the first range that starts after the position. */
  #after(position: number): number {
    let [low, high] = [0, this.#ranges.length]
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.#ranges[middle]?.[0] ?? 0) <= position) low = middle + 1
      else high = middle
    }
    return low
  }
}
