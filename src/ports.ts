import type { GroupMember } from './domain/directory-match.ts'
import type { SoftDeleted, TypeReading } from './domain/directory-reading.ts'
import type { Divergence } from './domain/divergence.ts'
import type { Failure } from './domain/failure.ts'
import type { Match } from './domain/match.ts'
import type { Outcome } from './domain/outcome.ts'
import type { PrincipalType } from './domain/principal.ts'
import type { Workspace } from './domain/workspace.ts'

/** Time as an argument. `now` is monotonic, so a clock that jumps or a machine that sleeps expires nothing. */
export interface Clock {
  /** Monotonic, in ms. */
  now(): number
  /** Wall-clock time, for what people read and for `Retry-After` dates. */
  date(): Date
  /** Rejects with the signal's reason when it is aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
}

/** One page of a SCIM listing, as received. */
export interface ListingPage {
  readonly principals: readonly ListedPrincipal[]
  /** `totalResults`. */
  readonly promised: number
}

/** What a listing tells of a principal; what it does not tell is `''` or `undefined`. */
export interface ListedPrincipal {
  /** Decimal digits; anything else never leaves the adapter. */
  readonly id: string
  /** The unique name: user name, display name or application id. */
  readonly name: string
  readonly externalId: string
  readonly active: boolean | undefined
  /** Values of `roles`; of service principals only. */
  readonly roles: readonly string[]
}

/** The Databricks account: what exists. Every method throws `AuditError` only. */
export interface Account {
  workspaces(signal: AbortSignal): Promise<readonly Workspace[]>
  /** One page from `startIndex` (1-based), at most 100 principals. */
  page(type: PrincipalType, startIndex: number, signal: AbortSignal): Promise<ListingPage>
  /** Does SCIM still know this principal? Tells a deleted identity from a missing endpoint. */
  exists(type: PrincipalType, id: string, signal: AbortSignal): Promise<boolean>
}

/** The IdP's side: what it says of one principal. */
export interface MatchSource {
  /** Throws `AuditError`; reason `not-found` when the source answers 404. */
  match(type: PrincipalType, id: string, signal: AbortSignal): Promise<Match>
}

/** What a match source that reads in bulk asks of Databricks besides the listing. Every method throws `AuditError` only. */
export interface Principals {
  /** `undefined`: Databricks does not know it. */
  find(type: PrincipalType, id: string, signal: AbortSignal): Promise<ListedPrincipal | undefined>
  /** Direct members of a group. Reason `not-found` when there is no such group. */
  members(groupId: string, signal: AbortSignal): Promise<readonly GroupMember[]>
}

/** A match source that reads both sides in bulk before it answers. Every method throws `AuditError` only. */
export interface BulkMatchSource extends MatchSource {
  /** May we read what there is to read? The error names the permission that is missing. */
  preflight(types: readonly PrincipalType[], signal: AbortSignal): Promise<void>
  /** Principals as a listing with detail `whole` tells them; saves asking for them again. */
  learn(type: PrincipalType, principals: readonly ListedPrincipal[]): void
  /** So many principals of a type are about to be listed: what does not depend on who they are may be read meanwhile. */
  expect(type: PrincipalType, promised: number, signal: AbortSignal): void
  /** Reads whatever the answers about the listed identities depend on, but for the members of groups. */
  prepare(snapshot: Pick<Snapshot, 'listed' | 'count' | 'ids'>, signal: AbortSignal): Promise<void>
  /** Directory objects read so far. */
  objectsRead(): number
  /** What was read of each type; empty before `prepare`. */
  readings(): readonly TypeReading[]
  /** Directory objects that explain why an external id is not in the IdP; looked for from `prepare` on. Never throws. */
  softDeleted(): Promise<readonly SoftDeleted[]>
}

/** The runner's log: every text passes the one place that makes directory text harmless. */
export interface Log {
  info(text: string): void
  group(title: string): void
  endGroup(): void
  /** Annotations; the runner keeps ten of each kind. */
  notice(text: string): void
  warning(text: string): void
  error(text: string): void
}

/** One listed identity: where it stood in the listing (from 0) and its id. */
export interface ListedId {
  readonly position: number
  readonly id: string
}

/** Writes one type's listing. */
export interface SnapshotWriter {
  /** Ids so far, each once. */
  readonly count: number
  /** Appends the ids that are new, in order. */
  add(ids: readonly string[]): Promise<void>
  close(): Promise<void>
}

/** Writes what a listing told of its principals, in any order; of one told twice the last counts. */
export interface RosterWriter {
  add(principals: readonly ListedPrincipal[]): Promise<void>
  close(): Promise<void>
}

/** One listed principal and where it stood in the listing; `undefined` for what was not told. */
export interface RosterEntry extends ListedId {
  readonly told: Pick<ListedPrincipal, 'name' | 'externalId' | 'active'> | undefined
}

/** What was listed, in listing order, without repeats; read some hundred at a time. */
export interface Snapshot {
  write(type: PrincipalType): Promise<SnapshotWriter>
  /** Types whose listing was written. */
  listed(): PrincipalType[]
  count(type: PrincipalType): number
  ids(type: PrincipalType): AsyncIterable<readonly ListedId[]>
  /** What the listing told of the principals: personal, and so never saved elsewhere. */
  writeRoster(type: PrincipalType): Promise<RosterWriter>
  /** In listing order. */
  roster(type: PrincipalType): AsyncIterable<readonly RosterEntry[]>
}

/** An outcome that leaves a trace; what is linked and agrees leaves none. */
export type LoggedOutcome = Exclude<Outcome, { kind: 'linked' }>

export interface ResultRecord {
  readonly type: PrincipalType
  /** Listing position. */
  readonly position: number
  readonly outcome: LoggedOutcome
}

/** One identity whose outcome is final. */
export interface Finished {
  readonly type: PrincipalType
  /** Listing position. */
  readonly position: number
  readonly outcome: Outcome
}

/** A divergence that an earlier run found, whose name was not saved: the listing tells it again. */
export interface Unnamed {
  readonly position: number
  readonly divergence: Omit<Divergence, 'name'>
}

/** What came of the identities; each position is finished once. */
export interface ResultsLog {
  /** Durable when it returns: the outcomes, and that these identities are finished. */
  commit(finished: readonly Finished[]): Promise<void>
  isDone(type: PrincipalType, position: number): boolean
  doneCount(type: PrincipalType): number
  /** In listing order, some hundred at a time. */
  read(type: PrincipalType): AsyncIterable<readonly ResultRecord[]>
  /** In listing order. */
  failures(type: PrincipalType): AsyncIterable<Failure>
}
