/** What a server says to one request. Times in ms. */
export interface Reception {
  readonly accepted: boolean
  /** Until the answer leaves the server. */
  readonly latencyMs: number
  readonly retryAfterMs?: number | undefined
}

/** A server with a limit that its clients do not know. Stateful; made anew for each run. */
export interface Server {
  receive(nowMs: number): Reception
  /** An accepted request has been answered. */
  finish(): void
}

/** 0 to 1. */
export type Random = () => number
export type MakeServer = (random: Random) => Server

/** Refusing is quick. */
const REFUSAL_MS = 50

const gauss = (random: Random): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())

/** Log-normal. */
export interface Latency {
  readonly medianMs: number
  readonly sigma: number
}

export const USUAL: Latency = { medianMs: 250, sigma: 0.4 }
export const latencyMs = ({ medianMs, sigma }: Latency, random: Random): number =>
  medianMs * Math.exp(sigma * gauss(random))
export const meanMs = ({ medianMs, sigma }: Latency): number => medianMs * Math.exp(sigma ** 2 / 2)

const refusal = (retryAfterMs?: number): Reception => ({ accepted: false, latencyMs: REFUSAL_MS, retryAfterMs })
const nothing = (): void => {}

/** Tokens come steadily and are kept for `burstS` seconds; full at the start. No `Retry-After`. `load`: 0 to 1. */
export const bucket =
  (perSecondAt: (ms: number) => number, burstS: number, slowdown: (load: number) => number = () => 1): MakeServer =>
  (random) => {
    let tokens = perSecondAt(0) * burstS
    let [at, load] = [0, 0]
    return {
      receive(now) {
        const perSecond = perSecondAt(now)
        const passed = (now - at) / 1000
        tokens = Math.min(perSecond * burstS, tokens + passed * perSecond)
        // What was accepted in about the last 5 s, as a share of what is allowed.
        load *= Math.exp(-passed / 5)
        at = now
        if (tokens < 1) return refusal()
        tokens -= 1
        load += 1 / (5 * perSecond)
        return { accepted: true, latencyMs: latencyMs(USUAL, random) * slowdown(Math.min(1, load)) }
      },
      finish: nothing,
    }
  }

/** So many in each window of the server's clock, whose phase is chance. `Retry-After` in whole seconds, rounded up. */
export const fixedWindow =
  (quota: number, periodMs: number, { tells }: { tells: boolean }): MakeServer =>
  (random) => {
    const phase = random() * periodMs
    let [window, used] = [-1, 0]
    return {
      receive(now) {
        const current = Math.floor((now + phase) / periodMs)
        if (current !== window) [window, used] = [current, 0]
        const left = (current + 1) * periodMs - (now + phase)
        if (used >= quota) return refusal(tells ? Math.ceil(left / 1000) * 1000 : undefined)
        used += 1
        return { accepted: true, latencyMs: latencyMs(USUAL, random) }
      },
      finish: nothing,
    }
  }

/** So many in any stretch of `periodMs`. `Retry-After` until the oldest falls out. */
export const slidingWindow =
  (quota: number, periodMs: number): MakeServer =>
  (random) => {
    const times: number[] = []
    return {
      receive(now) {
        const oldest = times.at(-quota)
        if (oldest !== undefined && oldest > now - periodMs)
          return refusal(Math.ceil((oldest + periodMs - now) / 1000) * 1000)
        times.push(now)
        if (times.length > 2 * quota) times.splice(0, quota)
        return { accepted: true, latencyMs: latencyMs(USUAL, random) }
      },
      finish: nothing,
    }
  }

/** So many at a time. */
export const concurrency =
  (most: number): MakeServer =>
  (random) => {
    let under = 0
    return {
      receive() {
        if (under >= most) return refusal()
        under += 1
        return { accepted: true, latencyMs: latencyMs(USUAL, random) }
      },
      finish: () => {
        under -= 1
      },
    }
  }

/** So many workers with a queue before them: the nearer to saturation, the longer the wait; a full queue refuses. */
export const queue =
  (workers: number, places: number): MakeServer =>
  (random) => {
    const freeAt = new Array<number>(workers).fill(0)
    let under = 0
    return {
      receive(now) {
        if (under >= workers + places) return refusal()
        under += 1
        const soonest = freeAt.indexOf(Math.min(...freeAt))
        const end = Math.max(now, freeAt[soonest] ?? 0) + latencyMs(USUAL, random)
        freeAt[soonest] = end
        return { accepted: true, latencyMs: end - now }
      },
      finish: () => {
        under -= 1
      },
    }
  }

/** Both must have room. */
export const both =
  (one: MakeServer, other: MakeServer): MakeServer =>
  (random) => {
    const [first, second] = [one(random), other(random)]
    return {
      receive(now) {
        const reception = first.receive(now)
        if (!reception.accepted) return reception
        const then = second.receive(now)
        if (!then.accepted) first.finish()
        return then
      },
      finish() {
        first.finish()
        second.finish()
      },
    }
  }

/** Somebody else, who takes a steady share of the same limit at times. */
export const withNeighbour =
  (server: MakeServer, perSecond: number, fromMs: number, toMs: number): MakeServer =>
  (random) => {
    const shared = server(random)
    let next = fromMs
    return {
      receive(now) {
        for (; next <= Math.min(now, toMs); next += 1000 / perSecond) shared.receive(next)
        return shared.receive(now)
      },
      finish: () => shared.finish(),
    }
  }
