import type { SavedPace } from '../../domain/checkpoint.ts'
import type { Clock } from '../../ports.ts'
import type { Admission, Attempt } from '../admission.ts'
import { Alarm, WaitingLine } from '../waiting.ts'
import { OwnRefusals } from './own-refusals.ts'
import { admissionAt, paceOf, type Ticket, ticketOf, withAdmitted } from './pace.ts'
import { paceStart, savedPace } from './pace-state.ts'
import { withAttempt } from './reaction.ts'

/** How one limit domain fares, for people. */
export interface PaceReadout {
  readonly inFlight: number
  /** How many may be. */
  readonly window: number
  /** Requests per second at which it is paced; `undefined`: as fast as the window lets through. */
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
}

/**
 * Keeps one limit domain at what the server allows, found from its answers alone; never more than `most` in flight.
 * `perSecond`: a rate that is kept instead; 0: find out. `saved`: what an earlier run found. First come, first served.
 */
export function pacedLimiterOf(options: {
  readonly most: number
  readonly perSecond?: number
  readonly saved?: SavedPace | undefined
  readonly clock: Clock
  readonly random: () => number
}): PacedLimiter {
  const { most, perSecond = 0, saved, clock, random } = options
  let state = paceStart({ most, pinned: perSecond > 0 ? perSecond : null, saved }, clock.now())
  const ownRefusals = new OwnRefusals()
  const line = new WaitingLine<{ ticket: Ticket; sentAt: number }>()
  const alarm = new Alarm(clock, () => admitNext())

  function admitNext(): void {
    let wakeAt: number | undefined
    while (line.length > 0 && wakeAt === undefined) {
      const now = clock.now()
      const at = admissionAt(state, now)
      if (at === null) break
      if (at > now) wakeAt = at
      else {
        const ticket = ticketOf(state)
        state = withAdmitted(state, now)
        line.serve({ ticket, sentAt: now })
      }
    }
    alarm.set(wakeAt)
  }

  // The time of admission is what the cycles are counted by; the attempt may begin a little later.
  const leaveOf = (url: string, ticket: Ticket, sentAt: number) => (attempt: Attempt) => {
    const result = ownRefusals.read(url, attempt.result, state.spell === null)
    state = withAttempt(state, { ...attempt, sentAt, result }, ticket, random())
    admitNext()
  }

  return {
    async admit({ url }, signal) {
      const place = line.wait(signal, admitNext)
      admitNext()
      const { ticket, sentAt } = await place
      return leaveOf(url, ticket, sentAt)
    },
    readout: () => ({
      inFlight: state.inFlight,
      window: state.window,
      perSecond: paceOf(state) ?? undefined,
      pausedForMs: Math.max(0, Math.ceil(state.pausedUntil - clock.now())),
      throttled: state.throttled,
    }),
    saved: () => savedPace(state),
  }
}
