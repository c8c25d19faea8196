import type { Attempt } from '../admission.ts'
import type { Ticket } from './pace.ts'
import { everyKind, isLonger, type Kind, kindOf, LONG_KINDS } from './refusal-kind.ts'

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
  /** The ceiling that the pace had before it reacted; `null`: it did not react to this one, or not first. */
  readonly ceiling: number | null
}

/** What refusals turned out to be about. Plain data; shares from 0 to 1. */
export interface Suspicion {
  /**
   * Of the refused requests that were sent again, which share was refused again; the last few count most. What asks to wait
   * for long is sent again so late that all the others would be judged first, and it by them: hence by kind.
   */
  readonly ownShare: Readonly<Record<Kind, number>>
  /** First refusals of late, beyond those that requests' own may account for. */
  readonly excess: number
  /** When the server last meant everybody, it said how long to wait. */
  readonly tells: boolean
  /** So many times a wait for long has yet to turn out to be everybody's before it is believed untried. */
  readonly unproven: Readonly<Record<Kind, number>>
  /** By URL; the oldest is forgotten first. */
  readonly refused: Readonly<Record<string, Refusal>>
}

/** Until requests that were refused have passed, a refusal is taken for its request's own. */
export const unsuspecting: Suspicion = {
  ownShare: everyKind(1),
  excess: 0,
  tells: false,
  unproven: everyKind(1),
  refused: {},
}

/** Where the limit is documented, it is what refusals are about, until they turn out otherwise. */
export const trusting: Suspicion = { ...unsuspecting, ownShare: everyKind(0), tells: true, unproven: everyKind(0) }

const OWN_MEMORY = 0.3
const MOSTLY_OWN = 0.5
/**
 * Five refusals beyond this share of the answers are too many to be requests' own. Twice the one in twenty that is to hold up
 * nobody, for chance lets several come at a time.
 */
const [SPRINKLED_SHARE, TOO_MANY] = [0.1, 5]
/** After the pace has reacted, two in a row are; and then each until something is accepted. */
const ALERT = 3
/** What passes only later may have been refused for a reason of its own that has gone. */
const FRESH_MS = 5_000
/** Once some were their requests' own, it takes more than one that was everybody's. */
const PROOFS_AFTER_OWN = 3
/** Of refusals that seem to be their requests' own, so many may be by the limit all the same. */
const LEAST_LIMIT_SHARE = 0.5
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
  /** Of the pace. */
  readonly ceiling: number
}

/** A refusal by the limit. */
export interface Limit {
  readonly attempt: Attempt
  readonly ticket: Ticket
  /** What it asks for is known to hold for all. */
  readonly holdsForAll: boolean
  /** There had to be too many of them before the pace reacted, so by now it is too high. */
  readonly isLate: boolean
}

interface Judgement {
  readonly suspicion: Suspicion
  /** A refusal that the pace is to react to, as if it came now; `undefined`: there is none. */
  readonly limit?: Limit
  /** The pace had reacted to what turns out to be its request's own: the ceiling that it had before. */
  readonly regained?: number | null
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
  if (earlier === undefined || standing.closed) return refusedFirst(before, url, attempt, standing)
  const suspicion = remembering(withOwn(before, earlier.kind, 1), url, attempt, standing.ticket, 'own')
  return { suspicion, regained: earlier.ceiling }
}

function refusedFirst(before: Suspicion, url: string, attempt: Attempt, standing: Standing): Judgement {
  const { ticket, closed, reactedAt } = standing
  const excess = before.excess + 1
  const kind = kindOf(attempt.retryAfterMs)
  const isDoubted = before.ownShare[kind] > MOSTLY_OWN
  // One more than there may be in flight is there to be refused.
  const waits = isDoubted && excess < TOO_MANY && !ticket.widens
  if (waits) return { suspicion: remembering({ ...before, excess }, url, attempt, ticket, 'suspected') }
  // That there are too many tells as well, and sooner than what becomes of those that wait for long.
  const isTelling = isDoubted && !ticket.widens && !closed && attempt.sentAt >= reactedAt && isMostOf(before, kind)
  const after = { ...(isTelling ? withOwn(before, kind, 0) : before), excess }
  // What it asks for may hold for its request alone: who is asked next tells, unless it is known.
  const isProven = !isDoubted && (kind === 'short' ? before.tells : before.unproven[kind] === 0)
  const holdsForAll = isProven || (closed && kind === 'short')
  const limit = { attempt, ticket, holdsForAll, isLate: isDoubted && !ticket.widens }
  // What was sent before the reaction is explained by it.
  if (attempt.sentAt < reactedAt) return { suspicion: after, limit }
  const alert = { ...after, excess: closed ? excess : Math.min(excess, ALERT) }
  const ceiling = closed ? null : standing.ceiling
  return { suspicion: remembering(alert, url, attempt, ticket, 'limit', ceiling), limit }
}

