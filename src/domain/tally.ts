import { ERROR_CATEGORIES, type ErrorCategory } from './category.ts'
import type { Outcome } from './outcome.ts'
import { PRINCIPAL_TYPES, type PrincipalType } from './principal.ts'
import type { Workspace } from './workspace.ts'

/** A set of categories as bits, so that a rule over several categories counts each identity once. */
export type CategoryMask = number

export const maskOf = (categories: readonly ErrorCategory[]): CategoryMask =>
  categories.reduce((mask, category) => mask | (1 << ERROR_CATEGORIES.indexOf(category)), 0)

/** Counts of one type, added up from outcomes by `Counter`. */
export interface TypeTally {
  readonly listed: number
  /** Identities successfully checked: neither failed, gone nor still to do. */
  readonly checked: number
  readonly failed: number
  readonly gone: number
  readonly localOnly: number
  /** Checked identities that carry an external id. */
  readonly withExternalId: number
  /** Checked identities that the IdP knows by name (under an external id). */
  readonly named: number
  /** How many identities carry exactly this set of categories; only divergent ones. */
  readonly combinations: ReadonlyMap<CategoryMask, number>
}

export interface WorkspaceTally {
  readonly listed: number
  /** Workspaces that carry `identity_federation_info`. */
  readonly telling: number
  /** Of these, the ones with identity federation. */
  readonly federated: number
  /** Rows of `divergence_workspaces.csv`: those not known to be federated. */
  readonly divergent: number
}

export interface Tally {
  /** `undefined` while, or when, the listing could not be read. */
  readonly workspaces: WorkspaceTally | undefined
  /** Only the included types. */
  readonly principals: Readonly<Partial<Record<PrincipalType, TypeTally>>>
}

export const emptyTally = (listed: number): TypeTally => ({
  listed,
  checked: 0,
  failed: 0,
  gone: 0,
  localOnly: 0,
  withExternalId: 0,
  named: 0,
  combinations: new Map(),
})

/** Adds outcomes up; `tally` gives a plain copy at any time. */
export class Counter {
  #tally: { -readonly [K in keyof TypeTally]: TypeTally[K] }
  readonly #combinations = new Map<CategoryMask, number>()
  #added = 0

  constructor(listed: number) {
    this.#tally = { ...emptyTally(listed), combinations: this.#combinations }
  }

  /** Outcomes added one by one. */
  get added(): number {
    return this.#added
  }

  /** Identities that are linked and agree leave no record each; they are added in one go. */
  linked(identities: number): void {
    this.#tally.checked += identities
    this.#tally.withExternalId += identities
  }

  add(outcome: Outcome): void {
    const tally = this.#tally
    this.#added++
    switch (outcome.kind) {
      case 'gone':
        tally.gone++
        return
      case 'failed':
        tally.failed++
        return
      case 'local-only':
        tally.checked++
        tally.localOnly++
        return
      case 'linked':
        this.linked(1)
        return
      case 'divergent': {
        const { externalId, nameMatches, categories } = outcome.divergence
        const mask = maskOf(categories)
        tally.checked++
        if (externalId !== '') tally.withExternalId++
        if (nameMatches.length > 0) tally.named++
        this.#combinations.set(mask, (this.#combinations.get(mask) ?? 0) + 1)
      }
    }
  }

  tally(): TypeTally {
    return { ...this.#tally, combinations: new Map(this.#combinations) }
  }
}

export function tallyOfWorkspaces(workspaces: readonly Workspace[]): WorkspaceTally {
  const federated = workspaces.filter(({ federation }) => federation === 'enabled').length
  return {
    listed: workspaces.length,
    telling: workspaces.filter(({ federation }) => federation !== 'unknown').length,
    federated,
    divergent: workspaces.length - federated,
  }
}

/** An account whose API does not tell federation at all is unknown, not unfederated. */
export const tellsFederation = (tally: WorkspaceTally): boolean => tally.listed === 0 || tally.telling > 0

/** Identities that carry at least one of the categories, each once. */
export function carriersOf(tally: TypeTally, categories: readonly ErrorCategory[]): number {
  const wanted = maskOf(categories)
  let count = 0
  for (const [mask, identities] of tally.combinations) if ((mask & wanted) !== 0) count += identities
  return count
}

export const includedTypes = (tally: Tally): PrincipalType[] =>
  PRINCIPAL_TYPES.filter((type) => tally.principals[type] !== undefined)

/** Sums a figure over the included types. */
export const total = (tally: Tally, figure: (of: TypeTally) => number): number =>
  includedTypes(tally).reduce((sum, type) => sum + figure(tally.principals[type] as TypeTally), 0)
