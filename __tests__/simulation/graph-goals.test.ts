import { describe, expect, test } from 'vitest'
import { GRAPH_MODELS } from './graph-models.ts'
import { simulateGraph } from './simulate-graph.ts'

/** One of each kind as documented, and what differs most from it; `npm run figures -- --graph` has them all. */
const SOME = [
  'bucket 800/s, tells all',
  'bucket 800/s, tells nothing',
  'window 800/s, tells all',
  'bucket 800/s, refusals count, tells wait',
  'bucket 350/s, tells nothing',
  'bucket 800, 400, 800/s, tells all',
  'bucket 800, 400, 800/s, tells nothing',
]

describe('the budget of resource units is used to the full', () => {
  test.each(SOME)('%s: at least 95 %% of it, under 1 %% refused, 90 %% within 120 s of a change', async (name) => {
    const model = GRAPH_MODELS.find((one) => one.name === name)
    if (model === undefined) throw new Error(`No such model: ${name}`)
    for (const seed of [1, 2]) {
      const { allowed, refused, recoveryS = 0 } = await simulateGraph(model, seed)
      expect(allowed, `seed ${seed}`).toBeGreaterThanOrEqual(95)
      expect(refused, `seed ${seed}`).toBeLessThan(1)
      expect(recoveryS, `seed ${seed}`).toBeLessThanOrEqual(120)
    }
  })
})
