import type { ErrorCategory, SubjectType } from '../category.ts'
import { type Evidence, principalCompared, SUBJECT_OF } from '../finding.ts'
import { type CategoryMask, maskOf, type TypeTally } from '../tally.ts'

/** What the totals of an earlier audit tell of one type. */
export interface Totals {
  readonly listed: number
  readonly checked: number
  readonly failed: number
  readonly gone: number
  readonly localOnly: number
}

interface Counts {
  divergent: number
  withExternalId: number
  named: number
  readonly combinations: Map<CategoryMask, number>
}

/** Counts evidence as an audit counts outcomes, so that an earlier audit's tally can be had again from its files. */
export class EvidenceTally {
  readonly #counts = new Map<SubjectType, Counts>()

  add(evidence: Evidence): void {
    // Only the listing tells of it: it agreed, or it is counted otherwise.
    if (evidence.categories.length === 0) return
    const counts = this.#of(SUBJECT_OF[evidence.type])
    const compared = principalCompared(evidence)
    const mask = maskOf(evidence.categories as ErrorCategory[])
    counts.divergent++
    if ((compared?.databricks.externalId ?? '') !== '') counts.withExternalId++
    if ((compared?.idp.externalIds.length ?? 0) > 0) counts.named++
    counts.combinations.set(mask, (counts.combinations.get(mask) ?? 0) + 1)
  }

  divergent(subject: SubjectType): number {
    return this.#of(subject).divergent
  }

  tally(subject: SubjectType, totals: Totals): TypeTally {
    const { divergent, withExternalId, named, combinations } = this.#of(subject)
    const { listed, checked, failed, gone, localOnly } = totals
    // Whoever was checked, agrees and is not local only is linked.
    const linked = Math.max(0, checked - divergent - localOnly)
    return { listed, checked, failed, gone, localOnly, withExternalId: withExternalId + linked, named, combinations }
  }

  #of(subject: SubjectType): Counts {
    const known = this.#counts.get(subject)
    if (known !== undefined) return known
    const counts = { divergent: 0, withExternalId: 0, named: 0, combinations: new Map<CategoryMask, number>() }
    this.#counts.set(subject, counts)
    return counts
  }
}
