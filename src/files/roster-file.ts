import { access, type FileHandle } from 'node:fs/promises'
import type { ListedId, ListedPrincipal, RosterEntry, RosterWriter } from '../ports.ts'
import { blocksOf } from './lines.ts'

type Told = Pick<ListedPrincipal, 'name' | 'externalId' | 'active'>
type Line = readonly [id: string, name: string, externalId: string, active: boolean | null]

export const rosterWriter = (file: FileHandle): RosterWriter => ({
  async add(principals) {
    if (principals.length === 0) return
    const lines = principals.map(({ id, name, externalId, active }) =>
      JSON.stringify([id, name, externalId, active ?? null]),
    )
    await file.appendFile(`${lines.join('\n')}\n`)
  },
  close: () => file.close(),
})

/**
 * Joins the listing with what was told of it. Both are mostly in one order, so what has to be remembered is only what was
 * told before its turn.
 */
export async function* rosterOf(
  ids: AsyncIterable<readonly ListedId[]>,
  path: string,
): AsyncGenerator<readonly RosterEntry[]> {
  const reader = new Reader()
  const blocks = existingBlocksOf(path)
  const readOn = async () => {
    const { done, value } = await blocks.next()
    if (done !== true) reader.take(value)
    return done !== true
  }
  try {
    for await (const listed of ids) {
      const entries: RosterEntry[] = []
      for (const { position, id } of listed) {
        let told = reader.find(id)
        while (told === undefined && (await readOn())) told = reader.find(id)
        entries.push({ position, id, told })
      }
      yield entries
    }
  } finally {
    await blocks.return(undefined)
  }
}

/** What was told, line by line. */
class Reader {
  readonly #early = new Map<string, Told>()
  #lines: readonly string[] = []
  #next = 0

  /** More lines, those before being read. */
  take(lines: readonly string[]): void {
    this.#lines = lines
    this.#next = 0
  }

  /** `undefined`: not in what there is so far. */
  find(id: string): Told | undefined {
    const early = this.#early.get(id)
    if (early !== undefined) {
      this.#early.delete(id)
      return early
    }
    while (this.#next < this.#lines.length) {
      const line = this.#lines[this.#next++] as string
      const [told, name, externalId, active] = JSON.parse(line) as Line
      const principal = { name, externalId, active: active ?? undefined }
      if (told === id) return principal
      this.#early.set(told, principal)
    }
    return undefined
  }
}

async function* existingBlocksOf(path: string): AsyncGenerator<string[]> {
  const exists = await access(path).then(
    () => true,
    () => false,
  )
  if (exists) yield* blocksOf(path)
}
