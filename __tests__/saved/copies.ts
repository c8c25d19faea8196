import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Checkpoint, type Refusal, refusalOf } from '../../src/domain/checkpoint.ts'
import { outcomeOf } from '../../src/domain/outcome.ts'
import type { PrincipalType } from '../../src/domain/principal.ts'
import { adopted } from '../../src/files/adopt.ts'
import { enveloped } from '../../src/files/envelope.ts'
import { type CopyIdentity, type CopyProblem, readCopy, writeCopy } from '../../src/files/state-copy.ts'
import { WorkFolder } from '../../src/files/work-folder.ts'
import type { Finished } from '../../src/ports.ts'
import { checkpointOfRun, FINGERPRINT, hastyClock } from './make-believe-audit.ts'
import { MakeBelieveDirectory } from './make-believe-directory.ts'

export const CLOCK = hastyClock()
export const KEY = 'correct horse battery staple, 32 characters'
export const OURS = { belongsTo: 'octo/aim trusted' } as const

/** A copy's files by name. */
export type Files = Map<string, Buffer>

/** A copy of an audit that is `done` identities far. */
export async function copyOf(root: string, done: number, identity: CopyIdentity): Promise<Files> {
  const directory = new MakeBelieveDirectory({ users: 30, groups: 10 })
  const parent = join(root, `audit-${Math.random()}`)
  await mkdir(parent)
  const work = await WorkFolder.create(parent, checkpointOfRun('1', CLOCK), CLOCK)
  const finished: Finished[] = []
  for (const [type, ids] of directory.ids) {
    const writer = await work.snapshot.write(type)
    await writer.add(ids)
    await writer.close()
    await work.results.listed({ type, listed: ids.length, promised: ids.length, trusted: true })
    for (const [position, id] of ids.entries())
      finished.push({ type, position, outcome: outcomeOf(directory.match(type, id)) })
  }
  await work.results.commit(finished.slice(0, done))
  const folder = join(parent, 'copy')
  await writeCopy(work, folder, identity)
  await work.remove()
  return await filesBelow(folder)
}

export async function filesBelow(folder: string): Promise<Files> {
  const names = await readdir(folder)
  return new Map(await Promise.all(names.map(async (name) => [name, await readFile(join(folder, name))] as const)))
}

export async function put(folder: string, files: Files): Promise<void> {
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder)
  for (const [name, content] of files) await writeFile(join(folder, name), content)
}

/** Why a copy is not continued; `continued` when it is. */
export async function fateOf(
  root: string,
  folder: string,
  identity: CopyIdentity,
): Promise<CopyProblem | Refusal | 'continued'> {
  const copy = await readCopy(folder, identity)
  if (typeof copy === 'string') return copy
  const expected = { fingerprint: FINGERPRINT, maxAgeMs: 36 * 3_600_000, runId: '2', ownRunOnly: false }
  const refusal = refusalOf(copy.checkpoint, { ...expected, now: CLOCK.date() })
  if (refusal !== undefined) return refusal
  const taken = await adopted(root, copy, { toolVersion: '0', run: { id: '2', attempt: 1 } }, CLOCK)
  if (taken === undefined) return 'damaged'
  await taken.work.remove()
  return 'continued'
}

/** What a copy says, before it is put into envelopes; a test changes it into what no audit would have written. */
export interface Content {
  /** `resultsBytes` only to tell another length than that of the log. */
  checkpoint: Omit<Checkpoint, 'resultsBytes'> & { resultsBytes?: number }
  ids: Map<PrincipalType, string[]>
  /** One a line. */
  results: unknown[]
}

export async function contentOf(root: string, files: Files): Promise<Content> {
  const folder = join(root, 'as-it-is')
  await put(folder, files)
  const copy = await readCopy(folder, { key: undefined, ...OURS })
  if (typeof copy === 'string') throw new Error(copy)
  const linesOf = (content: Buffer) => content.toString().split('\n').slice(0, -1)
  const { resultsBytes: _, ...checkpoint } = structuredClone(copy.checkpoint)
  return {
    checkpoint,
    ids: new Map([...copy.ids].map(([type, content]) => [type, linesOf(content)])),
    results: linesOf(copy.results).map((line) => JSON.parse(line)),
  }
}

const linesFrom = (texts: readonly string[]) => Buffer.from(texts.map((text) => `${text}\n`).join(''))

/** Well-formed envelopes around any content, as somebody makes them who knows the format but not the key. */
export async function crafted({ checkpoint, ids, results }: Content): Promise<Files> {
  const contents = new Map<string, Buffer>([...ids].map(([type, list]) => [`ids.${type}`, linesFrom(list)]))
  const log = linesFrom(results.map((record) => JSON.stringify(record)))
  contents.set('results', log)
  return await withIndex(contents, { ...checkpoint, resultsBytes: checkpoint.resultsBytes ?? log.length })
}

/** Files as given, in envelopes, and a checkpoint that names them. */
export async function withIndex(contents: ReadonlyMap<string, Buffer>, checkpoint: object): Promise<Files> {
  const files: Files = new Map()
  const put = async (name: string, content: Buffer) =>
    files.set(name, await enveloped(content, `${OURS.belongsTo} ${name}`, undefined))
  for (const [name, content] of contents) await put(name, content)
  const digests = Object.fromEntries(
    [...files].map(([name, envelope]) => [name, createHash('sha256').update(envelope).digest('hex')]),
  )
  await put('checkpoint', Buffer.from(JSON.stringify({ checkpoint: JSON.stringify(checkpoint), digests })))
  return files
}
