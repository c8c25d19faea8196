import type { Clock } from '../ports.ts'
import type { Admission, Attempt } from './admission.ts'
import { canAdmit, limiterStart, withAdmitted, withAttempt, withWaiting } from './limiter-state.ts'
import { Alarm, WaitingLine } from './waiting.ts'

/** How one limit domain fares, for people. */
export interface LimiterReadout {
  readonly inFlight: number
  readonly window: number
  /** How much longer nothing is sent; 0 when nothing is paused. */
  readonly pausedForMs: number
  /** Answers that said "too many requests", in all. */
  readonly throttled: number
}

export interface Limiter extends Admission {
  readout(): LimiterReadout
}

/**
 * Keeps one limit domain within what the server takes: a window of requests in flight that grows while it is what holds
 * us up, up to `most`, and a pause of the whole domain when the server says "too many". First come, first served.
 */
export function limiterOf({ most, clock, random }: { most: number; clock: Clock; random: () => number }): Limiter {
  let state = limiterStart(most, clock.now())
  const line = new WaitingLine<(attempt: Attempt) => void>()
  const alarm = new Alarm(clock, () => admitNext())

  function admitNext(): void {
    while (line.length > 0 && canAdmit(state, clock.now())) {
      state = withAdmitted(state)
      line.serve(leaveOf(state.probing))
    }
    if (line.length > 0) state = withWaiting(state)
    alarm.set(line.length > 0 && clock.now() < state.pausedUntil ? state.pausedUntil : undefined)
  }

  const leaveOf = (wasProbe: boolean) => (attempt: Attempt) => {
    state = withAttempt(state, attempt, { wasProbe, chance: random() })
    admitNext()
  }

  return {
    admit(_request, signal) {
      const admission = line.wait(signal, admitNext)
      admitNext()
      return admission
    },
    readout: () => ({
      inFlight: state.inFlight,
      window: Math.floor(state.window),
      pausedForMs: Math.max(0, Math.ceil(state.pausedUntil - clock.now())),
      throttled: state.throttled,
    }),
  }
}
