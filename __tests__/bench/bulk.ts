import type { Figure, Item, Wishes } from './figure.ts'
import { startWorld } from './measure.ts'
import { CONCURRENCY } from './shapes.ts'

const SHAPE = { users: 20_000, groups: 2_000, servicePrincipals: 1_000 }
const SMALL = { users: 200, groups: 20, servicePrincipals: 10 }

/** Match source graph: requests against the KB script's and the fewest possible, wall time against a bare client. */
export const bulk: Item = {
  title: 'Match source graph, 100 ms a request, no limit',
  async measured({ repeats, quick }: Wishes): Promise<Figure[]> {
    await using world = await startWorld({ ...(quick ? SMALL : SHAPE), latencyMs: quick ? 10 : 100 })
    const rounds: { audit: number; floor: number; sent: number }[] = []
    for (let at = 0; at < repeats; at++) {
      const audit = await world.audit({ 'match-source': 'graph' })
      const requests = await world.ask('sent')
      const floor = await world.loop({ requests, concurrency: CONCURRENCY, batched: false })
      rounds.push({ audit: audit.wallMs, floor: floor.wallMs, sent: requests.length })
    }
    const { total } = await world.ask('least')
    const perThousand = (requests: number) => (requests / world.identities) * 1000
    const ofSent = (value: (sent: number) => number) => rounds.map(({ sent }) => value(sent))
    return [
      { what: 'requests for 1,000 identities (the KB script: 1,000)', values: ofSent(perThousand), unit: '' },
      { what: 'the fewest possible', values: [perThousand(total)], unit: '' },
      {
        what: 'requests against the fewest possible',
        values: ofSent((sent) => sent / total),
        unit: '×',
        goal: { most: 1.15 },
      },
      {
        what: `whole audit of ${world.identities} identities`,
        values: rounds.map(({ audit }) => audit / 1000),
        unit: 's',
      },
      { what: 'wall time of a bare undici loop', values: rounds.map(({ floor }) => floor / 1000), unit: 's' },
      {
        what: 'wall time against the bare loop',
        values: rounds.map(({ audit, floor }) => audit / floor),
        unit: '×',
        goal: { most: 1.25 },
      },
    ]
  },
}
