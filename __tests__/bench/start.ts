import { readFileSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { ACTION_FOLDER } from '../sandbox/runner.ts'
import type { Figure, Item, Wishes } from './figure.ts'
import { type AuditUsage, startWorld } from './measure.ts'
import { shapeOf } from './shapes.ts'

/** What a job waits for before anything is asked, and what it downloads. */
export const start: Item = {
  title: 'Start, 25 identities, no latency',
  async measured({ repeats }: Wishes): Promise<Figure[]> {
    await using world = await startWorld({ ...shapeOf(25), latencyMs: 0 })
    const audits: AuditUsage[] = []
    for (let at = 0; at < 2 * repeats + 1; at++) audits.push(await world.audit())
    const bundle = join(ACTION_FOLDER, 'dist/index.js')
    return [
      {
        what: 'start of the process to its first request',
        values: audits.map((audit) => audit.firstRequestMs),
        unit: 'ms',
      },
      { what: 'whole audit', values: audits.map((audit) => audit.wallMs), unit: 'ms' },
      { what: 'client CPU', values: audits.map((audit) => audit.cpuMs), unit: 'ms' },
      { what: 'resident memory at its peak', values: audits.map((audit) => audit.peakMb), unit: 'MB' },
      { what: 'bundle', values: [(await stat(bundle)).size / 1e6], unit: 'MB' },
      { what: 'bundle, gzipped', values: [gzipSync(readFileSync(bundle)).length / 1e6], unit: 'MB' },
    ]
  },
}
