import { AuditError, POLICIES } from '../domain/failure.ts'
import { type Outcome, outcomeOf } from '../domain/outcome.ts'
import type { PrincipalType } from '../domain/principal.ts'
import type { Account, MatchSource } from '../ports.ts'
import type { CallEnd } from './access.ts'

/** One identity to check. */
export interface Item {
  readonly type: PrincipalType
  /** Listing position, from 0. */
  readonly position: number
  readonly id: string
}

export interface Checked {
  readonly item: Item
  readonly outcome: Outcome
  readonly end: CallEnd
}

export interface CheckSources {
  readonly account: Account
  readonly source: MatchSource
  /** The ids were given by the user: one that does not exist is a failure, not gone. */
  readonly targeted: boolean
  readonly signal: AbortSignal
}

/** Asks the match source about one identity. Throws only what stops the run. */
export async function checked(item: Item, sources: CheckSources): Promise<Checked> {
  try {
    const match = await sources.source.match(item.type, item.id, sources.signal)
    const outcome = outcomeOf({ ...match, principal: { ...match.principal, id: item.id } })
    return { item, outcome, end: 'answered' }
  } catch (error) {
    const known = stoppedBy(error)
    return known.reason === 'not-found' ? await notFound(item, sources) : failed(item, known)
  }
}

/** The match source answered 404: only when SCIM does not know the identity either is it really gone. */
async function notFound(item: Item, sources: CheckSources): Promise<Checked> {
  try {
    const exists = await sources.account.exists(item.type, item.id, sources.signal)
    if (exists) return failed(item, new AuditError('endpoint-not-found', 'The match API is not there', { code: 404 }))
    if (sources.targeted) return failed(item, new AuditError('not-found', 'The identity does not exist', { code: 404 }))
    return { item, outcome: { kind: 'gone' }, end: 'other' }
  } catch (error) {
    return failed(item, stoppedBy(error))
  }
}

function stoppedBy(error: unknown): AuditError {
  if (!(error instanceof AuditError) || POLICIES[error.reason].stops === 'run') throw error
  return error
}

function failed({ type, position, id }: Item, { reason, code }: AuditError): Checked {
  const end: CallEnd =
    reason === 'forbidden'
      ? 'refused'
      : reason === 'endpoint-not-found'
        ? 'endpoint-missing'
        : reason === 'wrong-identity'
          ? 'wrong-identity'
          : 'other'
  return { item: { type, position, id }, outcome: { kind: 'failed', failure: { type, id, reason, code } }, end }
}
