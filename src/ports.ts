import type { Match } from './domain/match.ts'
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

export interface ListedPrincipal {
  /** Decimal digits; anything else never leaves the adapter. */
  readonly id: string
  /** A service principal's application id, when the listing tells it; `''` otherwise. */
  readonly applicationId: string
  /** Values of `roles`, when the listing tells them. */
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
