import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { hastyClock, Machine, MakeBelieveCache } from './make-believe-audit.ts'
import { MakeBelieveDirectory } from './make-believe-directory.ts'
import { type Death, MortalDisk } from './mortal-disk.ts'

/** When the next machine dies; `undefined`: never. */
export type Fate = { readonly at: number; readonly death: Death; readonly post: boolean } | undefined

export interface Ending {
  readonly files: ReadonlyMap<string, string>
  readonly kills: number
  /** File-system calls of the last machine's main step. */
  readonly calls: number
  readonly directory: MakeBelieveDirectory
}

export interface ChainOptions {
  readonly counts: ConstructorParameters<typeof MakeBelieveDirectory>[0]
  readonly progressKey?: string | undefined
  readonly concurrency?: number
  readonly chance?: () => number
}

/** An audit on one machine after another: each dies as `fates` says, its post step runs, and the next is an empty one. */
export async function chainOf(fates: Iterable<Fate>, options: ChainOptions): Promise<Ending> {
  const folder = await mkdtemp(join(tmpdir(), 'aim-readiness-cache-'))
  const [directory, cache, clock] = [
    new MakeBelieveDirectory(options.counts),
    new MakeBelieveCache(folder),
    hastyClock(),
  ]
  let kills = 0
  try {
    for (const fate of fates) {
      const result = await lifeOf(fate, { ...options, directory, cache, clock })
      if (result.files !== undefined) return { files: result.files, kills, calls: result.calls, directory }
      kills++
    }
    throw new Error('every machine died')
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function lifeOf(
  fate: Fate,
  options: ChainOptions & Parameters<typeof Machine.create>[0],
): Promise<{ files: Map<string, string> | undefined; calls: number }> {
  await using machine = await Machine.create(options)
  const { promise: death, resolve } = Promise.withResolvers<undefined>()
  let calls: number
  {
    await using disk = new MortalDisk({
      ...{ diesAt: fate?.at ?? Number.POSITIVE_INFINITY, death: fate?.death ?? 'before' },
      ...(options.chance && { chance: options.chance }),
      onDeath: () => resolve(undefined),
    })
    const files = await Promise.race([machine.main(), death])
    calls = disk.calls
    if (files !== undefined) return { files, calls }
  }
  if (fate?.post !== false) await machine.post()
  return { files: undefined, calls }
}
