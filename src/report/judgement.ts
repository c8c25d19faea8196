import type { Redaction } from '../config/policy.ts'
import type { Change } from '../domain/baseline.ts'
import type { Finding, Mark } from '../domain/finding.ts'
import type { Judged, JudgedFinding } from '../domain/judgement/judge.ts'
import type { Step } from '../domain/judgement/steps.ts'

/** A file of policy and where it was read. */
export interface PolicyFileNote {
  /** Relative to the root of the repository. */
  readonly path: string
  /** `base`: of the commit that a pull request is for; `workspace`: as checked out. */
  readonly origin: 'base' | 'workspace'
  /** SHA. */
  readonly commit: string
  /** How what is proposed differs from it; `undefined`: not at all, or nothing is proposed. */
  readonly change: PolicyChange | undefined
}

export interface PolicyChange {
  readonly kind: 'added' | 'removed' | 'modified'
  /** First lines that are only on one side. */
  readonly added: readonly string[]
  readonly removed: readonly string[]
}

/** One earlier audit: how many identities differed, and how many blockers were not accepted. */
export interface TrendPoint {
  /** ISO 8601. */
  readonly finishedAt: string
  readonly divergent: number
  readonly blockers: number | undefined
}

export interface FindingSample {
  readonly finding: Finding
  readonly change: Change | undefined
  readonly accepted: readonly Mark[]
}

/** The first few of each kind, in listing order. */
export interface JudgementSamples {
  /** By the step that settles them. */
  readonly blockers: ReadonlyMap<Step, readonly FindingSample[]>
  /** New or changed since the baseline. */
  readonly fresh: readonly FindingSample[]
  readonly accepted: readonly FindingSample[]
}

/** Which result was judged, when it was not made by this run. */
export interface JudgedResult {
  readonly from: 'run' | 'folder' | 'prep-script'
  /** Shown as it is: the number of a run, or a path. */
  readonly shown: string
  /** https; `''` when there is no page. */
  readonly url: string
  /** ISO 8601; `''` when it does not tell. */
  readonly finishedAt: string
  readonly ageHours: number | undefined
  readonly maxAgeHours: number
}

/** All that judgement adds to a report. */
export interface Judgement {
  readonly judged: Judged
  readonly ready: boolean
  readonly newOnly: boolean
  readonly ratchet: boolean
  readonly redaction: Redaction
  readonly policyFiles: readonly PolicyFileNote[]
  /** Policy files that could not be looked for, each with why. */
  readonly policyUnknown: readonly string[]
  readonly samples: JudgementSamples
  /** Oldest first, without this one. */
  readonly trend: readonly TrendPoint[]
  /** `undefined`: this run's own audit. */
  readonly result: JudgedResult | undefined
}

const SAMPLE = 20
const BLOCKERS_A_STEP = 5

/** Keeps the first few findings to look at while all are judged. */
export class SampleKeeper {
  readonly #fresh: FindingSample[] = []
  readonly #accepted: FindingSample[] = []
  readonly #blockers = new Map<Step, FindingSample[]>()

  keep({ finding, change, accepted, class: of, step }: JudgedFinding): void {
    const sample = { finding, change, accepted }
    if (of === 'blocker' && step !== undefined) this.#keepBlocker(step, sample)
    if ((change === 'new' || change === 'changed') && this.#fresh.length < SAMPLE) this.#fresh.push(sample)
    if (accepted.length > 0 && this.#accepted.length < SAMPLE) this.#accepted.push(sample)
  }

  samples(): JudgementSamples {
    return { blockers: this.#blockers, fresh: [...this.#fresh], accepted: [...this.#accepted] }
  }

  #keepBlocker(step: Step, sample: FindingSample): void {
    const kept = this.#blockers.get(step)
    if (kept === undefined) this.#blockers.set(step, [sample])
    else if (kept.length < BLOCKERS_A_STEP) kept.push(sample)
  }
}
