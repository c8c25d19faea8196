import { mkdir } from 'node:fs/promises'
import { argv } from 'node:process'
import { fileURLToPath } from 'node:url'
import { WorkFolder } from '../../src/files/work-folder.ts'
import type { Finished } from '../../src/ports.ts'
import { checkpointOfRun, hastyClock } from './make-believe-audit.ts'
import { MortalDisk } from './mortal-disk.ts'

/** Identities of the script, and how many of them each commit is about. */
export const LISTED = 12
const BATCH = 3

const divergent = (position: number): Finished => ({
  type: 'users',
  position,
  outcome: {
    kind: 'divergent',
    divergence: {
      ...{ type: 'users', id: String(1000 + position), name: `Zoë "${position}",\r\n`, externalId: `e${position}` },
      ...{ nameMatches: [], localMembers: [], externalMembers: [], categories: ['EXTERNAL_ID_NOT_IN_IDP'] },
    },
  },
})

/** Commits what is not done yet, batch by batch, each batch the other way round. */
export async function committedBy(work: WorkFolder, done: number): Promise<void> {
  for (let start = done; start < LISTED; start += BATCH)
    await work.results.commit(Array.from({ length: BATCH }, (_, index) => divergent(start + index)).reverse())
}

/** Run as a program: `<folder> <k>`. It kills itself instead of making the `k`th call; with 0 it lives. */
if (argv[1] === fileURLToPath(import.meta.url)) {
  const [folder = '', diesAt] = argv.slice(2)
  await mkdir(folder)
  const clock = hastyClock()
  const onDeath = () => process.kill(process.pid, 'SIGKILL')
  await using _disk = new MortalDisk({ diesAt: Number(diesAt) || Number.POSITIVE_INFINITY, death: 'torn', onDeath })
  const work = await WorkFolder.create(folder, checkpointOfRun('1', clock), clock)
  const writer = await work.snapshot.write('users')
  await writer.add(Array.from({ length: LISTED }, (_, index) => String(1000 + index)))
  await writer.close()
  await work.results.listed({ type: 'users', listed: LISTED, promised: LISTED, trusted: true })
  await committedBy(work, 0)
  await work.results.close()
}
