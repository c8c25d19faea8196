import { type FileHandle, open } from 'node:fs/promises'
import { join } from 'node:path'
import type { PrincipalType } from '../domain/principal.ts'
import type { ResultRecord } from '../ports.ts'
import { linesOf } from './lines.ts'

/** Records stand nearly in listing order, so one piece of this size serves many of them. */
const WINDOW_BYTES = 1 << 20

/** Where a record stands in the file. */
interface Place {
  readonly position: number
  readonly offset: number
  readonly length: number
}

/**
 * What came of the identities, one JSON record a line, in the order in which they were finished. A record is keyed by
 * type and listing position, so that reading in listing order does not depend on timing. Identities with nothing to
 * report have no record.
 */
export class ResultsLogFile {
  readonly path: string
  readonly #file: FileHandle
  readonly #places = new Map<PrincipalType, Place[]>()
  #length = 0

  private constructor(path: string, file: FileHandle) {
    this.path = path
    this.#file = file
  }

  static async create(folder: string): Promise<ResultsLogFile> {
    const path = join(folder, 'results.jsonl')
    return new ResultsLogFile(path, await open(path, 'w+'))
  }

  /**
   * Takes up a log that was left behind, as far as it was committed; the rest is cut off. Throws `RangeError` when it is
   * shorter than that.
   */
  static async reopen(folder: string, committedBytes: number): Promise<ResultsLogFile> {
    const path = join(folder, 'results.jsonl')
    const log = new ResultsLogFile(path, await open(path, 'r+'))
    try {
      const { size } = await log.#file.stat()
      if (size < committedBytes) throw new RangeError('The results log is shorter than what was committed')
      await log.#file.truncate(committedBytes)
      for await (const line of linesOf(path, committedBytes))
        log.#place(JSON.parse(line.toString('utf8')), line.length + 1)
      return log
    } catch (error) {
      await log.close()
      throw error
    }
  }

  /** In bytes. */
  get length(): number {
    return this.#length
  }

  /** Durable when it returns. */
  async append(records: readonly ResultRecord[]): Promise<void> {
    if (records.length === 0) return
    const lines = records.map((record) => Buffer.from(`${JSON.stringify(record)}\n`))
    const batch = Buffer.concat(lines)
    // A write may take a part only, as on a disk that is nearly full.
    for (let written = 0; written < batch.length; ) {
      const { bytesWritten } = await this.#file.write(batch, written, batch.length - written, this.#length + written)
      written += bytesWritten
    }
    await this.#file.datasync()
    for (const [index, record] of records.entries()) this.#place(record, lines[index]?.length ?? 0)
  }

  /** Records of one type in listing order. */
  async *read(type: PrincipalType): AsyncGenerator<ResultRecord> {
    const places = [...(this.#places.get(type) ?? [])].sort((a, b) => a.position - b.position)
    let window = { start: 0, bytes: Buffer.alloc(0) }
    for (const { offset, length } of places) {
      const end = offset + length
      if (offset < window.start || end > window.start + window.bytes.length) window = await this.#window(offset, end)
      const line = window.bytes.toString('utf8', offset - window.start, end - window.start)
      yield JSON.parse(line) as ResultRecord
    }
  }

  /** A piece of the file that holds at least these bytes; a few records before them may be asked for next. */
  async #window(offset: number, end: number): Promise<{ start: number; bytes: Buffer<ArrayBuffer> }> {
    const start = Math.max(0, offset - WINDOW_BYTES / 4)
    const bytes = Buffer.alloc(Math.min(this.#length, Math.max(end, start + WINDOW_BYTES)) - start)
    let read = 0
    while (read < bytes.length) {
      const { bytesRead } = await this.#file.read(bytes, read, bytes.length - read, start + read)
      if (bytesRead === 0) throw new RangeError('The results log is shorter than what was committed')
      read += bytesRead
    }
    return { start, bytes }
  }

  /** Every record up to a length, in the order in which they were finished. */
  async *records(bytes: number): AsyncGenerator<ResultRecord> {
    for await (const line of linesOf(this.path, bytes)) yield JSON.parse(line.toString('utf8')) as ResultRecord
  }

  async close(): Promise<void> {
    await this.#file.close()
  }

  #place({ type, position }: Pick<ResultRecord, 'type' | 'position'>, length: number): void {
    const places = this.#places.get(type) ?? []
    places.push({ position, offset: this.#length, length })
    this.#places.set(type, places)
    this.#length += length
  }
}
