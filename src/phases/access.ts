import { type AuditError, POLICIES } from '../domain/failure.ts'
import type { Incompleteness } from '../domain/gate.ts'

/** So many calls must end alike before they speak for the whole API. */
const FIRST_CALLS = 10
/** So many confirmed answers for another identity: something between us and Databricks mixes answers up. */
const WRONG_IDENTITIES = 3
/** So many refusals in a row are confirmed by a canary: an identity that was answered before is asked again. */
const REFUSALS_BEFORE_CANARY = 3

/** An error on a listing after which nothing else can succeed either: the account refuses us, or is not the one we mean. */
export const refusesAccess = ({ reason }: AuditError): boolean =>
  POLICIES[reason].stops === 'run' || reason === 'forbidden' || reason === 'unauthorized' || reason === 'not-found'

/** How one call of phase 3 ended, as far as it says something about the whole. */
export type CallEnd = 'answered' | 'refused' | 'endpoint-missing' | 'wrong-identity' | 'other'

/** What the ends of all calls so far say. Pure data; `afterCall` makes the next. */
export interface Standing {
  readonly ended: number
  readonly answered: number
  readonly refusedInARow: number
  readonly wrongIdentities: number
  readonly firstEnds: readonly CallEnd[]
}

export const FIRST_STANDING: Standing = { ended: 0, answered: 0, refusedInARow: 0, wrongIdentities: 0, firstEnds: [] }

/**
 * `broken`: nothing was ever answered, so there is nothing to keep. `stop`: what is done is kept.
 * `canary`: ask an identity again that was answered before, then judge.
 */
export type Step =
  | { readonly step: 'go-on' }
  | { readonly step: 'canary' }
  | { readonly step: 'stop'; readonly why: Incompleteness }
  | { readonly step: 'broken'; readonly reason: 'forbidden' | 'endpoint-not-found' }

export function afterCall(standing: Standing, end: CallEnd): Standing {
  return {
    ended: standing.ended + 1,
    answered: standing.answered + (end === 'answered' ? 1 : 0),
    refusedInARow: end === 'refused' ? standing.refusedInARow + 1 : end === 'answered' ? 0 : standing.refusedInARow,
    wrongIdentities: standing.wrongIdentities + (end === 'wrong-identity' ? 1 : 0),
    firstEnds: standing.firstEnds.length < FIRST_CALLS ? [...standing.firstEnds, end] : standing.firstEnds,
  }
}

/** `all`: how many calls there are to make; a short audit is judged when it has no more to ask. */
export function stepAfter(standing: Standing, all: number): Step {
  const { ended, answered, refusedInARow, wrongIdentities, firstEnds } = standing
  if (wrongIdentities >= WRONG_IDENTITIES) return { step: 'stop', why: 'wrong-identities' }
  if (firstEnds.length === FIRST_CALLS && ended === FIRST_CALLS && firstEnds.every((end) => end === 'endpoint-missing'))
    return { step: 'broken', reason: 'endpoint-not-found' }
  if (answered === 0 && refusedInARow > 0 && (refusedInARow >= FIRST_CALLS || ended >= all))
    return { step: 'broken', reason: 'forbidden' }
  if (answered > 0 && refusedInARow > 0 && refusedInARow % REFUSALS_BEFORE_CANARY === 0) return { step: 'canary' }
  return { step: 'go-on' }
}
