import { constants } from 'node:fs'
import { lstat, open, realpath } from 'node:fs/promises'
import { join } from 'node:path'
import { AuditError } from '../domain/failure.ts'

/** For messages. */
export interface Shown {
  readonly shown: string
  /** What to do when a file of it cannot be used. */
  readonly remedy: string
}

const WHOLE = 'take the results of an audit whole and as they were written'

/** Where files of an earlier audit are read from: a folder, or a commit. */
export interface ResultsSource extends Shown {
  has(name: string): Promise<boolean>
  /** The text in pieces; `undefined`: there is no such file. Throws `configuration` for what is no text. */
  open(name: string): Promise<AsyncIterable<string> | undefined>
}

const MOST_BYTES = 2 * 1024 ** 3
/** What is held in memory at once: more than one group with all of its members, less than a string can be. */
const MOST_CHARACTERS = 128 * 1024 ** 2

/** A folder. Only regular files in it count: no link is followed, so a pull request cannot point elsewhere. */
export async function folderSource(path: string, shown: string, remedy = WHOLE): Promise<ResultsSource> {
  const real = await realpath(path).catch(() => undefined)
  const isFolder = real !== undefined && (await lstat(real)).isDirectory()
  if (!isFolder) throw noFolder(shown)
  const told = { shown, remedy }
  return {
    ...told,
    has: async (name) => (await lstat(join(real, name)).catch(() => undefined)) !== undefined,
    async open(name) {
      const there = await lstat(join(real, name)).catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return undefined
        throw unusable(told, name, 'cannot be read')
      })
      if (there === undefined) return undefined
      if (!there.isFile()) throw unusable(told, name, 'is no file')
      if (there.size > MOST_BYTES) throw tooLarge(told, name)
      return textOf(join(real, name), told, name)
    },
  }
}

/** Files whose whole text is known. */
export const textsSource = (texts: ReadonlyMap<string, string>, shown: string): ResultsSource => ({
  ...{ shown, remedy: WHOLE },
  has: async (name) => texts.has(name),
  async open(name) {
    const text = texts.get(name)
    return text === undefined ? undefined : piecesOf(text)
  },
})

async function* piecesOf(text: string): AsyncGenerator<string> {
  yield text
}

/** Opened when it is read, so that nothing stays open that nobody reads. */
async function* textOf(path: string, source: Shown, name: string): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  try {
    const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
    for await (const piece of file.createReadStream()) yield decoder.decode(piece as Buffer, { stream: true })
    yield decoder.decode()
  } catch (cause) {
    throw unusable(source, name, cause instanceof TypeError ? 'is not UTF-8' : 'cannot be read', cause)
  }
}

export const noFolder = (shown: string): AuditError =>
  new AuditError('configuration', `there is no folder ${JSON.stringify(shown)}; name one that is in the workspace`)

/** `why` tells what to do about it itself, after a semicolon, where the usual does not help. */
export const unusable = ({ shown, remedy }: Shown, name: string, why: string, cause?: unknown): AuditError => {
  const action = why.includes(';') ? '' : `; ${remedy}`
  return new AuditError('configuration', `the file ${name} in ${JSON.stringify(shown)} ${why}${action}`, { cause })
}

const tooLarge = (source: Shown, name: string) => unusable(source, name, 'is too large')

/** Of a file that is small, as ours of this name are; `undefined`: there is none. */
export async function wholeText(source: ResultsSource, name: string): Promise<string | undefined> {
  const pieces = await source.open(name)
  if (pieces === undefined) return undefined
  let text = ''
  for await (const piece of pieces) {
    text += piece
    if (text.length > MOST_CHARACTERS) throw tooLarge(source, name)
  }
  return text
}

/** Lines without their ends, the last one only when it holds something; `undefined`: there is no such file. */
export async function linesIn(source: ResultsSource, name: string): Promise<AsyncGenerator<string> | undefined> {
  const pieces = await source.open(name)
  return pieces && linesOf(pieces, () => tooLarge(source, name))
}

/** A line may come in thousands of pieces: each is looked at once. */
async function* linesOf(pieces: AsyncIterable<string>, tooLong: () => AuditError): AsyncGenerator<string> {
  let begun: string[] = []
  let length = 0
  const take = (end: string) => {
    const line = begun.length === 0 ? end : begun.join('') + end
    begun = []
    length = 0
    return line.endsWith('\r') ? line.slice(0, -1) : line
  }
  for await (const piece of pieces) {
    const ends = piece.split('\n')
    const rest = ends.pop() ?? ''
    for (const end of ends) yield take(end)
    begun.push(rest)
    length += rest.length
    if (length > MOST_CHARACTERS) throw tooLong()
  }
  if (length > 0) yield take('')
}
