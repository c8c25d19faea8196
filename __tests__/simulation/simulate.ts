import { AuditError } from '../../src/domain/failure.ts'
import { admissionAt, type Ticket, ticketOf, withAdmitted } from '../../src/http/pacing/pace.ts'
import { paceStart } from '../../src/http/pacing/pace-start.ts'
import type { PaceState } from '../../src/http/pacing/pace-state.ts'
import { withAttempt } from '../../src/http/pacing/reaction.ts'
import { commonStart, noTrials, stepAfter, type Trials, withSuccess } from '../../src/http/retry-policy.ts'
import { fakeRandom } from '../http/fake-clock.ts'
import { Agenda } from './agenda.ts'
import { MOST_IN_FLIGHT, type Model, RUN_MS, WARM_UP_MS } from './models.ts'
import { secondsUntil, sum } from './seconds.ts'
import { latencyMs } from './servers.ts'

/** How a model fared with one seed. Shares in percent. */
export interface Fare {
  /** Of what the server allowed after the warm-up. */
  readonly allowed: number
  /** Of the answers after the warm-up, those that said 429. */
  readonly refused: number
  /** Of what the server allowed, warm-up included. */
  readonly allowedInAll: number
  /** From the start, or the worst change of what is allowed, until 90 % of it is reached, in s. */
  readonly startS: number
  readonly recoveryS: number | undefined
  /** Of what all clients got, what the one with least did. */
  readonly leastShare: number
}

/** Something to ask about. */
interface Item {
  readonly url: string
  readonly trials: Trials
}

/** 20 minutes of a model in virtual time, with clients that always have something to ask. */
export function simulate(model: Model, seed: number, watch?: (now: number, state: PaceState) => void): Fare {
  const random = fakeRandom(seed * 7919 + 1)
  const server = model.server(fakeRandom(seed * 104_729 + 2))
  const agenda = new Agenda()
  const seconds = { accepted: new Float64Array(RUN_MS / 1000 + 1), refused: new Float64Array(RUN_MS / 1000 + 1) }
  const clients = model.clients ?? [{ fromMs: 0, toMs: RUN_MS }]
  const shares = clients.map(() => 0)
  const wayMs = () => (model.network === undefined ? 0 : latencyMs(model.network, random))

  const begin = (client: number, toMs: number) => {
    let state = paceStart({ most: MOST_IN_FLIGHT }, agenda.now)
    let wakesAt = Number.POSITIVE_INFINITY
    let begun = 0
    let common = commonStart
    const due: Item[] = []

    const send = () => {
      const ticket = ticketOf(state)
      const item = (state.spell === null ? due.shift() : undefined) ?? { url: `${begun++}`, trials: noTrials }
      const sentAt = agenda.now
      state = withAdmitted(state, sentAt)
      agenda.after(wayMs(), () => {
        const { accepted, latencyMs: takes, retryAfterMs } = server.receive(agenda.now)
        agenda.after(takes, () => {
          if (accepted) server.finish()
          agenda.after(wayMs(), () => end(item, ticket, sentAt, accepted, retryAfterMs))
        })
      })
    }
    const end = (item: Item, ticket: Ticket, sentAt: number, accepted: boolean, retryAfterMs: number | undefined) => {
      const endedAt = agenda.now
      const second = Math.floor(endedAt / 1000)
      const tally = accepted ? seconds.accepted : seconds.refused
      tally[second] = (tally[second] ?? 0) + 1
      if (accepted && endedAt > WARM_UP_MS) shares[client] = (shares[client] ?? 0) + 1
      const result = accepted ? 'answered' : 'throttled'
      state = withAttempt(state, item.url, { sentAt, endedAt, result, retryAfterMs }, ticket, random())
      watch?.(endedAt, state)
      if (accepted) common = withSuccess(common, endedAt)
      else again(item, retryAfterMs)
      admit()
    }
    const again = ({ url, trials }: Item, retryAfterMs: number | undefined) => {
      const failure = new AuditError('throttled', 'Too many', { retryAfterMs })
      const step = stepAfter(failure, trials, common, {
        now: agenda.now,
        chance: random(),
        patient: true,
        returns: true,
        most: MOST_IN_FLIGHT,
      })
      common = step.common
      if (step.go !== 'again') return
      agenda.after(step.afterMs, () => {
        due.push({ url, trials: step.trials })
        admit()
      })
    }
    const admit = () => {
      while (agenda.now < toMs) {
        const at = admissionAt(state, agenda.now)
        if (at === null) return
        if (at > agenda.now) {
          if (at < wakesAt || wakesAt <= agenda.now) {
            wakesAt = at
            agenda.at(at, () => {
              if (wakesAt !== at) return
              wakesAt = Number.POSITIVE_INFINITY
              admit()
            })
          }
          return
        }
        send()
      }
    }
    admit()
  }

  for (const [client, { fromMs, toMs }] of clients.entries()) agenda.at(fromMs, () => begin(client, toMs))
  agenda.run(RUN_MS)
  return fareOf(model, seconds.accepted, seconds.refused, shares)
}

function fareOf(model: Model, accepted: Float64Array, refused: Float64Array, shares: readonly number[]): Fare {
  const allowed = new Float64Array(RUN_MS / 1000).map((_, second) => model.perSecondAt(second * 1000))
  const warm = WARM_UP_MS / 1000
  const reach = (fromMs: number) => secondsUntil(accepted, fromMs / 1000, (second) => allowed[second] ?? 0)
  return {
    allowed: (100 * sum(accepted, warm)) / sum(allowed, warm),
    refused: (100 * sum(refused, warm)) / (sum(accepted, warm) + sum(refused, warm)),
    allowedInAll: (100 * sum(accepted)) / sum(allowed),
    startS: reach(0),
    recoveryS: model.changesAtMs && Math.max(...model.changesAtMs.map(reach)),
    leastShare: (100 * Math.min(...shares)) / shares.reduce((all, share) => all + share, 0),
  }
}
