import type { SubjectType } from './category.ts'
import { type Evidence, type FindingType, type Mark, marksOf, principalCompared, SUBJECT_OF } from './finding.ts'
import { bitsOf, type FindingTally, type MarkBits } from './judgement/marks.ts'
import { classOfMark, JUDGEMENTS } from './judgement/table.ts'

/** What became of a finding since the baseline. */
export type Change = 'new' | 'changed' | 'existing'

/** How many findings are new, changed, there already, and how many have lost something that ailed them. */
export interface Changes {
  readonly new: number
  readonly changed: number
  readonly existing: number
  readonly fixed: number
}

/** Which identities nothing can be said of; what is not found there is not therefore fixed. */
export interface Unchecked {
  /** `users 123` */
  readonly ids: ReadonlySet<string>
  /** Types that were left out, or not checked to the end. */
  readonly types: ReadonlySet<SubjectType>
}

export const uncheckedKey = (subject: SubjectType, id: string): string => `${subject} ${id}`

interface Earlier {
  readonly marks: MarkBits
  /** Of them, those that a reason made lighter. */
  readonly lighter: MarkBits
  /** External id and targets: with type, id and each mark, the fingerprint. */
  readonly link: string
}

/** Only by what is known of the finding itself: what became of others may depend on who could be checked. */
const lighterMarks = (evidence: Evidence): MarkBits =>
  bitsOf(
    marksOf(evidence).filter(
      (mark) =>
        JUDGEMENTS[mark].lighter?.by !== 'unknown-to-idp' && classOfMark(mark, evidence) !== JUDGEMENTS[mark].class,
    ),
  )

/** What changes the meaning of a finding that is there still; without letter case or order. */
function linkOf(evidence: Evidence): string {
  const compared = principalCompared(evidence)
  if (compared === undefined) return ''
  const targets = compared.idp.externalIds.map((externalId) => externalId.toLowerCase()).sort()
  return [compared.databricks.externalId.toLowerCase(), ...targets].join(' ')
}

const keyOf = ({ type, id }: Pick<Evidence, 'type' | 'id'>): string => `${type} ${id}`

/** The findings of an earlier audit, judged by the policy of today. */
export interface Baseline {
  readonly findings: ReadonlyMap<string, Earlier>
  /** Counted as today's are, without what is accepted today. */
  readonly tally: FindingTally
  /** Types that it tells of. */
  readonly subjects: readonly SubjectType[]
  /** When it was made, ISO 8601; `''` when it does not tell. */
  readonly finishedAt: string
}

export class BaselineBuilder {
  readonly #findings = new Map<string, Earlier>()

  /** `evidence`: with its reasons under the policy of today. */
  add(evidence: Evidence): void {
    const [marks, lighter] = [bitsOf(marksOf(evidence)), lighterMarks(evidence)]
    this.#findings.set(keyOf(evidence), { marks, lighter, link: linkOf(evidence) })
  }

  build(tally: FindingTally, subjects: readonly SubjectType[], finishedAt: string): Baseline {
    return { findings: this.#findings, tally, subjects, finishedAt }
  }
}

/** Compares findings with a baseline, one by one. */
export class Comparison {
  readonly #baseline: Baseline
  readonly #seen = new Set<string>()
  readonly #counts = { new: 0, changed: 0, existing: 0, fixed: 0 }

  constructor(baseline: Baseline) {
    this.#baseline = baseline
  }

  /** `evidence`: with its reasons under the policy. What of it is new or changed, and what that makes of the whole. */
  changeOf(evidence: Evidence): { readonly change: Change; readonly fresh: readonly Mark[] } {
    const key = keyOf(evidence)
    const earlier = this.#baseline.findings.get(key)
    const marks = marksOf(evidence)
    if (earlier !== undefined) this.#seen.add(key)
    // What nothing makes lighter any more, as when a name differs by more than letter case now, is not what it was.
    const known = earlier?.link === linkOf(evidence) ? earlier.marks & ~(earlier.lighter & ~lighterMarks(evidence)) : 0
    const fresh = marks.filter((mark) => (bitsOf([mark]) & known) === 0)
    const isNew = marks.some((mark) => (bitsOf([mark]) & (earlier?.marks ?? 0)) === 0)
    const change: Change = isNew ? 'new' : fresh.length > 0 ? 'changed' : 'existing'
    this.#counts[change]++
    if (((earlier?.marks ?? 0) & ~bitsOf(marks)) !== 0) this.#counts.fixed++
    return { change, fresh }
  }

  /** After the last finding. */
  changes({ ids, types }: Unchecked): Changes {
    let fixed = this.#counts.fixed
    for (const key of this.#baseline.findings.keys()) {
      if (this.#seen.has(key)) continue
      const [type, id] = key.split(' ') as [FindingType, string]
      const subject = SUBJECT_OF[type]
      if (!types.has(subject) && !ids.has(uncheckedKey(subject, id))) fixed++
    }
    return { ...this.#counts, fixed }
  }
}
