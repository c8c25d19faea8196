import type { SubjectType } from '../category.ts'
import { FINDING_CLASSES, type FindingClass, MARKS, type Mark } from '../finding.ts'

/** Marks and classes as bits, so that a rule over several counts each finding once. */
export type MarkBits = number

export const bitsOf = (marks: readonly Mark[], classes: readonly FindingClass[] = []): MarkBits =>
  marks.reduce((bits, mark) => bits | (1 << MARKS.indexOf(mark)), 0) |
  classes.reduce((bits, one) => bits | (1 << (MARKS.length + FINDING_CLASSES.indexOf(one))), 0)

/** How many findings look exactly so. */
export interface Combination {
  /** As found. */
  readonly raw: MarkBits
  /** Without what was accepted. */
  readonly open: MarkBits
  /** Of that, what the gate is about: all, or only what is new or changed. */
  readonly gated: MarkBits
  readonly count: number
}

export type FindingTally = Readonly<Partial<Record<SubjectType, readonly Combination[]>>>

/** Adds findings up; few combinations occur, however many findings there are. */
export class FindingCounter {
  readonly #counts = new Map<SubjectType, Map<string, Combination>>()

  add(subject: SubjectType, raw: MarkBits, open: MarkBits, gated: MarkBits): void {
    const ofType = this.#counts.get(subject) ?? new Map<string, Combination>()
    this.#counts.set(subject, ofType)
    const key = `${raw} ${open} ${gated}`
    const count = (ofType.get(key)?.count ?? 0) + 1
    ofType.set(key, { raw, open, gated, count })
  }

  tally(): FindingTally {
    return Object.fromEntries([...this.#counts].map(([subject, ofType]) => [subject, [...ofType.values()]]))
  }
}

/** Findings of these types of which a view carries any of the wanted bits, each once. */
export function carriers(
  tally: FindingTally,
  subjects: readonly SubjectType[],
  wanted: MarkBits,
  view: 'raw' | 'open' | 'gated',
): number {
  let sum = 0
  for (const subject of subjects)
    for (const combination of tally[subject] ?? []) if ((combination[view] & wanted) !== 0) sum += combination.count
  return sum
}

/** Findings that carry a wanted bit as found, and none any more without what was accepted. */
export function acceptedCarriers(tally: FindingTally, subjects: readonly SubjectType[], wanted: MarkBits): number {
  let sum = 0
  for (const subject of subjects)
    for (const { raw, open, count } of tally[subject] ?? [])
      if ((raw & wanted) !== 0 && (open & wanted) === 0) sum += count
  return sum
}
