import type { FileHandle } from 'node:fs/promises'
import type { Place } from './places.ts'

/** Records stand nearly in listing order, so one piece of this size serves many of them. */
const WINDOW_BYTES = 1 << 20

/** One piece of the results log at a time, in one buffer: for records that stand near one another. */
export class LogWindow {
  readonly #file: FileHandle
  #buffer = Buffer.alloc(0)
  /** Where the piece starts in the file and how much of the buffer it fills. */
  #start = 0
  #filled = 0

  constructor(file: FileHandle) {
    this.#file = file
  }

  holds({ offset, length }: Place): boolean {
    return offset >= this.#start && offset + length <= this.#start + this.#filled
  }

  /** Of a place that it holds. */
  text({ offset, length }: Place): string {
    const from = offset - this.#start
    return this.#buffer.toString('utf8', from, from + length)
  }

  /**
   * Goes where it holds this place; a few records before it may be asked for next. `logBytes`: how long the log is; throws
   * `RangeError` when it is shorter.
   */
  async move({ offset, length }: Place, logBytes: number): Promise<void> {
    const start = Math.max(0, offset - WINDOW_BYTES / 4)
    const bytes = Math.min(logBytes, Math.max(offset + length, start + WINDOW_BYTES)) - start
    if (this.#buffer.length < bytes) this.#buffer = Buffer.allocUnsafeSlow(bytes)
    this.#filled = 0
    while (this.#filled < bytes) {
      const { bytesRead } = await this.#file.read(
        this.#buffer,
        this.#filled,
        bytes - this.#filled,
        start + this.#filled,
      )
      if (bytesRead === 0) throw new RangeError('The results log is shorter than what was committed')
      this.#filled += bytesRead
    }
    this.#start = start
  }
}
