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
    let smallest: number | undefined
    for (const size of quick ? QUICK_SIZES : full ? [...SIZES, FULL_SIZE] : SIZES) {
      await using world = await startWorld({ ...shapeOf(size), latencyMs: 0 })
      const { identities } = world
      const audit = await world.audit({ 'match-source': source })
      const eachMs = audit.wallMs / identities
      const against = smallest === undefined ? [] : [eachMs / smallest]
      smallest ??= eachMs
      figures.push(
        { what: `${identities} identities, wall time for each`, values: [eachMs], unit: 'ms' },
        { what: `${identities} identities, client CPU for each`, values: [audit.cpuMs / identities], unit: 'ms' },
        ...against.map((value) => ({
          what: `${identities} identities, wall time for each against the smallest account`,
          ...{ values: [value], unit: '×' as const, goal: { most: 1 } },
        })),
        {
          what: `${identities} identities, resident memory at its peak`,
          values: [audit.peakMb],
          unit: 'MB',
          goal: source === 'databricks' ? { most: 300 } : undefined,
        },
      )
    }
    return figures
  },
})
