import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { ResultsLogFile } from './results-log.ts'
import { SnapshotFiles } from './snapshot.ts'

/** Relative to the workspace, so that it is the same path on every runner. */
export const STATE_FOLDER = '.aim-readiness'

/** The audit's working files: the listing and the results log. */
export interface StateFolder {
  readonly snapshot: SnapshotFiles
  readonly results: ResultsLogFile
  /** Removes them: a finished audit has nothing to continue. */
  remove(): Promise<void>
}

export async function freshState(workspace: string): Promise<StateFolder> {
  const path = join(workspace, STATE_FOLDER)
  await rm(path, { recursive: true, force: true })
  await mkdir(path)
  const results = await ResultsLogFile.create(path)
  return {
    snapshot: new SnapshotFiles(path),
    results,
    async remove() {
      await results.close()
      await rm(path, { recursive: true, force: true })
    },
  }
}
