import { type FileHandle, open } from 'node:fs/promises'
import { join } from 'node:path'
import type { PrincipalType } from '../domain/principal.ts'
import type { LoggedOutcome, ResultRecord, ResultsLog } from '../ports.ts'

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
export class ResultsLogFile implements ResultsLog {
  readonly #file: FileHandle
  readonly #places = new Map<PrincipalType, Place[]>()
  #length = 0

  private constructor(file: FileHandle) {
    this.#file = file
  }

  static async create(folder: string): Promise<ResultsLogFile> {
    return new ResultsLogFile(await open(join(folder, 'results.jsonl'), 'w+'))
  }

  /** Durable when it returns. */
  async append(records: readonly ResultRecord[]): Promise<void> {
    if (records.length === 0) return
    const lines = records.map((record) => Buffer.from(`${JSON.stringify(record)}\n`))
    const batch = Buffer.concat(lines)
    await this.#file.write(batch, 0, batch.length, this.#length)
    await this.#file.datasync()
    records.forEach(({ type, position }, index) => {
      const length = (lines[index] as Buffer).length
      this.#placesOf(type).push({ position, offset: this.#length, length })
      this.#length += length
    })
  }

  /** Records of one type in listing order. */
  async *read(type: PrincipalType): AsyncGenerator<LoggedOutcome> {
    const places = this.#placesOf(type).sort((a, b) => a.position - b.position)
    for (const { offset, length } of places) {
      const line = Buffer.alloc(length)
      await this.#file.read(line, 0, length, offset)
      yield (JSON.parse(line.toString('utf8')) as { outcome: LoggedOutcome }).outcome
    }
  }

  async close(): Promise<void> {
    await this.#file.close()
  }

  #placesOf(type: PrincipalType): Place[] {
    const places = this.#places.get(type)
    if (places !== undefined) return places
    const created: Place[] = []
    this.#places.set(type, created)
    return created
  }
}
