import { createHash } from 'node:crypto'
import { constants } from 'node:fs'
import { lstat, mkdir, open, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { Checkpoint } from '../domain/checkpoint.ts'
import { DoneSet } from '../domain/done-set.ts'
import { PRINCIPAL_TYPES, type PrincipalType } from '../domain/principal.ts'
import { checkpointOf } from './checkpoint-file.ts'
import { type EnvelopeProblem, enveloped, MOST_BYTES, opened, type ProgressKey } from './envelope.ts'
import { savedRecordOf } from './saved-record.ts'
import type { WorkFolder } from './work-folder.ts'

/** Relative to the workspace, and always this: the cache service takes another path for another entry. */
export const COPY_FOLDER = '.aim-readiness'

const CHECKPOINT = 'checkpoint'
const RESULTS = 'results'
const idsFile = (type: PrincipalType) => `ids.${type}`
const NAMES: readonly string[] = [CHECKPOINT, RESULTS, ...PRINCIPAL_TYPES.map(idsFile)]
/** Of all but the results: for half a million identities, with every second one still to do, each takes a sixth of it. */
const MOST_OTHER_BYTES = 64 * 1024 * 1024
/** Results are put together from pieces of about this many characters. */
const PIECE_CHARACTERS = 1 << 16

/** Whose copy it is; a sealed one opens for nobody else. */
export interface CopyIdentity {
  readonly key: ProgressKey
  /** Repository, trust class and fingerprint, as one text. */
  readonly belongsTo: string
}

/** Takes a copy out of the workspace, whoever left it there. */
export async function clearCopy(workspace: string): Promise<void> {
  await rm(join(workspace, COPY_FOLDER), { recursive: true, force: true }).catch(() => {})
}

/** The content of a copy, whole and verified, but not yet judged. */
export interface StateCopy {
  readonly checkpoint: Checkpoint
  readonly ids: ReadonlyMap<PrincipalType, Buffer>
  readonly results: Buffer
}

export type CopyProblem = EnvelopeProblem | 'missing'

const sha256 = (content: Buffer): string => createHash('sha256').update(content).digest('hex')

/**
 * Writes a copy of what is committed, to be saved elsewhere: consistent although the audit goes on, without failures
 * (which are asked about again) and, unless it is sealed, without anything personal. Returns its size in bytes.
 */
export async function writeCopy(work: WorkFolder, folder: string, identity: CopyIdentity): Promise<number> {
  const { checkpoint } = work.results
  if (checkpoint.ended !== undefined) return await written(new Map(), { ...checkpoint, ...NOTHING }, folder, identity)
  const contents = new Map<string, Buffer>()
  for (const { type } of checkpoint.listings) contents.set(idsFile(type), await work.snapshot.content(type))
  const { results, done } = await savedResults(work, checkpoint, identity.key !== undefined)
  contents.set(RESULTS, results)
  return await written(contents, { ...checkpoint, done, resultsBytes: results.length }, folder, identity)
}

/** What is left of an audit that has ended: a mark that there is nothing to continue. */
const NOTHING = { listings: [], done: {}, resultsBytes: 0 }

async function written(
  contents: Map<string, Buffer>,
  checkpoint: Checkpoint,
  folder: string,
  identity: CopyIdentity,
): Promise<number> {
  if (!contents.has(RESULTS)) contents.set(RESULTS, Buffer.alloc(0))
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder)
  const digests: Record<string, string> = {}
  let bytes = 0
  const put = async (name: string, content: Buffer) => {
    const envelope = await enveloped(content, `${identity.belongsTo} ${name}`, identity.key)
    await writeFile(join(folder, name), envelope, { flag: 'wx' })
    digests[name] = sha256(envelope)
    bytes += envelope.length
  }
  for (const [name, content] of contents) await put(name, content)
  // Last, since it names the others as they stand there: a file of another copy does not fit.
  await put(CHECKPOINT, Buffer.from(JSON.stringify({ checkpoint: JSON.stringify(checkpoint), digests })))
  return bytes
}

