import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ResultsFolder } from '../../src/files/results-folder.ts'
import { WorkFolder } from '../../src/files/work-folder.ts'
import { PROGRESS_FILE } from '../../src/report/tables.ts'
import { ProgressFile } from '../../src/saved/progress-file.ts'
import { temporaryFolder } from '../files/temporary.ts'
import { checkpointOfRun, hastyClock } from './make-believe-audit.ts'

test('idp_divergence_progress.json tells whole listings only, and what of them is done', async () => {
  await using root = await temporaryFolder()
  const clock = hastyClock()
  const work = await WorkFolder.create(root.path, checkpointOfRun('1', clock), clock)
  const folder = await ResultsFolder.resolve(root.path, 'out')
  await folder.prepare([])
  const [file, path] = [new ProgressFile(folder, work, clock), join(folder.path, PROGRESS_FILE)]
  const writer = await work.snapshot.write('users')
  // The listing broke off before it brought anybody.
  await writer.close()
  await file.end(false)
  expect(existsSync(path)).toBe(false)

  await work.results.listed({ type: 'groups', listed: 2, promised: 2, trusted: true })
  await work.results.commit([{ type: 'groups', position: 0, outcome: { kind: 'linked' } }])
  await file.end(false)
  expect(JSON.parse(await readFile(path, 'utf8'))).toEqual({
    ...{ completed_types: [], current_type: 'GROUP', start_index: 1, totals: { GROUP: 2 } },
  })
  await file.end(true)
  expect(existsSync(path)).toBe(false)
  await work.remove()
})
