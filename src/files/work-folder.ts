import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Checkpoint } from '../domain/checkpoint.ts'
import type { Workspace } from '../domain/workspace.ts'
import type { Clock } from '../ports.ts'
import { replaceDurably } from './durable.ts'
import { Ledger } from './ledger.ts'
import { SnapshotFiles } from './snapshot.ts'

const WORKSPACES = 'workspaces.json'

/** The audit's working files: the listing, the results log and the checkpoint. They hold names, so they stay out of the workspace. */
export class WorkFolder {
  readonly path: string
  readonly snapshot: SnapshotFiles
  readonly results: Ledger

  private constructor(path: string, snapshot: SnapshotFiles, results: Ledger) {
    this.path = path
    this.snapshot = snapshot
    this.results = results
  }

  /** Makes an empty one below `parent`, a folder that the runner clears with the job. */
  static async create(parent: string, checkpoint: Checkpoint, clock: Pick<Clock, 'date'>): Promise<WorkFolder> {
    const path = await mkdtemp(join(parent, 'aim-readiness-'))
    return new WorkFolder(path, new SnapshotFiles(path), await Ledger.create(path, checkpoint, clock))
  }

  /** Takes up what a run that was killed left behind; `undefined` when there is nothing to take up. */
  static async reopen(path: string, clock: Pick<Clock, 'date'>): Promise<WorkFolder | undefined> {
    const results = await Ledger.reopen(path, clock)
    if (results === undefined) return undefined
    const snapshot = new SnapshotFiles(path)
    for (const { type, listed } of results.checkpoint.listings) snapshot.adopt(type, listed)
    return new WorkFolder(path, snapshot, results)
  }

  /** Beside the checkpoint, since every run lists them anew: only for whoever tells of a run that was killed. */
  async keepWorkspaces(workspaces: readonly Workspace[]): Promise<void> {
    await replaceDurably(join(this.path, WORKSPACES), JSON.stringify(workspaces))
  }

  async workspaces(): Promise<readonly Workspace[] | undefined> {
    const text = await readFile(join(this.path, WORKSPACES), 'utf8').catch(() => undefined)
    return text === undefined ? undefined : (JSON.parse(text) as readonly Workspace[])
  }

  async remove(): Promise<void> {
    await this.results.close()
    await rm(this.path, { recursive: true, force: true })
  }
}
