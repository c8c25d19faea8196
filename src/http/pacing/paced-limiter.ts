import type { SavedPace } from '../../domain/checkpoint.ts'
import type { Clock } from '../../ports.ts'
import type { Admission, Leave } from '../admission.ts'
import type { HttpRequest } from '../send.ts'
import { Alarm, WaitingLine } from '../waiting.ts'
import { admissionAt, paceOf, type Ticket, ticketOf, withAdmitted } from './pace.ts'
import { type DocumentedLimit, paceStart, savedPace } from './pace-start.ts'
import { withAttempt } from './reaction.ts'
import { isSuspected } from './suspicion.ts'
import { type Told, withDocumented, withTold } from './told.ts'

/** How one limit domain fares, for people. */
export interface PaceReadout {
  readonly inFlight: number
  /** How many may be. */
  readonly window: number
  /** Units per second, of which a call costs one unless told otherwise, at which it is paced; `undefined`: as fast as the window lets through. */
  readonly perSecond: number | undefined
  /** How much longer nothing is sent; 0 when nothing is paused. */
  readonly pausedForMs: number
  /** Answers that said "too many requests", in all. */
  readonly throttled: number
}

export interface PacedLimiter extends Admission {
  readout(): PaceReadout
  /** For a later run. */
  saved(): SavedPace
  /** What an answer said of the limit, to what was sent at `sentAt`, in ms of the clock. */
  told(told: Told, sentAt: number): void
  /** The server documents another limit for us than was thought, in units per second. */
  documented(perSecond: number): void
}

/** Who waits to be sent. */
interface Waiting {
  readonly url: string
  /** In units. */
  readonly cost: number
}

/**
 * Keeps one limit domain at what the server allows, found from its answers alone; never more than `most` in flight.
 * `perSecond`: a rate that is kept instead; 0: find out. `saved`: what an earlier run found. `documented`: where it begins
 * if there is nothing else to go by. `costOf`: units that a request is expected to cost. First come, first served, but before
 * all others those of which it is not known why they were refused.
 */
export function pacedLimiterOf(options: {
  readonly most: number
  readonly perSecond?: number
  readonly saved?: SavedPace | undefined
  readonly documented?: DocumentedLimit | undefined
  readonly costOf?: (request: HttpRequest) => number
  readonly clock: Clock
  readonly random: () => number
}): PacedLimiter {
  const { most, perSecond = 0, saved, documented, costOf = () => 1, clock, random } = options
  let state = paceStart({ most, pinned: perSecond > 0 ? perSecond : null, saved, documented }, clock.now())
  const line = new WaitingLine<Leave, Waiting>(admitNext)
  const suspects = new WaitingLine<Leave, Waiting>(admitNext)
  const alarm = new Alarm(clock, () => admitNext())

  function admitNext(): void {
    let wakeAt: number | undefined
    while (line.length + suspects.length > 0 && wakeAt === undefined) {
      const now = clock.now()
      const at = admissionAt(state, now)
      if (at === null) break
      if (at > now) wakeAt = at
      else {
        // What a suspect says of the server is in doubt: another finds out whether it accepts again.
        const next = line.length === 0 || (suspects.length > 0 && state.spell === null) ? suspects : line
        next.serve(({ url, cost }) => {
          const ticket = ticketOf(state, cost)
          state = withAdmitted(state, now, cost)
          return leaveOf(url, ticket, now)
        })
      }
    }
    alarm.set(wakeAt)
  }

  // The time of admission is what the cycles are counted by; the attempt may begin a little later.
  const leaveOf =
    (url: string, ticket: Ticket, sentAt: number): Leave =>
    (attempt) => {
      state = withAttempt(state, url, { ...attempt, sentAt }, ticket, random())
      admitNext()
    }

  return {
    admit(request, signal) {
      const { url } = request
      const place = (isSuspected(state.suspicion, url) ? suspects : line).wait(signal, { url, cost: costOf(request) })
      admitNext()
      return place
    },
    readout: () => ({
      inFlight: state.inFlight,
      window: state.window,
      perSecond: paceOf(state) ?? undefined,
      pausedForMs: Math.max(0, Math.ceil(state.pausedUntil - clock.now())),
      throttled: state.throttled,
    }),
    saved: () => savedPace(state),
    told(told, sentAt) {
      state = withTold(state, told, sentAt, clock.now())
      admitNext()
    },
    documented(perSecond) {
      state = withDocumented(state, perSecond)
    },
  }
}