/** Of the refusals of late. */
function isMostOf({ refused }: Suspicion, kind: Kind): boolean {
  const last = Object.values(refused).slice(1 - TOO_MANY)
  return last.filter((refusal) => refusal.kind === kind).length > last.length / 2
}

function passed(before: Suspicion, url: string, { endedAt }: Attempt, { closed, reactedAt }: Standing): Judgement {
  const { excess } = before
  const after = excess === 0 ? before : { ...before, excess: closed ? 0 : Math.max(0, excess - SPRINKLED_SHARE) }
  const earlier = refusalOf(before, url)
  if (earlier === undefined) return { suspicion: after }
  const { [url]: _, ...refused } = before.refused
  const forgotten = { ...after, refused }
  if (earlier.is === 'own' || (earlier.is === 'suspected' && earlier.sentAt < reactedAt))
    return { suspicion: forgotten }
  const suspicion = { ...withOwn(forgotten, earlier.kind, 0), tells: earlier.isHinted }
  if (earlier.is === 'limit' || closed || endedAt - earlier.endedAt > FRESH_MS) return { suspicion }
  const again = { sentAt: endedAt, endedAt, result: 'throttled' } as const
  return { suspicion, limit: { attempt: again, ticket: earlier.ticket, holdsForAll: false, isLate: false } }
}

/** How much of a refusal that the pace did not react to is by the limit. */
export const limitShare = ({ ownShare }: Suspicion, { retryAfterMs }: Attempt): number =>
  Math.max(LEAST_LIMIT_SHARE, 1 - ownShare[kindOf(retryAfterMs)])

/** Others passed before the time was over that a refusal had asked for. `isOwn`: it was its request's own. */
export const disproved = (suspicion: Suspicion, kind: Kind, isOwn: boolean): Suspicion =>
  isOwn ? withOwn(suspicion, kind, 1) : unproved(suspicion, kind)

/** Nobody passed before the time was over. Who tells the truth of a long wait does of a shorter one. */
export function proved(suspicion: Suspicion, kind: Kind): Suspicion {
  const { unproven } = suspicion
  const kinds = alikeOf(suspicion, kind).filter((each) => !isLonger(each, kind))
  const proven = kinds.map((each) => [each, Math.max(0, unproven[each] - 1)])
  return { ...suspicion, unproven: { ...unproven, ...Object.fromEntries(proven) } }
}

const unproved = (suspicion: Suspicion, kind: Kind): Suspicion => ({
  ...suspicion,
  unproven: { ...suspicion.unproven, [kind]: PROOFS_AFTER_OWN },
})

function withOwn(suspicion: Suspicion, kind: Kind, isOwn: 0 | 1): Suspicion {
  const { ownShare } = suspicion
  const kinds = isOwn === 1 ? [kind] : alikeOf(suspicion, kind)
  const shares = kinds.map((each) => [each, ownShare[each] + OWN_MEMORY * (isOwn - ownShare[each])])
  const after = { ...suspicion, ownShare: { ...ownShare, ...Object.fromEntries(shares) } }
  return isOwn === 1 ? unproved(after, kind) : after
}

/** It, and if it is long, the other long ones of which none is, or may yet turn out to be, a request's own. */
function alikeOf({ refused }: Suspicion, kind: Kind): readonly Kind[] {
  if (kind === 'short') return [kind]
  const apart = new Set(Object.values(refused).flatMap((refusal) => (refusal.is === 'limit' ? [] : [refusal.kind])))
  return LONG_KINDS.filter((each) => each === kind || !apart.has(each))
}

function remembering(
  suspicion: Suspicion,
  url: string,
  attempt: Attempt,
  ticket: Ticket,
  is: Refusal['is'],
  ceiling: number | null = null,
): Suspicion {
  const { sentAt, endedAt, retryAfterMs } = attempt
  const refusal: Refusal = {
    sentAt,
    endedAt,
    ticket,
    isHinted: retryAfterMs !== undefined,
    kind: kindOf(retryAfterMs),
    is,
    ceiling,
  }
  const entries = Object.entries({ ...suspicion.refused, [url]: refusal })
  return { ...suspicion, refused: Object.fromEntries(entries.slice(-MOST_REMEMBERED)) }
}
