import { expect, test } from 'vitest'
import { chanceFrom } from '../saved/chance.ts'
import { chainOf, type Fate } from '../saved/killing.ts'
import type { Death } from '../saved/mortal-disk.ts'

const CHAINS = 60
const KILLS = 25
const DEATHS: readonly Death[] = ['before', 'after', 'torn', 'power']
/** In flight, and finished but not yet committed: ten ticks of the hasty clock make a batch. */
const BOUND = 6 + 12

test(`R1: ${CHAINS * KILLS} kills at random file-system calls, each on another machine: nothing is lost and nothing twice`, async () => {
  let kills = 0
  for (let chain = 0; chain < CHAINS; chain++) {
    const chance = chanceFrom(chain)
    const counts = {
      users: 150 + Math.floor(chance() * 300),
      groups: Math.floor(chance() * 60),
      'service-principals': 25,
    }
    const progressKey = chain % 2 === 0 ? undefined : 'k'.repeat(32)
    const concurrency = 1 + Math.floor(chance() * 12)
    const options = { counts, progressKey, concurrency, chance }
    const fates = Array.from({ length: KILLS }, (): Fate => {
      const death = DEATHS[Math.floor(chance() * DEATHS.length)] as Death
      // One runner in ten is lost as a whole: there is no post step, and what the cache has is all.
      return { at: 1 + Math.floor(chance() * 130), death, post: chance() < 0.9 }
    })
    const whole = await chainOf([undefined], options)
    const { files, kills: made, directory } = await chainOf([...fates, undefined], options)
    expect([chain, Object.fromEntries(files)]).toEqual([chain, Object.fromEntries(whole.files)])
    const lost = fates.filter((fate) => fate?.post === false).length
    const again = directory.failing + (progressKey === undefined ? directory.renamed : 0)
    expect([chain, directory.again]).toSatisfy(
      ([, times]) => times <= made * (BOUND + concurrency + again) + lost * directory.size,
    )
    kills += made
  }
  expect(kills).toBeGreaterThanOrEqual(1_000)
})
