import type { ErrorCategory, SubjectType } from '../domain/category.ts'
import type { DirectoryReading, SoftDeleted } from '../domain/directory-reading.ts'
import type { Divergence } from '../domain/divergence.ts'
import type { Failure, Reason } from '../domain/failure.ts'
import type { Conclusion, Incompleteness, Verdict } from '../domain/gate.ts'
import type { Prerequisites } from '../domain/prerequisites.ts'
import type { PrincipalType } from '../domain/principal.ts'
import type { Tally } from '../domain/tally.ts'
import type { CallCounts } from '../http/calls.ts'
import type { Judgement } from './judgement.ts'

/** What ended an audit: for people, no token, no directory text. */
export interface Fault {
  readonly reason: Reason
  readonly message: string
  /** What to do about it, plain Markdown; `''`: the message says so. */
  readonly action: string
}

/** A few rows for people to look at; all of them are in the files. */
export interface Samples {
  /** First divergent principals of a type that carry a category, at most `SAMPLE_SIZE` each, in listing order. */
  readonly principals: Readonly<Partial<Record<PrincipalType, Partial<Record<ErrorCategory, readonly Divergence[]>>>>>
  /** First ids of workspaces without federation. */
  readonly workspaces: readonly string[]
  readonly failures: readonly Failure[]
}

export const SAMPLE_SIZE = 10

export type ArtifactState =
  | { readonly state: 'uploaded'; readonly id: string; readonly url: string; readonly name: string }
  /** `off`: not asked for; `public`: withheld in a public repository; `nothing`: no file was written;
   * `post`: left to the post step, which has the time. */
  | { readonly state: 'off' | 'public' | 'nothing' | 'post' }
  | { readonly state: 'failed'; readonly why: string }

/** What a bulk source read of the tenant. */
export interface Directory {
  /** By every run that the audit took, in their order. */
  readonly readings: readonly DirectoryReading[]
  /** Those that the last reading did not find; `undefined`: it could not be told any more. */
  readonly softDeleted: readonly SoftDeleted[] | undefined
}

/** Where a continued audit stood when this run took it up. */
export interface ContinuedFrom {
  readonly runId: string
  readonly attempt: number
  readonly done: number
  readonly total: number
}

/** What became of the progress, as far as people need to know. */
export type ProgressState =
  /** `ended`: nothing is left to continue. `saved`: the next run goes on. */
  | { readonly state: 'ended' | 'saved' }
  /** `off`: by input; `public`: nothing is saved without a key in a public repository; `post`: the post step saves it. */
  | { readonly state: 'off' | 'public' }
  | { readonly state: 'post' }
  | { readonly state: 'failed'; readonly why: string }

/** Everything that is told about one audit, whoever it is told to; a summary, a JSON or an output is a view of it. */
export interface Report {
  readonly toolVersion: string
  readonly accountId: string
  readonly host: string
  readonly matchSource: 'databricks' | 'graph'
  /** What was read of the tenant; `undefined` where Databricks itself compared. */
  readonly directory: Directory | undefined
  /** ISO 8601, UTC. */
  readonly startedAt: string
  readonly finishedAt: string
  readonly durationSeconds: number
  readonly conclusion: Conclusion
  readonly warnOnly: boolean
  /** Why it is `incomplete`, in the order found. */
  readonly incompleteness: readonly Incompleteness[]
  readonly fault: Fault | undefined
  readonly tally: Tally
  readonly verdicts: readonly Verdict[]
  /** `undefined` when the audit could not even begin. */
  readonly judgement: Judgement | undefined
  /** `max-failures` as it was written. */
  readonly maxFailures: string
  /** How many could not be checked, by the text of the `error` cell. */
  readonly failureReasons: ReadonlyMap<string, number>
  readonly prerequisites: Prerequisites
  readonly samples: Samples
  readonly apiCalls: CallCounts
  /** Listings that gave fewer identities than they promised, or could not be read to the end. */
  readonly untrustedListings: readonly {
    readonly type: SubjectType
    readonly listed: number
    readonly promised: number | undefined
    /** What ended it, if anything did: for people, no token, no directory text; `''`: not known. */
    readonly why: string
  }[]
  /** Relative to the workspace. */
  readonly resultsPath: string
  /** Paths of what was written, relative to `resultsPath`. */
  readonly files: readonly string[]
  /** False in a public repository, where no name may be shown. */
  readonly showNames: boolean
  /** The run whose progress this one continued; `undefined` when it began anew. */
  readonly continuedFrom: ContinuedFrom | undefined
  /** Identities finished by this run itself. */
  readonly finishedHere: number
  /** Page with a heading for each error category, https; without it the summary links nowhere. */
  readonly docsUrl?: string | undefined
}
