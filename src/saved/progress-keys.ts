import type { RunContext } from '../github/context.ts'

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
  /** Of this run, all attempts. */
  readonly run: string
  /** The `n`th save of this attempt. */
  readonly save: (n: number) => string
  /** Where to look for something to continue, best first. */
  readonly restore: readonly string[]
  /** What a sealed copy is sealed for. */
  readonly belongsTo: string
}

export function progressKeysOf(context: RunContext, fingerprint: string, step: 'main' | 'post'): ProgressKeys {
  const trust = isTrusted(context) ? 'trusted' : 'run'
  const audit = `aim-readiness-1-${fingerprint.slice(0, 16)}-${trust}-`
  const run = `${audit}${context.runId}-`
  return {
    audit,
    run,
    save: (n) => `${run}${context.runAttempt}-${step}-${String(n).padStart(6, '0')}`,
    restore: trust === 'trusted' ? [run, audit] : [run],
    belongsTo: JSON.stringify([context.repository.toLowerCase(), trust, fingerprint]),
  }
}
