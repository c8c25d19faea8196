import { type FileHandle, open, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { IdSet } from '../domain/id-set.ts'
import { PRINCIPAL_TYPES, type PrincipalType } from '../domain/principal.ts'
import type { ListedId, RosterEntry, RosterWriter, Snapshot, SnapshotWriter } from '../ports.ts'
import { blocksOf } from './lines.ts'
import { rosterOf, rosterWriter } from './roster-file.ts'

/** What one read takes of a file of ids: some hundred. */
const IDS_BYTES = 1 << 13

/**
 * The listed identities of one audit in listing order: one file a type, one id a line. What phase 3 asks and what
 * `identities_to_process_<type>.csv` shows is read from here, so that half a million ids need no memory.
 */
export class SnapshotFiles implements Snapshot {
  readonly #folder: string
  readonly #counts = new Map<PrincipalType, number>()

  constructor(folder: string) {
    this.#folder = folder
  }

  async write(type: PrincipalType): Promise<SnapshotWriter> {
    const file = await open(this.#path(type), 'w')
    return new Writer(file, (count) => this.#counts.set(type, count))
  }

  /** A listing that stands in the folder already. */
  adopt(type: PrincipalType, count: number): void {
    this.#counts.set(type, count)
  }

  /** One id a line, as written. */
  content(type: PrincipalType): Promise<Buffer> {
    return readFile(this.#path(type))
  }

  count(type: PrincipalType): number {
    return this.#counts.get(type) ?? 0
  }

  listed(): PrincipalType[] {
    return PRINCIPAL_TYPES.filter((type) => this.#counts.has(type))
  }

  async *ids(type: PrincipalType): AsyncGenerator<readonly ListedId[]> {
    if (!this.#counts.has(type)) return
    let position = 0
    for await (const ids of blocksOf(this.#path(type), IDS_BYTES)) yield ids.map((id) => ({ position: position++, id }))
  }

  async writeRoster(type: PrincipalType): Promise<RosterWriter> {
    return rosterWriter(await open(this.#rosterPath(type), 'w'))
  }

  roster(type: PrincipalType): AsyncGenerator<readonly RosterEntry[]> {
    return rosterOf(this.ids(type), this.#rosterPath(type))
  }

  #rosterPath(type: PrincipalType): string {
    return join(this.#folder, `roster.${type}.jsonl`)
  }

  #path(type: PrincipalType): string {
    return join(this.#folder, `ids.${type}.txt`)
  }
}

class Writer implements SnapshotWriter {
  readonly #file: FileHandle
  readonly #counted: (count: number) => void
  readonly #ids = new IdSet()

  constructor(file: FileHandle, counted: (count: number) => void) {
    this.#file = file
    this.#counted = counted
  }

  get count(): number {
    return this.#ids.size
  }

  async add(ids: readonly string[]): Promise<void> {
    let lines = ''
    for (const id of ids) if (this.#ids.add(id)) lines += `${id}\n`
    if (lines !== '') await this.#file.appendFile(lines)
  }

  async close(): Promise<void> {
    this.#counted(this.#ids.size)
    await this.#file.sync()
    await this.#file.close()
  }
}
