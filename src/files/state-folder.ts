import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { ResultsLogFile } from './results-log.ts'
import { SnapshotFiles } from './snapshot.ts'

/** The audit's working files: the listing and the results log. They hold names, so they stay out of the workspace. */
export interface StateFolder {
  readonly path: string
  readonly snapshot: SnapshotFiles
  readonly results: ResultsLogFile
  /** Removes them: a finished audit has nothing to continue. */
  remove(): Promise<void>
}

/** Makes an empty one below `parent`, a folder that the runner clears with the job. */
export async function freshState(parent: string): Promise<StateFolder> {
  const path = await mkdtemp(join(parent, 'aim-readiness-'))
  const results = await ResultsLogFile.create(path)
  return {
    path,
    snapshot: new SnapshotFiles(path),
    results,
    async remove() {
      await results.close()
      await rm(path, { recursive: true, force: true })
    },
  }
}
