import type { SubjectType } from './category.ts'
import type { DirectoryReading } from './directory-reading.ts'
import type { Range } from './done-set.ts'
import type { Conclusion, Incompleteness } from './gate.ts'
import type { PrincipalType } from './principal.ts'

/** Raised with every change of what is saved, but for what may be missing; another one is not read. */
export const STATE_SCHEMA = 2
/** Raised with every change of the rules that makes an old answer judge differently. */
export const RULES_VERSION = 1

/** One type's listing, as it was saved. */
export interface SavedListing {
  readonly type: PrincipalType
  readonly listed: number
  readonly promised: number | undefined
  readonly trusted: boolean
}

/** What was found out about one of the server's limits. */
export interface SavedPace {
  /** `open`: none was met. `paced`: so many requests a second. `crowded`: so many at a time. */
  readonly mode: 'open' | 'paced' | 'crowded'
  readonly perSecond: number
  readonly window: number
  /** So many seconds' worth may be spent at once, where a limit is kept for later. */
  readonly burstSeconds?: number | undefined
}

/** By limit domain. */
export interface SavedPaces {
  readonly list?: SavedPace | undefined
  readonly match?: SavedPace | undefined
  /** In resource units instead of requests; only where Graph is asked. */
  readonly graph?: SavedPace | undefined
}

/** What a resume needs to know; committed together with the results that it speaks of. */
export interface Checkpoint {
  readonly schema: number
  readonly toolVersion: string
  /** What was asked of whom; another audit's checkpoint is worth nothing. */
  readonly fingerprint: string
  /** One audit, however many runs it takes. */
  readonly auditId: string
  /** The run that committed last. */
  readonly run: { readonly id: string; readonly attempt: number }
  /** ISO 8601. */
  readonly startedAt: string
  readonly firstAnswerAt: string | undefined
  readonly committedAt: string
  /** Complete listings only. */
  readonly listings: readonly SavedListing[]
  /** Finished positions by type. */
  readonly done: Readonly<Partial<Record<PrincipalType, readonly Range[]>>>
  /** Length of the results log, in bytes, that this checkpoint speaks of. */
  readonly resultsBytes: number
  /** Where the next run begins to ask. */
  readonly paces: SavedPaces
  /** What each run so far read of the tenant, where it is read in bulk. */
  readonly directory: readonly DirectoryReading[]
  /** Set when there is nothing to continue. */
  readonly ended: Conclusion | 'discarded' | undefined
}

const HOUR_MS = 3_600_000
/** Answers older than this are no longer mixed with new ones, whatever the input says; a listing is one, too. */
export const OLDEST_ANSWER_MS = 72 * HOUR_MS
/** Clocks of two runners may differ this much. */
const CLOCK_SKEW_MS = 5 * 60_000

export type Refusal =
  | 'other-schema'
  | 'other-audit'
  | 'other-run'
  | 'finished'
  | 'untrusted'
  | 'too-old'
  | 'from-the-future'

export interface Expected {
  readonly fingerprint: string
  readonly maxAgeMs: number
  readonly now: Date
  /** A re-run continues its own run whatever its age input says; only its beginning limits it. */
  readonly runId: string
  /** What others began is none of this run's business. */
  readonly ownRunOnly: boolean
}

/** Why a checkpoint that is whole is not continued; `undefined` when it is. */
export function refusalOf(
  checkpoint: Checkpoint,
  { fingerprint, maxAgeMs, now, runId, ownRunOnly }: Expected,
): Refusal | undefined {
  const ownRun = checkpoint.run.id === runId
  if (checkpoint.schema !== STATE_SCHEMA) return 'other-schema'
  if (checkpoint.fingerprint !== fingerprint) return 'other-audit'
  if (ownRunOnly && !ownRun) return 'other-run'
  if (checkpoint.ended !== undefined) return 'finished'
  // The run that saved it had no time left to say so.
  if (checkpoint.listings.some(({ trusted }) => !trusted)) return 'untrusted'
  const age = (iso: string | undefined) => (iso === undefined ? 0 : now.getTime() - Date.parse(iso))
  const ages = [age(checkpoint.startedAt), age(checkpoint.committedAt), age(checkpoint.firstAnswerAt)]
  if (ages.some((ms) => Number.isNaN(ms) || ms < -CLOCK_SKEW_MS)) return 'from-the-future'
  // Every run that goes on commits anew, so the last commit alone would keep an old listing for ever.
  if (Math.max(age(checkpoint.startedAt), age(checkpoint.firstAnswerAt)) > OLDEST_ANSWER_MS) return 'too-old'
  return !ownRun && age(checkpoint.committedAt) > maxAgeMs ? 'too-old' : undefined
}

