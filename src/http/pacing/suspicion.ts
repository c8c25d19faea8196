import type { Attempt } from '../admission.ts'
import { isLong } from '../long-wait.ts'
import type { Ticket } from './pace.ts'

/** Does it ask to wait for long? */
type Kind = 'long' | 'short'

/** A refusal whose request has not passed since. */
interface Refusal {
  readonly sentAt: number
  readonly endedAt: number
  readonly ticket: Ticket
  /** The server said how long to wait. */
  readonly isHinted: boolean
  readonly kind: Kind
  /**
   * `suspected`: whether it is about the request or about the limit will show when the request is sent again. `limit`: the
   * pace reacted to it at once. `own`: the request was refused again while others passed.
   */
  readonly is: 'suspected' | 'limit' | 'own'
}

/** What refusals turned out to be about. Plain data; shares from 0 to 1. */
export interface Suspicion {
  /**
   * Of the refused requests that were sent again, which share was refused again; the last few count most. What asks to wait
   * for long is sent again so late that all the others would be judged first, and it by them.
   */
  readonly ownShare: Readonly<Record<Kind, number>>
  /** Of the last answers, which share were first refusals. */
  readonly refusedShare: number
  /** When the server last meant everybody, it said how long to wait. */
  readonly tells: boolean
  /** By URL; the oldest is forgotten first. */
  readonly refused: Readonly<Record<string, Refusal>>
}

/** Until requests that were refused have passed, a refusal is taken for its request's own. */
export const unsuspecting: Suspicion = { ownShare: { long: 1, short: 1 }, refusedShare: 0, tells: false, refused: {} }

/** Where the limit is documented, it is what refusals are about, until they turn out otherwise. */
export const trusting: Suspicion = { ...unsuspecting, ownShare: { long: 0, short: 0 }, tells: true }

const OWN_MEMORY = 0.3
const MOSTLY_OWN = 0.5
/** Five refusals in a row, or half of a dozen answers, are more than requests of their own account for. */
const [REFUSED_MEMORY, MOST_SPRINKLED] = [1 / 16, 0.25]
/** After the pace has reacted, two in a row are; and then each until something is accepted. */
const ALERT = 0.18
/** What passes only later may have been refused for a reason of its own that has gone. */
const FRESH_MS = 5_000
const MOST_REMEMBERED = 1_000

/** Nearly always there is none, and then the URL, which is another each time, need not be made a property name. */
function refusalOf({ refused }: Suspicion, url: string): Refusal | undefined {
  for (const _ in refused) return refused[url]
  return undefined
}

/** Is it still to be found out what its refusal was about? Then its next try is worth more than another's first. */
export const isSuspected = (suspicion: Suspicion, url: string): boolean => refusalOf(suspicion, url)?.is === 'suspected'

/** How the pace stands when an attempt is over. */
interface Standing {
  /** Of the attempt. */
  readonly ticket: Ticket
  readonly reactedAt: number
  /** Nothing was accepted since it last reacted, and the attempt is later than that. */
  readonly closed: boolean
}

interface Judgement {
  readonly suspicion: Suspicion
  /** A refusal that the pace is to react to, as if it came now; `undefined`: there is none. */
  readonly limit?: { readonly attempt: Attempt; readonly ticket: Ticket }
}

/**
 * Tells apart the refusals that say something of one request from those that say something of the server, by what becomes
 * of the request when it is sent again: refused while others pass, it was its own; accepted, it was the limit. While most
 * are their requests' own, the pace reacts only then, or when there are too many at a time; otherwise it reacts at once.
 */
export function judged(before: Suspicion, url: string, attempt: Attempt, standing: Standing): Judgement {
  if (attempt.result === 'answered') return passed(before, url, attempt, standing)
  const earlier = refusalOf(before, url)
  if (attempt.result !== 'throttled' || earlier?.is === 'own') return { suspicion: before }
  return earlier !== undefined && !standing.closed
    ? { suspicion: remembering(withOwn(before, earlier.kind, 1), url, attempt, standing.ticket, 'own') }
    : refusedFirst(before, url, attempt, standing)
}

function refusedFirst(before: Suspicion, url: string, attempt: Attempt, standing: Standing): Judgement {
  const { ticket, closed, reactedAt } = standing
  const refusedShare = before.refusedShare + REFUSED_MEMORY * (1 - before.refusedShare)
  const kind = kindOf(attempt)
  const isDoubted = before.ownShare[kind] > MOSTLY_OWN
  // One more than there may be in flight is there to be refused.
  const waits = isDoubted && refusedShare <= MOST_SPRINKLED && !ticket.widens
  if (waits) return { suspicion: remembering({ ...before, refusedShare }, url, attempt, ticket, 'suspected') }
  // That there are too many tells as well, and sooner than what becomes of those that wait for long.
  const isTelling = isDoubted && !ticket.widens && !closed && attempt.sentAt >= reactedAt
  const after = { ...(isTelling ? withOwn(before, kind, 0) : before), refusedShare }
  // What it asks for may hold for its request alone: who is asked next tells, unless it is known.
  const isKnown = closed || (before.tells && !isDoubted)
  const limit = { attempt: isKnown ? attempt : { ...attempt, retryAfterMs: undefined }, ticket }
  // What was sent before the reaction is explained by it.
  if (attempt.sentAt < reactedAt) return { suspicion: after, limit }
  const alert = { ...after, refusedShare: closed ? refusedShare : Math.min(refusedShare, ALERT) }
  return { suspicion: remembering(alert, url, attempt, ticket, 'limit'), limit }
}

function passed(before: Suspicion, url: string, { endedAt }: Attempt, { closed, reactedAt }: Standing): Judgement {
  const { refusedShare } = before
  const after = refusedShare === 0 ? before : { ...before, refusedShare: refusedShare * (1 - REFUSED_MEMORY) }
  const earlier = refusalOf(before, url)
  if (earlier === undefined) return { suspicion: after }
  const { [url]: _, ...refused } = before.refused
  const forgotten = { ...after, refused }
  if (earlier.is === 'own' || (earlier.is === 'suspected' && earlier.sentAt < reactedAt))
    return { suspicion: forgotten }
  const suspicion = { ...withOwn(forgotten, earlier.kind, 0), tells: earlier.isHinted }
  if (earlier.is === 'limit' || closed || endedAt - earlier.endedAt > FRESH_MS) return { suspicion }
  return { suspicion, limit: { attempt: { sentAt: endedAt, endedAt, result: 'throttled' }, ticket: earlier.ticket } }
}

const kindOf = ({ retryAfterMs }: Attempt): Kind => (isLong(retryAfterMs) ? 'long' : 'short')

const withOwn = (suspicion: Suspicion, kind: Kind, isOwn: 0 | 1): Suspicion => {
  const share = suspicion.ownShare[kind]
  return { ...suspicion, ownShare: { ...suspicion.ownShare, [kind]: share + OWN_MEMORY * (isOwn - share) } }
}

function remembering(
  suspicion: Suspicion,
  url: string,
  attempt: Attempt,
  ticket: Ticket,
  is: Refusal['is'],
): Suspicion {
  const { sentAt, endedAt, retryAfterMs } = attempt
  const refusal: Refusal = { sentAt, endedAt, ticket, isHinted: retryAfterMs !== undefined, kind: kindOf(attempt), is }
  const entries = Object.entries({ ...suspicion.refused, [url]: refusal })
  return { ...suspicion, refused: Object.fromEntries(entries.slice(-MOST_REMEMBERED)) }
}
