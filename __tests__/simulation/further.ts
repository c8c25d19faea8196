import { atATime, type Model, RUN_MS, steady, stepped } from './models.ts'
import { both, bucket, concurrency, fixedWindow, queue, slidingWindow, withNeighbour } from './servers.ts'

const thirds = stepped(80, 30, 400_000, 800_000)
const rising = (load: number): number => 1 + 2.5 * load ** 6

/** Servers beyond those of the goal, looked at while the limiter was tuned. */
export const FURTHER: readonly Model[] = [
  { name: 'bucket 5/s', server: bucket(steady(5), 1), perSecondAt: steady(5) },
  { name: 'bucket 30/s', server: bucket(steady(30), 1), perSecondAt: steady(30) },
  { name: 'bucket 80/s', server: bucket(steady(80), 1), perSecondAt: steady(80) },
  { name: 'bucket 40/s, 20 s burst', server: bucket(steady(40), 20), perSecondAt: steady(40) },
  { name: 'bucket 30/s, 0.2 s burst', server: bucket(steady(30), 0.2), perSecondAt: steady(30) },
  {
    name: 'bucket 80, 30, 80/s',
    server: bucket(thirds, 1),
    perSecondAt: thirds,
    changesAtMs: [400_000, 800_000],
  },
  {
    name: 'bucket 50/s, latency to 3.5 times',
    server: bucket(steady(50), 1, rising),
    perSecondAt: steady(50),
  },
  { name: 'window 300/20 s, Retry-After', server: fixedWindow(300, 20_000, { tells: true }), perSecondAt: steady(15) },
  { name: 'window 1600/20 s, silent', server: fixedWindow(1600, 20_000, { tells: false }), perSecondAt: steady(80) },
  { name: 'window 500/10 s, silent', server: fixedWindow(500, 10_000, { tells: false }), perSecondAt: steady(50) },
  { name: 'window 100/1 s, Retry-After', server: fixedWindow(100, 1000, { tells: true }), perSecondAt: steady(100) },
  { name: 'window 15/1 s, silent', server: fixedWindow(15, 1000, { tells: false }), perSecondAt: steady(15) },
  { name: 'sliding 1200/60 s, Retry-After', server: slidingWindow(1200, 60_000), perSecondAt: steady(20) },
  { name: '5 at a time', server: concurrency(5), perSecondAt: steady(atATime(5)) },
  { name: '20 at a time', server: concurrency(20), perSecondAt: steady(atATime(20)) },
  {
    name: '20 at a time, 10 ms network',
    server: concurrency(20),
    perSecondAt: steady(20 / (0.25 * Math.exp(0.08) + 0.02)),
    network: { medianMs: 10, sigma: 0.5 },
  },
  {
    name: '20 at a time and bucket 40/s',
    server: both(concurrency(20), bucket(steady(40), 1)),
    perSecondAt: steady(40),
  },
  { name: 'queue: 8 workers, 8 places', server: queue(8, 8), perSecondAt: steady(atATime(8)) },
  {
    name: 'bucket 50/s, 40 ms network',
    server: bucket(steady(50), 1),
    perSecondAt: steady(50),
    network: { medianMs: 40, sigma: 0.5 },
  },
  {
    name: 'bucket 60/s, a neighbour takes 20',
    server: withNeighbour(bucket(steady(60), 1), 20, 400_000, 800_000),
    perSecondAt: stepped(60, 40, 400_000, 800_000),
    changesAtMs: [400_000, 800_000],
  },
  {
    name: 'bucket 80/s, second client leaves',
    server: bucket(steady(80), 1),
    perSecondAt: steady(80),
    changesAtMs: [600_000],
    clients: [
      { fromMs: 0, toMs: RUN_MS },
      { fromMs: 60_000, toMs: 600_000 },
    ],
  },
  {
    name: 'window 3000/60 s, Retry-After, two clients',
    server: fixedWindow(3000, 60_000, { tells: true }),
    perSecondAt: steady(50),
    clients: [
      { fromMs: 0, toMs: RUN_MS },
      { fromMs: 60_000, toMs: RUN_MS },
    ],
  },
]
