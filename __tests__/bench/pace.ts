import type { Figure, Item, Wishes } from './figure.ts'
import type { LoopUsage } from './loop.ts'
import { type AuditUsage, startWorld } from './measure.ts'
import { CONCURRENCY, shapeOf, startUpOf } from './shapes.ts'

/** What the KB script keeps in flight, waiting for the slowest of each three. */
const KB_CONCURRENCY = 3
/** So many of the account's identities tell the rate of the KB script's way; all of them would take ten minutes. */
const KB_SAMPLE = 600

interface Round {
  readonly audit: AuditUsage
  readonly floor: LoopUsage
  /** The KB script's way with the whole account, at the rate of its sample. */
  readonly kbWallMs: number
}

/** Match source databricks: wall time against the KB script's way, CPU against a bare client. */
export const pace: Item = {
  title: 'Match source databricks, 100 ms a request, no limit',
  async measured({ repeats, quick }: Wishes): Promise<Figure[]> {
    const startUpMs = await startUpOf(repeats)
    await using world = await startWorld({ ...shapeOf(quick ? 200 : 20_000), latencyMs: quick ? 10 : 100 })
    const { identities } = world
    const rounds: Round[] = []
    for (let at = 0; at < repeats; at++) {
      const audit = await world.audit()
      const requests = await world.ask('matches')
      const floor = await world.loop({ requests: await world.ask('sent'), concurrency: CONCURRENCY, batched: false })
      const some = requests.slice(0, quick ? 60 : KB_SAMPLE)
      const kb = await world.loop({ requests: some, concurrency: KB_CONCURRENCY, batched: true })
      rounds.push({ audit, floor, kbWallMs: (kb.wallMs / some.length) * identities })
    }
    return figuresOf(rounds, identities, startUpMs)
  },
}

function figuresOf(rounds: readonly Round[], identities: number, startUpMs: number): Figure[] {
  const of = (value: (round: Round) => number) => rounds.map(value)
  return [
    { what: `whole audit of ${identities} identities`, values: of(({ audit }) => audit.wallMs / 1000), unit: 's' },
    { what: 'the KB script’s way, carried on', values: of(({ kbWallMs }) => kbWallMs / 1000), unit: 's' },
    {
      what: 'faster than the KB script’s way',
      values: of(({ audit, kbWallMs }) => kbWallMs / audit.wallMs),
      unit: '×',
      goal: { least: 15 },
    },
    { what: 'wall time of a bare undici loop', values: of(({ floor }) => floor.wallMs / 1000), unit: 's' },
    { what: 'client CPU for each identity', values: of(({ audit }) => audit.cpuMs / identities), unit: 'ms' },
    { what: 'the same of the bare loop', values: of(({ floor }) => floor.cpuMs / identities), unit: 'ms' },
    {
      what: 'client CPU against the bare loop',
      values: of(({ audit, floor }) => audit.cpuMs / floor.cpuMs),
      unit: '×',
      goal: { most: 1.6 },
    },
    {
      what: 'the same without what an audit of 25 identities takes',
      values: of(({ audit, floor }) => (audit.cpuMs - startUpMs) / floor.cpuMs),
      unit: '×',
    },
  ]
}
