import { constants } from 'node:fs'
import { lstat, mkdir, open, realpath, rename, rm } from 'node:fs/promises'
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path'
import { folderProblemOf } from '../config/results.ts'
import { AuditError } from '../domain/failure.ts'

/** Rows are written in pieces of about this many characters; V8 keeps larger ones apart, and collects them late. */
const PIECE_CHARACTERS = 1 << 16

const isInside = (path: string, folder: string): boolean => path === folder || path.startsWith(folder + sep)

const refused = (path: string, why: string, cause?: unknown) =>
  new AuditError('configuration', `Input results-path "${path}" ${why}`, cause === undefined ? {} : { cause })

/** The deepest part of a path that exists, symlinks resolved; what is to be created below it cannot be a link. */
async function realPathOf(path: string): Promise<string> {
  try {
    return await realpath(path)
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') throw cause
    const parent = dirname(path)
    return join(parent === path ? path : await realPathOf(parent), path.slice(parent.length).replace(/^[/\\]+/, ''))
  }
}

/** The folder that the files of an audit go into. It lies inside the workspace, and only our own names are touched. */
export class ResultsFolder {
  /** Absolute, symlinks resolved. */
  readonly path: string
  /** As people write it: relative to the workspace. */
  readonly shown: string
  readonly #written = new Set<string>()

  private constructor(path: string, shown: string) {
    this.path = path
    this.shown = shown
  }

  /** Checks the input; nothing is made yet. Throws `configuration` for a path that is not a folder within the workspace. */
  static async resolve(workspace: string, input: string): Promise<ResultsFolder> {
    const root = await realpath(workspace).catch((cause: unknown) => {
      throw new AuditError('configuration', `The workspace "${workspace}" does not exist`, { cause })
    })
    const path = await realPathOf(isAbsolute(input) ? input : resolve(root, input)).catch((cause: unknown) => {
      throw refused(input, 'cannot be resolved', cause)
    })
    if (!isInside(path, root)) throw refused(input, 'must name a folder inside the workspace')
    const problem = folderProblemOf(relative(root, path))
    if (problem !== undefined) throw refused(input, problem)
    const there = await lstat(path).catch(() => undefined)
    if (there !== undefined && !there.isDirectory()) throw refused(input, 'is not a folder')
    return new ResultsFolder(path, relative(root, path))
  }

  /**
   * Makes the folder and removes what an earlier audit left under `ownNames`, so that nothing stale can be taken for a
   * result. Throws `configuration` when the folder cannot be used.
   */
  async prepare(ownNames: readonly string[]): Promise<void> {
    try {
      await mkdir(this.path, { recursive: true })
      await this.clear(ownNames)
    } catch (cause) {
      throw refused(this.shown, `cannot be used: ${(cause as NodeJS.ErrnoException).code ?? 'unknown error'}`, cause)
    }
  }

  /** Removes what an earlier audit left, and makes nothing. */
  async clear(ownNames: readonly string[]): Promise<void> {
    for (const name of ownNames) await rm(join(this.path, name), { force: true })
  }

  /** Names written by this audit, in the order of writing. */
  get files(): readonly string[] {
    return [...this.#written]
  }

  /**
   * Writes one file of the results; it appears under its name when it is whole, and leaves nothing when it does not become
   * so. No link is followed.
   */
  async write(name: string, pieces: Iterable<string> | AsyncIterable<string>): Promise<void> {
    await this.#put(name, pieces)
    this.#written.add(name)
  }

  /** Writes a file that is no result. */
  async note(name: string, content: string): Promise<void> {
    await this.#put(name, [content])
  }

  async drop(name: string): Promise<void> {
    await rm(join(this.path, name), { force: true })
  }

  async #put(name: string, pieces: Iterable<string> | AsyncIterable<string>): Promise<void> {
    const path = join(this.path, name)
    const partial = `${path}.partial`
    await rm(partial, { force: true })
    const file = await open(partial, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW)
    try {
      let pending = ''
      for await (const piece of pieces) {
        pending += piece
        if (pending.length < PIECE_CHARACTERS) continue
        await file.appendFile(pending)
        pending = ''
      }
      await file.appendFile(pending)
      await file.sync()
      await file.close()
      await rename(partial, path)
    } catch (error) {
      await file.close().catch(() => {})
      await rm(partial, { force: true }).catch(() => {})
      throw error
    }
  }
}
