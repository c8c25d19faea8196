import { AuditError } from '../domain/failure.ts'
import type { Clock } from '../ports.ts'
import { resultOf } from './admission.ts'
import type { AskLayer } from './ask.ts'
import { EVERY_CALL } from './calls.ts'
import { pause } from './cancel.ts'
import { type Common, commonStart, noTrials, stepAfter, withAnswer, withSuccess } from './retry-policy.ts'

/**
 * Asks again as `POLICIES` allows, with growing, jittered pauses. Being throttled costs no attempt, but after 15 minutes
 * of it (30 when nobody gets through) the item is given up. A match is asked about again when all others are done, so it
 * is given up sooner: when it is refused for the third time while others pass, and at once when it is asked to wait for
 * long while `most` do. An item whose attempts are spent is kept while the host answers nobody else either, up to 15
 * minutes; once given up, a later call for the same URL gets no such patience.
 */
export function retrying({
  clock,
  random,
  most,
  server = 'Databricks',
}: {
  clock: Clock
  random: () => number
  most: number
  server?: string
}): AskLayer {
  let common: Common = commonStart
  const givenUp = new Set<string>()

  return (next) => async (request, decode, signal) => {
    let trials = noTrials
    for (;;) {
      let failure: AuditError
      try {
        const value = await next(request, decode, signal)
        common = withSuccess(common, clock.now())
        return value
      } catch (error) {
        if (!(error instanceof AuditError)) throw error
        failure = error
      }
      if (['answered', 'throttled'].includes(resultOf(failure))) common = withAnswer(common, clock.now())
      const patient = !givenUp.has(request.url)
      // What fails in matching gets a second pass.
      const returns = EVERY_CALL[request.call].domain === 'match'
      const step = stepAfter(failure, trials, common, { now: clock.now(), chance: random(), patient, returns, most })
      common = step.common
      if (step.go === 'outage')
        throw new AuditError('outage', `${server} asks to wait for more than 15 minutes`, { cause: failure })
      if (step.go === 'give-up') {
        if (resultOf(failure) !== 'answered') givenUp.add(request.url)
        throw failure
      }
      trials = step.trials
      await pause(clock, step.afterMs, signal)
    }
  }
}
