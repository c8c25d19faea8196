import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import fs, { type FileHandle } from 'node:fs/promises'
import { syncBuiltinESMExports } from 'node:module'

/**
 * How the end comes at a call. `before`: it is not made; `after`: it is the last; `torn`: a write is made by half;
 * `power`: what was not made durable may be lost, by chance.
 */
export type Death = 'before' | 'after' | 'torn' | 'power'

const FUNCTIONS = ['open', 'rename', 'mkdir', 'mkdtemp', 'rm', 'writeFile'] as const
const METHODS = ['write', 'writeFile', 'appendFile', 'sync', 'datasync', 'truncate', 'close'] as const
type Method = (typeof METHODS)[number]
type Call = (...args: unknown[]) => Promise<unknown>

const originals = Object.fromEntries(FUNCTIONS.map((name) => [name, fs[name]])) as unknown as Record<string, Call>
const contentOf = (path: string): Buffer | undefined => {
  try {
    return readFileSync(path)
  } catch {
    return undefined
  }
}

/**
 * Every file-system call of this process that changes something, counted; at a chosen one everything ends as in a process
 * that is killed: no call is made any more, and none of those that wait is answered. One at a time.
 */
export class MortalDisk implements AsyncDisposable {
  /** So many calls were made or tried. */
  calls = 0
  readonly #diesAt: number
  readonly #death: Death
  readonly #chance: () => number
  readonly #onDeath: () => void
  readonly #handles = new Map<FileHandle, Call>()
  /** Content before the first write that was not made durable. */
  readonly #unsynced = new Map<string, Buffer | undefined>()
  readonly #renames: { path: string; before: Buffer | undefined }[] = []
  #dead = false
  #underWay = 0

  /** `onDeath` is called once, instead of or after the call. */
  constructor(options: { diesAt: number; death: Death; chance?: () => number; onDeath: () => void }) {
    this.#diesAt = options.diesAt
    this.#death = options.death
    this.#chance = options.chance ?? (() => 0)
    this.#onDeath = options.onDeath
    for (const name of FUNCTIONS) Object.assign(fs, { [name]: (...args: unknown[]) => this.#function(name, args) })
    syncBuiltinESMExports()
  }

  get isDead(): boolean {
    return this.#dead
  }

  /** The file system is again as it was. What went on while the end came is stuck by then, as it should be. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#dead = true
    while (this.#underWay > 0) await new Promise(setImmediate)
    await new Promise(setImmediate)
    for (const name of FUNCTIONS) Object.assign(fs, { [name]: originals[name] })
    syncBuiltinESMExports()
    for (const close of this.#handles.values()) await close().catch(() => {})
    this.#handles.clear()
  }

  async #function(name: (typeof FUNCTIONS)[number], args: unknown[]): Promise<unknown> {
    const path = String(args[0])
    const made = await this.#made(async () => {
      if (name === 'rename') this.#renaming(path, String(args[1]))
      if (name === 'writeFile' || (name === 'open' && /w/.test(String(args[1])))) this.#touch(path)
      const result = await (originals[name] as Call)(...args)
      if (name === 'open') this.#handles.set(result as FileHandle, (result as FileHandle).close.bind(result))
      return result
    })
    return name === 'open' ? this.#adopt(made as FileHandle, path) : made
  }

  #adopt(handle: FileHandle, path: string): FileHandle {
    for (const method of METHODS) {
      const real = handle[method].bind(handle) as Call
      Object.assign(handle, { [method]: (...args: unknown[]) => this.#method(handle, method, real, path, args) })
    }
    return handle
  }

  async #method(handle: FileHandle, method: Method, real: Call, path: string, args: unknown[]): Promise<unknown> {
    const isWrite = method === 'write' || method === 'writeFile' || method === 'appendFile'
    const torn = isWrite ? () => this.#half(method, real, args) : undefined
    return await this.#made(async () => {
      if (isWrite || method === 'truncate') this.#touch(path)
      if (method === 'close') this.#handles.delete(handle)
      if (method !== 'sync' && method !== 'datasync') return await real(...args)
      this.#unsynced.delete(path)
      // A folder: what was renamed in it stays so.
      this.#renames.splice(0, this.#renames.length, ...this.#renames.filter((rename) => !rename.path.startsWith(path)))
      return undefined
    }, torn)
  }

  async #half(method: Method, real: Call, args: unknown[]): Promise<void> {
    if (method !== 'write') await real(String(args[0]).slice(0, String(args[0]).length >> 1))
    else await real(args[0], args[1], Number(args[2]) >> 1, args[3])
  }

  async #made(call: () => Promise<unknown>, torn?: () => Promise<void>): Promise<unknown> {
    if (this.#dead) return await new Promise(() => {})
    if (++this.calls !== this.#diesAt) {
      this.#underWay++
      const result = await call().finally(() => this.#underWay--)
      return this.#dead ? await new Promise(() => {}) : result
    }
    if (this.#death === 'torn' && torn !== undefined) await torn()
    else if (this.#death !== 'before') await call()
    this.#dead = true
    if (this.#death === 'power') this.#losePower()
    this.#onDeath()
    return await new Promise(() => {})
  }

  #touch(path: string): void {
    if (!this.#unsynced.has(path)) this.#unsynced.set(path, contentOf(path))
  }

  #renaming(from: string, to: string): void {
    this.#renames.push({ path: to, before: contentOf(to) })
    if (this.#unsynced.has(from)) this.#unsynced.set(to, this.#unsynced.get(from))
    this.#unsynced.delete(from)
  }

  #losePower(): void {
    for (const [path, before] of this.#unsynced) {
      const now = contentOf(path)
      const kept = Math.floor(this.#chance() * 3)
      if (kept === 0 || now === undefined) put(path, before)
      else if (kept === 1) {
        // What was durable stays so where a write only added to it.
        const durable = before !== undefined && now.subarray(0, before.length).equals(before) ? before.length : 0
        put(path, now.subarray(0, durable + Math.floor(this.#chance() * (now.length - durable))))
      }
    }
    for (const { path, before } of this.#renames.reverse()) if (this.#chance() < 0.5) put(path, before)
  }
}

function put(path: string, content: Buffer | undefined): void {
  if (content === undefined) rmSync(path, { force: true })
  else writeFileSync(path, content)
}
