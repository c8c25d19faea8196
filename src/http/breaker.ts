import { AuditError } from '../domain/failure.ts'
import type { Clock } from '../ports.ts'
import type { Admission, Attempt } from './admission.ts'
import {
  type BreakerState,
  breakerStart,
  outageAt,
  type Passage,
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

/** One request that always fails says something of itself, not of the host: so often its failures count. */
const COUNTED_FAILURES = 3

/**
 * Stops sending while most of what is sent fails, and finds out by single probes when the host is back; waiting for that
 * costs nobody an attempt. When it was away for 30 minutes in all, everybody gets `AuditError` `outage`.
 */
export function breakerOf({ clock, server = 'Databricks' }: { clock: Clock; server?: string }): Breaker {
  let state: BreakerState = breakerStart
  const failures = new Map<string, number>()
  const line = new WaitingLine<Exclude<Passage, 'wait' | 'outage'>>()
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
      line.serve(passage)
    }
    alarm.set(line.length > 0 ? nextAt(state) : undefined)
  }

  const leaveOf = (url: string, wasProbe: boolean) => (attempt: Attempt) => {
    const answered = attempt.result === 'void' ? undefined : attempt.result !== 'transient'
    const counted = answered === undefined ? false : isCounted(url, answered)
    if (wasProbe) state = withProbed(state, answered, attempt.endedAt)
    else if (answered !== undefined && counted)
      state = withSample(state, { answered, sentAt: attempt.sentAt }, attempt.endedAt)
    admitNext()
  }

  function isCounted(url: string, answered: boolean): boolean {
    if (answered) {
      failures.delete(url)
      return true
    }
    const times = (failures.get(url) ?? 0) + 1
    failures.set(url, times)
    return times <= COUNTED_FAILURES
  }

  return {
    async admit({ url }, signal) {
      const passing = line.wait(signal, admitNext)
      admitNext()
      return leaveOf(url, (await passing) === 'probe')
    },
    isOpen: () => state.phase !== 'closed',
  }
}

const nextAt = (state: BreakerState): number | undefined => {
  if (state.phase === 'closed') return undefined
  return state.phase === 'open' ? Math.min(state.probeAt, outageAt(state)) : outageAt(state)
}
