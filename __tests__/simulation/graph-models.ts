import { type MakeGraphServer, unitBucket, unitSlidingWindow, unitWindow } from './graph-servers.ts'
import { steady, stepped } from './models.ts'

export interface GraphModel {
  readonly name: string
  readonly server: MakeGraphServer
  /** `all`: both headers and `Retry-After`; `wait`: only the latter; `nothing`: neither. */
  readonly tells: 'all' | 'wait' | 'nothing'
  /** Units that it allows at a time, or that so many in flight can spend. */
  readonly perSecondAt: (ms: number) => number
  /** When what is allowed changes. */
  readonly changesAtMs?: readonly number[]
  readonly inFlight: number
  /** What a call really costs, by what is expected of it. */
  readonly costs?: (expected: number) => number
}

export const GRAPH_RUN_MS = 480_000
export const GRAPH_WARM_UP_MS = 90_000
/** Each request takes so long, every length as likely; a refusal takes as long as `REFUSAL_MS`. */
export const GRAPH_LATENCY_MS = [100, 300] as const
export const REFUSAL_MS = 50
/** Calls cost 1 or 2, each as likely. */
export const MEAN_UNITS = 1.5

/** As many as a budget of 800 needs at this latency, and some more. */
const MANY = 256
const FEW = 64
const CHANGES_MS = [200_000, 340_000] as const
const documented = steady(800)
const halving = stepped(800, 400, ...CHANGES_MS)
const spendable = (inFlight: number) => steady((inFlight / 0.2) * MEAN_UNITS)
const [small, large] = [steady(350), steady(1_200)]

interface Shape {
  readonly tells: GraphModel['tells']
  readonly inFlight?: number
}
const model = (
  name: string,
  server: MakeGraphServer,
  perSecondAt: GraphModel['perSecondAt'],
  { tells, inFlight = MANY }: Shape,
): GraphModel => ({ name: `${name}, tells ${tells}`, server, perSecondAt, tells, inFlight })

const KINDS = [
  ['bucket', unitBucket],
  ['window', unitWindow],
  ['sliding', unitSlidingWindow],
] as const
const WORDS = ['all', 'nothing'] as const

/**
 * What Graph's limit of resource units may be like. Frozen before the limiter was tuned on it: change nothing here to make a
 * figure better. https://learn.microsoft.com/graph/throttling-limits#identity-and-access-service-limits
 */
export const GRAPH_MODELS: readonly GraphModel[] = [
  ...KINDS.flatMap(([name, kind]) =>
    WORDS.map((tells) => model(`${name} 800/s`, kind(documented), documented, { tells })),
  ),
  model('bucket 800/s, refusals count', unitBucket(documented, { counts: true }), documented, { tells: 'wait' }),
  model('bucket 800/s, 1 s burst', unitBucket(documented, { burstS: 1 }), documented, { tells: 'nothing' }),
  {
    ...model('bucket 800/s, calls cost twice', unitBucket(documented), documented, { tells: 'all' }),
    costs: (expected) => 2 * expected,
  },
  ...WORDS.map((tells) => model('bucket 350/s', unitBucket(small), small, { tells, inFlight: FEW })),
  model('window 350/s', unitWindow(small), small, { tells: 'nothing', inFlight: FEW }),
  model('sliding 350/s', unitSlidingWindow(small), small, { tells: 'wait', inFlight: FEW }),
  ...KINDS.flatMap(([name, kind]) =>
    WORDS.map((tells) => ({
      ...model(`${name} 800, 400, 800/s`, kind(halving), halving, { tells }),
      changesAtMs: CHANGES_MS,
    })),
  ),
  ...WORDS.map((tells) => model('bucket 1,200/s', unitBucket(large), large, { tells })),
  model('window 1,200/s', unitWindow(large), large, { tells: 'all' }),
  model('sliding 1,200/s', unitSlidingWindow(large), large, { tells: 'nothing' }),
  model('bucket 800/s, 64 in flight', unitBucket(documented), spendable(FEW), { tells: 'nothing', inFlight: FEW }),
]
