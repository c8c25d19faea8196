import type { Random } from './servers.ts'

/** What Graph says to one request that costs so many units. Times in ms. */
export interface GraphReception {
  readonly accepted: boolean
  /** How near the limit is, as `x-ms-throttle-limit-percentage` tells it from 0.8 on. */
  readonly share: number
  readonly retryAfterMs: number
}

/** Graph's limit, counted in resource units. Stateful; made anew for each run. */
export interface GraphServer {
  receive(nowMs: number, units: number): GraphReception
}
export type MakeGraphServer = (random: Random) => GraphServer
type Rate = (ms: number) => number

const PERIOD_MS = 10_000
/** The header's range ends there, so what is spent in vain is counted no further. */
const MOST_SHARE = 1.8
const wholeSeconds = (ms: number): number => Math.max(1, Math.ceil(ms / 1000)) * 1000

/**
 * What the documentation calls it: units come steadily and are kept for `burstS` seconds; full at the start.
 * `counts`: what is refused is paid all the same, as https://learn.microsoft.com/graph/throttling says.
 */
export const unitBucket =
  (perSecondAt: Rate, { burstS = 10, counts = false } = {}): MakeGraphServer =>
  () => {
    let [left, at] = [perSecondAt(0) * burstS, 0]
    return {
      receive(now, units) {
        const perSecond = perSecondAt(now)
        const most = perSecond * burstS
        left = Math.min(most, left + ((now - at) / 1000) * perSecond)
        at = now
        const accepted = left >= units
        if (accepted || counts) left = Math.max((1 - MOST_SHARE) * most, left - units)
        const retryAfterMs = wholeSeconds(((units - left) / perSecond) * 1000)
        return { accepted, share: 1 - left / most, retryAfterMs }
      },
    }
  }

/** So many in each ten seconds of the server's clock, whose phase is chance. */
export const unitWindow =
  (perSecondAt: Rate): MakeGraphServer =>
  (random) => {
    const phase = random() * PERIOD_MS
    let [window, used] = [-1, 0]
    return {
      receive(now, units) {
        const quota = (perSecondAt(now) * PERIOD_MS) / 1000
        const current = Math.floor((now + phase) / PERIOD_MS)
        if (current !== window) [window, used] = [current, 0]
        const accepted = used + units <= quota
        if (accepted) used += units
        const retryAfterMs = wholeSeconds((current + 1) * PERIOD_MS - (now + phase))
        return { accepted, share: used / quota, retryAfterMs }
      },
    }
  }

/** So many in any ten seconds. */
export const unitSlidingWindow =
  (perSecondAt: Rate): MakeGraphServer =>
  () => {
    const spent: { readonly at: number; readonly units: number }[] = []
    let [first, used] = [0, 0]
    return {
      receive(now, units) {
        for (let one = spent[first]; one !== undefined && one.at <= now - PERIOD_MS; one = spent[first]) {
          used -= one.units
          first += 1
        }
        const quota = (perSecondAt(now) * PERIOD_MS) / 1000
        const accepted = used + units <= quota
        if (accepted) {
          used += units
          spent.push({ at: now, units })
        }
        const oldest = spent[first]?.at ?? now
        return { accepted, share: used / quota, retryAfterMs: wholeSeconds(oldest + PERIOD_MS - now) }
      },
    }
  }
