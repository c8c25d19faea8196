import type { Clock } from '../ports.ts'
import type { Admission, Attempt } from './admission.ts'
import type { CallName } from './calls.ts'
import {
  type BudgetState,
  budgetStart,
  spendableAt,
  type Told,
  UNITS,
  withRefusal,
  withSpent,
  withTold,
  withUsers,
  withWaiting,
} from './resource-units-state.ts'
import type { HttpAnswer, Layer } from './send.ts'
import { Alarm, WaitingLine } from './waiting.ts'

export interface ResourceUnits extends Admission {
  /** Reads what answers say of the budget. */
  readonly observed: Layer
  /** How many users the tenant has: its budget follows from that. */
  tenantHas(users: number): void
  readout(): { readonly perSecond: number }
}

const unitsOf = (call: CallName): number => (Object.hasOwn(UNITS, call) ? UNITS[call as keyof typeof UNITS] : 1)

/** Keeps an application within the resource units that Graph gives it, which it learns from what Graph answers. */
export function resourceUnits({ clock }: { clock: Clock }): ResourceUnits {
  let state: BudgetState = budgetStart(clock.now())
  const line = new WaitingLine<undefined>()
  const waiting: { readonly units: number; gone: boolean }[] = []
  const alarm = new Alarm(clock, () => admitNext())

  function admitNext(): void {
    while (line.length > 0 && spendableAt(state) <= clock.now()) {
      while (waiting[0]?.gone === true) waiting.shift()
      state = withSpent(state, waiting.shift()?.units ?? 0, clock.now())
      line.serve(undefined)
    }
    if (line.length > 0) state = withWaiting(state)
    alarm.set(line.length > 0 ? spendableAt(state) : undefined)
  }

  const leave = ({ sentAt, endedAt, result }: Attempt): void => {
    if (result === 'throttled') state = withRefusal(state, sentAt, endedAt)
  }

  return {
    async admit({ call }, signal) {
      const place = { units: unitsOf(call), gone: false }
      const served = line.wait(signal, () => {
        place.gone = true
        admitNext()
      })
      if (!signal.aborted) waiting.push(place)
      admitNext()
      await served
      return leave
    },
    observed: (next) => async (request, signal) => {
      const answer = await next(request, signal)
      state = withTold(state, unitsOf(request.call), toldBy(answer), clock.now())
      return answer
    },
    tenantHas: (users) => {
      state = withUsers(state, users, clock.now())
    },
    readout: () => ({ perSecond: state.perSecond }),
  }
}

function toldBy({ headers }: HttpAnswer): Told {
  const numberIn = (name: string) => {
    const text = String(headers[name] ?? '')
    return /^\d{1,6}(\.\d{1,6})?$/.test(text) ? Number(text) : undefined
  }
  return { units: numberIn('x-ms-resource-unit'), share: numberIn('x-ms-throttle-limit-percentage') }
}
