import type { Figure, Item, Wishes } from './figure.ts'
import { startWorld } from './measure.ts'

const SHAPE = { users: 500_000, groups: 43_000, servicePrincipals: 20_000, groupSize: 480 }
const SMALL = { users: 500, groups: 43, servicePrincipals: 20, groupSize: 20 }

/** Match source graph at the largest tenant that is promised. */
export const scale: Item = {
  title: 'Match source graph, a large tenant, no latency',
  async measured({ quick }: Wishes): Promise<Figure[]> {
    await using world = await startWorld({ ...(quick ? SMALL : SHAPE), latencyMs: 0 })
    const audit = await world.audit({ 'match-source': 'graph' })
    const memberships = await world.ask('memberships')
    return [
      { what: 'identities', values: [world.identities], unit: '' },
      { what: 'memberships of their groups', values: [memberships], unit: '' },
      { what: 'whole audit', values: [audit.wallMs / 1000], unit: 's' },
      { what: 'client CPU', values: [audit.cpuMs / 1000], unit: 's' },
      { what: 'resident memory at its peak', values: [audit.peakMb], unit: 'MB', goal: { most: 1536 } },
    ]
  },
}
