import { CATEGORIES_OF, ERROR_CATEGORIES, type ErrorCategory, type SubjectType } from '../domain/category.ts'
import type { Conclusion, Verdict } from '../domain/gate.ts'
import { carriersOf, includedTypes, type Tally, type TypeTally, tellsFederation, total } from '../domain/tally.ts'
import type { Report } from './model.ts'

/** What every view tells of a type, and of all types together. */
export interface Totals {
  readonly listed: number
  readonly checked: number
  /** Checked identities with any category. */
  readonly divergent: number
  readonly failed: number
  readonly gone: number
  readonly localOnly: number
}

const divergentOf = (tally: TypeTally): number => carriersOf(tally, ERROR_CATEGORIES)

export const totalsOf = (tally: TypeTally): Totals => ({
  listed: tally.listed,
  checked: tally.checked,
  divergent: divergentOf(tally),
  failed: tally.failed,
  gone: tally.gone,
  localOnly: tally.localOnly,
})

/** Of all included types; `undefined` when the audit ended before it knew of any. */
export const sumOf = (tally: Tally): Totals | undefined =>
  includedTypes(tally).length === 0
    ? undefined
    : {
        listed: total(tally, ({ listed }) => listed),
        checked: total(tally, ({ checked }) => checked),
        divergent: total(tally, divergentOf),
        failed: total(tally, ({ failed }) => failed),
        gone: total(tally, ({ gone }) => gone),
        localOnly: total(tally, ({ localOnly }) => localOnly),
      }

/** Listed identities that the audit did not get to. */
export const unreached = ({ listed, checked, failed, gone }: Totals): number =>
  Math.max(0, listed - checked - failed - gone)

/** Workspaces without federation; `undefined` when they were not read or the API does not tell. */
export const unfederated = ({ workspaces }: Tally): number | undefined =>
  workspaces !== undefined && tellsFederation(workspaces) ? workspaces.divergent : undefined

/** Listed identities of which nothing is known: they failed, or were not reached. */
export const notChecked = (sum: Totals | undefined): number => (sum === undefined ? 0 : sum.failed + unreached(sum))

export type Counts = Partial<Record<SubjectType, Partial<Record<ErrorCategory, number>> | null>>

export type Counted = Pick<Report, 'tally' | 'untrustedListings'>

/** Not one of the type was listed, though there may be many. */
export const isUnread = ({ untrustedListings }: Pick<Report, 'untrustedListings'>, of: SubjectType): boolean =>
  untrustedListings.some(({ type, listed }) => type === of && listed === 0)

/** Each included type, each of its categories, zeros included; `null` for a type of which nothing is known. */
export function countsOf(report: Counted): Counts {
  const { tally } = report
  const federation = unfederated(tally)
  const counts: Counts = { workspaces: federation === undefined ? null : { IDENTITY_FEDERATION_DISABLED: federation } }
  for (const type of includedTypes(tally)) {
    const ofType = tally.principals[type] as TypeTally
    const { checked, listed, gone } = ofType
    const isKnown = checked > 0 || (listed === gone && !isUnread(report, type))
    counts[type] = isKnown
      ? Object.fromEntries(CATEGORIES_OF[type].map((category) => [category, carriersOf(ofType, [category])]))
      : null
  }
  return counts
}

export const exceededOf = (verdicts: readonly Verdict[]): readonly Verdict[] =>
  verdicts.filter(({ state }) => state === 'exceeded')

/** Did the audit end before anything became of a single identity? */
export function isBlank(tally: Tally): boolean {
  const sum = sumOf(tally)
  return sum === undefined || sum.checked + sum.failed + sum.gone === 0
}

/** Is there nothing to tell but why? */
export const isOnlyFault = ({ conclusion, judgement, tally }: Report): boolean =>
  isPartial(conclusion) && isBlank(tally) && (conclusion === 'error' || judgement === undefined)

/** Was the audit left without its whole result? */
export const isPartial = (conclusion: Conclusion): boolean => conclusion === 'incomplete' || conclusion === 'error'
