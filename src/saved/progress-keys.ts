import { OLDEST_ANSWER_MS } from '../domain/checkpoint.ts'
import type { RunContext } from '../github/context.ts'
import type { CacheEntry } from '../github/progress-cache.ts'

/** Events that nobody without write access can start or shape. */
const TRUSTED_EVENTS: readonly string[] = ['workflow_dispatch', 'push']

/** A run that later runs may continue, and that may continue earlier ones: on the default branch, by a trusted event. */
export const isTrusted = ({ eventName, ref, defaultBranch }: RunContext): boolean =>
  // A schedule only ever runs on the default branch, and its payload may not name it.
  eventName === 'schedule' ||
  (TRUSTED_EVENTS.includes(eventName) && defaultBranch !== '' && ref === `refs/heads/${defaultBranch}`)

/** How this run's progress is called in the cache, and which earlier progress it may continue. */
export interface ProgressKeys {
  /** Of all runs of one audit in one class of trust. */
  readonly audit: string
  /** Of one run, all attempts. */
  readonly ofRun: (runId: string) => string
  /** The `n`th save of this step. */
  readonly save: (n: number) => string
  /** Where to look for something to continue, best first. */
  readonly restore: readonly string[]
  /** Only what this run itself saved may be continued. */
  readonly ownRunOnly: boolean
  /** What a copy is made for, as one text; one that was made for anything else is not read. */
  readonly belongsTo: string
}

/**
 * `step`: what no other step of this attempt is called, since the cache takes no key twice, and one job may audit the same
 * twice.
 */
export function progressKeysOf(context: RunContext, fingerprint: string, step: string): ProgressKeys {
  const ownRunOnly = !isTrusted(context)
  const audit = `aim-readiness-1-${fingerprint.slice(0, 16)}-${ownRunOnly ? 'run' : 'trusted'}-`
  const ofRun = (runId: string) => `${audit}${runId}-`
  const run = ofRun(context.runId)
  return {
    audit,
    ofRun,
    save: (n) => `${run}${context.runAttempt}-${step}-${String(n).padStart(6, '0')}`,
    restore: ownRunOnly ? [run] : [run, audit],
    ownRunOnly,
    belongsTo: JSON.stringify([
      context.repository.toLowerCase(),
      ownRunOnly ? `run ${context.runId}` : 'trusted',
      fingerprint,
    ]),
  }
}

interface Over {
  /** Prefixes of the runs that the audit took. */
  readonly runs: readonly string[]
  /** The entry that says that it has ended. */
  readonly kept: string
  readonly now: Date
}

/** Entries of an audit that has ended, and those that are too old for any. Another run's progress is not ours to remove. */
export const isOver =
  ({ runs, kept, now }: Over) =>
  ({ key, createdAt }: CacheEntry): boolean =>
    key !== kept &&
    (runs.some((prefix) => key.startsWith(prefix)) || Date.parse(createdAt) < now.getTime() - OLDEST_ANSWER_MS)