async function savedResults(work: WorkFolder, checkpoint: Checkpoint, isSealed: boolean) {
  const unsaved = new Map<PrincipalType, Set<number>>()
  // Half a million records as so many texts, and once more as one, would take several times what they take here.
  const pieces: Buffer[] = []
  let pending = ''
  for await (const record of work.results.log.records(checkpoint.resultsBytes)) {
    const saved = savedRecordOf(record, isSealed)
    if (saved !== undefined) pending += `${JSON.stringify(saved)}\n`
    else unsaved.set(record.type, (unsaved.get(record.type) ?? new Set()).add(record.position))
    if (pending.length < PIECE_CHARACTERS) continue
    pieces.push(Buffer.from(pending))
    pending = ''
  }
  const done = Object.fromEntries(
    PRINCIPAL_TYPES.map((type) => [type, without(checkpoint.done[type] ?? [], unsaved.get(type) ?? new Set())]),
  )
  return { results: Buffer.concat([...pieces, Buffer.from(pending)]), done }
}

function without(ranges: NonNullable<Checkpoint['done'][PrincipalType]>, positions: ReadonlySet<number>) {
  if (positions.size === 0) return ranges
  const rest = new DoneSet()
  for (const [start, end] of ranges)
    for (let position = start; position < end; position++) if (!positions.has(position)) rest.add(position)
  return rest.ranges()
}

const index = z.strictObject({ checkpoint: z.string(), digests: z.record(z.string(), z.string()) })

/** Reads a copy that came from outside: nothing is believed, no link is followed, nothing but our own names is read. */
export async function readCopy(folder: string, identity: CopyIdentity): Promise<StateCopy | CopyProblem> {
  const isFolder = await lstat(folder).then(
    (stat) => stat.isDirectory(),
    () => false,
  )
  const names = isFolder ? await readdir(folder).catch((): string[] => []) : []
  if (!names.includes(CHECKPOINT)) return 'missing'
  if (names.some((name) => !NAMES.includes(name))) return 'damaged'
  const contents = new Map<string, Buffer>()
  const digests = new Map<string, string>()
  for (const name of names) {
    const envelope = await regularFile(join(folder, name))
    if (envelope === undefined) return 'damaged'
    const most = name === RESULTS ? MOST_BYTES : MOST_OTHER_BYTES
    const content = await opened(envelope, `${identity.belongsTo} ${name}`, identity.key, most)
    if (typeof content === 'string') return content
    contents.set(name, content)
    digests.set(name, sha256(envelope))
  }
  return consistent(contents, digests) ?? 'damaged'
}

/** A file of a possible size; `undefined` for a link, a device, or whatever cannot be read. Waits for no pipe. */
async function regularFile(path: string): Promise<Buffer | undefined> {
  try {
    const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
    try {
      const stat = await file.stat()
      return stat.isFile() && stat.size <= MOST_BYTES ? await file.readFile() : undefined
    } finally {
      await file.close()
    }
  } catch {
    return undefined
  }
}

/** The files must be those of one and the same copy. */
function consistent(
  contents: ReadonlyMap<string, Buffer>,
  digests: ReadonlyMap<string, string>,
): StateCopy | undefined {
  const found = readIndex(contents.get(CHECKPOINT))
  const checkpoint = found && checkpointOf(found.checkpoint)
  const results = contents.get(RESULTS)
  if (found === undefined || checkpoint === undefined || results === undefined) return undefined
  if (results.length !== checkpoint.resultsBytes || contents.size !== checkpoint.listings.length + 2) return undefined
  for (const [name, digest] of digests)
    if (name !== CHECKPOINT && (!Object.hasOwn(found.digests, name) || found.digests[name] !== digest)) return undefined
  const ids = new Map<PrincipalType, Buffer>()
  for (const { type } of checkpoint.listings) {
    const content = contents.get(idsFile(type))
    if (content === undefined) return undefined
    ids.set(type, content)
  }
  return { checkpoint, ids, results }
}

function readIndex(content: Buffer | undefined): z.infer<typeof index> | undefined {
  try {
    return index.parse(JSON.parse(content?.toString('utf8') ?? ''))
  } catch {
    return undefined
  }
}
