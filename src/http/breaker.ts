import { AuditError } from '../domain/failure.ts'
import type { Clock } from '../ports.ts'
import type { Admission, Leave } from './admission.ts'
import {
  type BreakerState,
  breakerStart,
  outageAt,
  passageOf,
  withProbe,
  withProbed,
  withSample,
} from './breaker-state.ts'
import { Alarm, WaitingLine } from './waiting.ts'

export interface Breaker extends Admission {
  /** Is nothing sent because the host is away? */
  isOpen(): boolean
}

/**
 * Stops sending while most of what is sent fails, and finds out by single probes when the host is back; waiting for that
 * costs nobody an attempt. When it was away for 30 minutes in all, everybody gets `AuditError` `outage`.
 */
export function breakerOf({ clock, server = 'Databricks' }: { clock: Clock; server?: string }): Breaker {
  let state: BreakerState = breakerStart
  const failing = new Set<string>()
  const line = new WaitingLine<Leave, { readonly url: string }>(admitNext)
  const alarm = new Alarm(clock, () => admitNext())

  function admitNext(): void {
    while (line.length > 0) {
      const passage = passageOf(state, clock.now())
      if (passage === 'wait') break
      if (passage === 'outage') {
        line.dismiss(new AuditError('outage', `${server} did not answer for 30 minutes in all`))
        break
      }
      if (passage === 'probe') state = withProbe(state)
      line.serve(({ url }) => leaveOf(url, passage === 'probe'))
    }
    alarm.set(line.length > 0 ? nextAt(state) : undefined)
  }

  const leaveOf =
    (url: string, wasProbe: boolean): Leave =>
    (attempt) => {
      const answered = attempt.result === 'void' ? undefined : attempt.result !== 'transient'
      // What fails again says something of itself, not of the host.
      const isNews = answered !== false || !failing.has(url)
      if (answered === false) failing.add(url)
      else if (answered) failing.delete(url)
      if (wasProbe) state = withProbed(state, answered, attempt.endedAt)
      else if (answered !== undefined && isNews)
        state = withSample(state, { answered, sentAt: attempt.sentAt }, attempt.endedAt)
      admitNext()
    }

  return {
    admit({ url }, signal) {
      if (state.phase === 'closed' && line.length === 0 && !signal.aborted) return leaveOf(url, false)
      const passing = line.wait(signal, { url })
      admitNext()
      return passing
    },
    isOpen: () => state.phase !== 'closed',
  }
}

const nextAt = (state: BreakerState): number | undefined => {
  if (state.phase === 'closed') return undefined
  return state.phase === 'open' ? Math.min(state.probeAt, outageAt(state)) : outageAt(state)
}
