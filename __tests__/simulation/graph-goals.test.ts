import { describe, expect, test } from 'vitest'
import { GRAPH_MODELS, GRAPH_RUN_MS } from './graph-models.ts'
import { simulateGraph } from './simulate-graph.ts'

/** What does not change shows itself in half of the time. */
const STEADY_MS = 200_000
/** One of each kind, where answers tell of the limit and where they do not; `npm run figures -- --graph` has them all. */
const SOME = [
  { name: 'bucket 800/s, tells all', seeds: [1, 2], runMs: STEADY_MS },
  { name: 'bucket 800/s, tells nothing', seeds: [1, 2], runMs: STEADY_MS },
  { name: 'window 800/s, tells all', seeds: [1, 2], runMs: STEADY_MS },
  { name: 'bucket 350/s, tells nothing', seeds: [1, 2], runMs: STEADY_MS },
  { name: 'bucket 1,200/s, tells nothing', seeds: [1], runMs: STEADY_MS },
  { name: 'bucket 800, 400, 800/s, tells all', seeds: [1], runMs: GRAPH_RUN_MS },
  { name: 'bucket 800, 400, 800/s, tells nothing', seeds: [1], runMs: GRAPH_RUN_MS },
]

describe('the budget of resource units is used to the full', () => {
  for (const { name, seeds, runMs } of SOME)
    test(`${name}: at least 95 % of it, under 1 % refused, 90 % within 120 s of a change`, async () => {
      const model = GRAPH_MODELS.find((one) => one.name === name)
      if (model === undefined) throw new Error(`No such model: ${name}`)
      for (const seed of seeds) {
        const { allowed, refused, recoveryS = 0 } = await simulateGraph(model, seed, runMs)
        expect(allowed, `seed ${seed}`).toBeGreaterThanOrEqual(95)
        expect(refused, `seed ${seed}`).toBeLessThan(1)
        expect(recoveryS, `seed ${seed}`).toBeLessThanOrEqual(120)
      }
    }, 60_000)
})
