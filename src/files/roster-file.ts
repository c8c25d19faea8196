import { access, type FileHandle } from 'node:fs/promises'
import type { ListedId, ListedPrincipal, RosterEntry, RosterWriter } from '../ports.ts'
import { linesOf } from './lines.ts'

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
export async function* rosterOf(ids: AsyncIterable<ListedId>, path: string): AsyncGenerator<RosterEntry> {
  const early = new Map<string, Told>()
  const lines = entriesOf(path)
  try {
    for await (const listed of ids) yield { ...listed, told: await toldOf(listed.id, early, lines) }
  } finally {
    await lines.return(undefined)
  }
}

async function toldOf(id: string, early: Map<string, Told>, lines: AsyncGenerator<Line>): Promise<Told | undefined> {
  const before = early.get(id)
  if (before !== undefined) {
    early.delete(id)
    return before
  }
  for (;;) {
    const { done, value } = await lines.next()
    if (done === true) return undefined
    const [told, name, externalId, active] = value
    const principal = { name, externalId, active: active ?? undefined }
    if (told === id) return principal
    early.set(told, principal)
  }
}

async function* entriesOf(path: string): AsyncGenerator<Line> {
  const exists = await access(path).then(
    () => true,
    () => false,
  )
  if (exists) for await (const line of linesOf(path)) yield JSON.parse(line.toString('utf8')) as Line
}
