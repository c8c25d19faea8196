import type { Figure, Item, Wishes } from './figure.ts'
import { startWorld } from './measure.ts'
import { shapeOf } from './shapes.ts'

const SIZES = [10_000, 100_000]
const QUICK_SIZES = [100, 1_000]
const FULL_SIZE = 500_000

/** Time for each identity, and memory, while accounts grow. */
export const growth = (source: 'databricks' | 'graph'): Item => ({
  title: `Growth, match source ${source}, no latency`,
  async measured({ quick, full }: Wishes): Promise<Figure[]> {
    const figures: Figure[] = []
    let smallest: { readonly wallMs: number; readonly cpuMs: number } | undefined
    for (const size of quick ? QUICK_SIZES : full ? [...SIZES, FULL_SIZE] : SIZES) {
      await using world = await startWorld({ ...shapeOf(size), latencyMs: 0 })
      const { identities } = world
      const audit = await world.audit({ 'match-source': source })
      const each = { wallMs: audit.wallMs / identities, cpuMs: audit.cpuMs / identities }
      const against = (what: string, value: number, least: number | undefined): Figure[] =>
        least === undefined
          ? []
          : [{ what: `${what} against the smallest account`, values: [value / least], unit: '×', goal: { most: 1 } }]
      const wall = `${identities} identities, wall time for each`
      const cpu = `${identities} identities, client CPU for each`
      figures.push(
        { what: wall, values: [each.wallMs], unit: 'ms' },
        ...against(wall, each.wallMs, smallest?.wallMs),
        { what: cpu, values: [each.cpuMs], unit: 'ms' },
        ...against(cpu, each.cpuMs, smallest?.cpuMs),
        {
          what: `${identities} identities, resident memory at its peak`,
          values: [audit.peakMb],
          unit: 'MB',
          goal: source === 'databricks' ? { most: 300 } : undefined,
        },
      )
      smallest ??= each
    }
    return figures
  },
})
