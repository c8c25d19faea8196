import { type FileHandle, open } from 'node:fs/promises'
import { join } from 'node:path'
import type { Failure } from '../domain/failure.ts'
import type { PrincipalType } from '../domain/principal.ts'
import type { ResultRecord } from '../ports.ts'
import { BLOCK_SIZE } from '../stream.ts'
import { linesOf } from './lines.ts'
import { LogWindow } from './log-window.ts'
import { type Place, Places } from './places.ts'

/**
 * What came of the identities, one JSON record a line, in the order in which they were finished. A record is keyed by
 * type and listing position, so that reading in listing order does not depend on timing. Identities with nothing to
 * report have no record.
 */
export class ResultsLogFile {
  readonly path: string
  readonly #file: FileHandle
  readonly #places = new Map<PrincipalType, Places>()
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
    const lines = records.map((record) => `${JSON.stringify(record)}\n`)
    const batch = Buffer.from(lines.join(''))
    // A write may take a part only, as on a disk that is nearly full.
    for (let written = 0; written < batch.length; ) {
      const { bytesWritten } = await this.#file.write(batch, written, batch.length - written, this.#length + written)
      written += bytesWritten
    }
    await this.#file.datasync()
    for (const [index, record] of records.entries()) this.#place(record, Buffer.byteLength(lines[index] ?? ''))
  }

  /** Records of one type in listing order, some hundred at a time. */
  read(type: PrincipalType): AsyncGenerator<readonly ResultRecord[]> {
    return this.#recordsAt(this.#places.get(type)?.all() ?? [])
  }

  /** Failures of one type in listing order. */
  async *failures(type: PrincipalType): AsyncGenerator<Failure> {
    for await (const records of this.#recordsAt(this.#places.get(type)?.failures() ?? []))
      for (const { outcome } of records) if (outcome.kind === 'failed') yield outcome.failure
  }

  async *#recordsAt(places: Iterable<Place>): AsyncGenerator<readonly ResultRecord[]> {
    const window = new LogWindow(this.#file)
    let records: ResultRecord[] = []
    for (const place of places) {
      if (!window.holds(place)) await window.move(place, this.#length)
      records.push(JSON.parse(window.text(place)))
      if (records.length < BLOCK_SIZE) continue
      yield records
      records = []
    }
    yield records
  }

  /** Every record up to a length, in the order in which they were finished. */
  async *records(bytes: number): AsyncGenerator<ResultRecord> {
    for await (const line of linesOf(this.path, bytes)) yield JSON.parse(line.toString('utf8')) as ResultRecord
  }

  async close(): Promise<void> {
    await this.#file.close()
  }

  #place({ type, position, outcome }: ResultRecord, length: number): void {
    const places = this.#places.get(type) ?? new Places()
    this.#places.set(type, places)
    places.set(position, { offset: this.#length, length }, outcome.kind === 'failed')
    this.#length += length
  }
}
