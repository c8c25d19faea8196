import { fakeRandom } from '../http/fake-clock.ts'
import { atATime, type Model, steady, stepped } from './models.ts'
import { bucket, concurrency, fixedWindow, queue, type Random, slidingWindow } from './servers.ts'

const [CHANGES_MS, CHANGES_BACK_MS] = [400_000, 800_000]

/** Small numbers as likely as large ones. */
const between = (random: Random, least: number, most: number): number => least * (most / least) ** random()
const whole = (value: number, least = 1): number => Math.max(least, Math.round(value))

function steadyBucket(random: Random): Model {
  const [perSecond, burstS] = [whole(between(random, 4, 180)), whole(between(random, 1, 20))]
  const name = `bucket ${perSecond}/s, ${burstS} s burst`
  return { name, server: bucket(steady(perSecond), burstS), perSecondAt: steady(perSecond) }
}

function steppedBucket(random: Random): Model {
  const usual = whole(between(random, 20, 150))
  const other = whole(usual * between(random, 0.3, 0.7))
  const perSecondAt = stepped(usual, other, CHANGES_MS, CHANGES_BACK_MS)
  const name = `bucket ${usual}, ${other}, ${usual}/s`
  return { name, server: bucket(perSecondAt, 1), perSecondAt, changesAtMs: [CHANGES_MS, CHANGES_BACK_MS] }
}

function window(random: Random): Model {
  const seconds = whole(between(random, 1, 90))
  const quota = whole(seconds * between(random, 6, 150))
  const tells = random() < 0.5
  const server = fixedWindow(quota, seconds * 1000, { tells })
  const name = `window ${quota}/${seconds} s, ${tells ? 'Retry-After' : 'silent'}`
  return { name, server, perSecondAt: steady(quota / seconds) }
}

function sliding(random: Random): Model {
  const seconds = whole(between(random, 1, 60))
  const quota = whole(seconds * between(random, 6, 150))
  const name = `sliding ${quota}/${seconds} s, Retry-After`
  return { name, server: slidingWindow(quota, seconds * 1000), perSecondAt: steady(quota / seconds) }
}

function crowd(random: Random): Model {
  const places = whole(between(random, 4, 50))
  return { name: `${places} at a time`, server: concurrency(places), perSecondAt: steady(atATime(places)) }
}

function line(random: Random): Model {
  const workers = whole(between(random, 4, 24))
  const places = whole(between(random, 4, 32))
  const name = `queue: ${workers} workers, ${places} places`
  return { name, server: queue(workers, places), perSecondAt: steady(atATime(workers)) }
}

function distant(random: Random): Model {
  const medianMs = whole(between(random, 2, 40))
  const model = random() < 0.5 ? steadyBucket(random) : window(random)
  return { ...model, name: `${model.name}; network ${medianMs} ms`, network: { medianMs, sigma: 0.5 } }
}

const KINDS = [steadyBucket, steppedBucket, window, window, sliding, crowd, line, distant]

/** Servers drawn by chance, `count` of them: what the limiter meets that nobody tuned it for. */
export function heldOut(draw: number, count = 40): readonly Model[] {
  const random = fakeRandom(draw)
  return Array.from({ length: count }, (_, index) => (KINDS[index % KINDS.length] as (random: Random) => Model)(random))
}