/** Reasons to be incomplete that leave something to do, which another run can. */
const CONTINUED: readonly Incompleteness[] = ['too-many-failures', 'cancelled', 'time-up', 'access-lost', 'unavailable']
/** What was found is not to be built upon, whatever else ended the audit. */
const DISCARDED: readonly Incompleteness[] = ['idp-unreadable', 'wrong-identities']

/** How an audit ended, as far as it matters to the next run. */
interface End {
  readonly conclusion: Conclusion
  readonly incompleteness: readonly Incompleteness[]
  readonly untrustedListings: readonly { readonly type: SubjectType }[]
}

/**
 * What a checkpoint says of its end: `undefined` while another run may go on. An error says nothing of what was found
 * before it: a sign-in that fails today must not cost the hours of yesterday. Nor do counts of a run that was stopped before
 * it came to anything, nor a list of workspaces, which every run reads anew.
 */
export function endOf({ conclusion, incompleteness, untrustedListings }: End): Checkpoint['ended'] {
  if (conclusion === 'error') return undefined
  if (conclusion !== 'incomplete') return conclusion
  const has = (reasons: readonly Incompleteness[]) => incompleteness.some((why) => reasons.includes(why))
  const isUntrusted = untrustedListings.some(({ type }) => type !== 'workspaces')
  return has(CONTINUED) && !has(DISCARDED) && !isUntrusted ? undefined : 'discarded'
}

const LEAST_INTERVAL_MS = 60_000
const MOST_INTERVAL_MS = 300_000
/** A runner is lost about once a day of running; more often would be pessimistic, and only costs saves. */
const MEAN_TIME_TO_LOSS_MS = 24 * HOUR_MS
/** What one run may put into the cache, so that it does not push out what others keep there. */
export const SAVED_BYTES_PER_RUN = 500_000_000

export interface SaveFacts {
  /** How long the last save took, and how large it was. */
  readonly costMs: number
  readonly bytes: number
  /** Saves in a row, up to the last, that did not succeed. */
  readonly failures: number
  /** Of all saves of this run so far. */
  readonly savedBytes: number
  /** Until the run has to stop. */
  readonly remainingMs: number
}

/**
 * How long to wait until the next save: the classic optimum of saving time against lost work, sqrt(2 × cost × time between
 * losses), within a minute and five; longer only where the run's share of the cache would not last, and twice as long
 * after every save that failed. `undefined`: no more.
 */
export function saveIntervalMs({ costMs, bytes, failures, savedBytes, remainingMs }: SaveFacts): number | undefined {
  const optimum = Math.sqrt(2 * costMs * MEAN_TIME_TO_LOSS_MS)
  const interval = Math.min(MOST_INTERVAL_MS, Math.max(LEAST_INTERVAL_MS, optimum)) * 2 ** Math.min(failures, 10)
  // The last save, at the end or from the post step, must still fit.
  const savesLeft = bytes === 0 ? Number.POSITIVE_INFINITY : Math.floor((SAVED_BYTES_PER_RUN - savedBytes) / bytes) - 1
  return savesLeft < 1 ? undefined : Math.max(interval, remainingMs / savesLeft)
}

/** May a copy of this size be saved? One that is not the last of its run leaves room for another. */
export const isAffordable = (bytes: number, savedBytes: number, isLast: boolean): boolean =>
  savedBytes + bytes * (isLast ? 1 : 2) <= SAVED_BYTES_PER_RUN
