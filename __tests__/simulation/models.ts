import { bucket, concurrency, fixedWindow, type MakeServer, meanMs, queue, USUAL } from './servers.ts'

export interface Model {
  readonly name: string
  readonly server: MakeServer
  /** What it allows at a time, whole seconds. */
  readonly perSecondAt: (ms: number) => number
  /** When what is allowed changes. */
  readonly changesAtMs?: readonly number[]
  /** When each client begins and ends; one that never ends if not given. */
  readonly clients?: readonly { readonly fromMs: number; readonly toMs: number }[]
  /** Each way, log-normal; none if not given. */
  readonly network?: { readonly medianMs: number; readonly sigma: number }
}

export const RUN_MS = 1_200_000
export const WARM_UP_MS = 120_000
export const MOST_IN_FLIGHT = 64

export const steady = (perSecond: number) => () => perSecond
export const stepped = (usual: number, other: number, fromMs: number, toMs: number) => (ms: number) =>
  ms > fromMs && ms < toMs ? other : usual
export const atATime = (places: number) => (places / meanMs(USUAL)) * 1000

const halving = stepped(50, 25, 400_000, 800_000)

/**
 * The servers that the limiter is tuned on. Frozen before it was: change nothing here to make a figure better. Latency is
 * log-normal (median 250 ms, sigma 0.4); a refusal takes 50 ms.
 */
export const MODELS: readonly Model[] = [
  { name: 'bucket 10/s', server: bucket(steady(10), 1), perSecondAt: steady(10) },
  { name: 'bucket 50/s', server: bucket(steady(50), 1), perSecondAt: steady(50) },
  { name: 'bucket 150/s', server: bucket(steady(150), 1), perSecondAt: steady(150) },
  { name: 'bucket 50/s, 10 s burst', server: bucket(steady(50), 10), perSecondAt: steady(50) },
  {
    name: 'bucket 50, 25, 50/s',
    server: bucket(halving, 1),
    perSecondAt: halving,
    changesAtMs: [400_000, 800_000],
  },
  {
    name: 'window 600/60 s, Retry-After',
    server: fixedWindow(600, 60_000, { tells: true }),
    perSecondAt: steady(10),
  },
  {
    name: 'window 3000/60 s, Retry-After',
    server: fixedWindow(3000, 60_000, { tells: true }),
    perSecondAt: steady(50),
  },
  {
    name: 'window 3000/60 s, silent',
    server: fixedWindow(3000, 60_000, { tells: false }),
    perSecondAt: steady(50),
  },
  { name: 'window 30/1 s, Retry-After', server: fixedWindow(30, 1000, { tells: true }), perSecondAt: steady(30) },
  { name: '10 at a time', server: concurrency(10), perSecondAt: steady(atATime(10)) },
  { name: '30 at a time', server: concurrency(30), perSecondAt: steady(atATime(30)) },
  { name: 'queue: 16 workers, 32 places', server: queue(16, 32), perSecondAt: steady(atATime(16)) },
  {
    name: 'bucket 50/s, two clients',
    server: bucket(steady(50), 1),
    perSecondAt: steady(50),
    clients: [
      { fromMs: 0, toMs: RUN_MS },
      { fromMs: 60_000, toMs: RUN_MS },
    ],
  },
]
