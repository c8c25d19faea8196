import { CATEGORIES_OF, ERROR_CATEGORIES, type ErrorCategory, SUBJECT_TYPES, type SubjectType } from '../category.ts'
import { FINDING_REASONS, type FindingClass, type FindingReason, SUBJECT_OF } from '../finding.ts'
import { JUDGEMENTS, typesOfClass } from './table.ts'

/** What a rule counts: identities that carry any of these. */
export interface Named {
  readonly categories: readonly ErrorCategory[]
  readonly reasons: readonly FindingReason[]
  readonly classes: readonly FindingClass[]
  /** Types in which it can occur; those of a rule that names none. */
  readonly types: readonly SubjectType[]
  /** Without a type it speaks of identities, and a workspace is none. */
  readonly isAboutIdentities: boolean
}

/** How a threshold writes a class. */
const CLASS_NAMES: ReadonlyMap<string, FindingClass> = new Map([
  ['blockers', 'blocker'],
  ['review', 'review'],
  ['hygiene', 'hygiene'],
  ['out-of-scope', 'out-of-scope'],
])

const NOTHING = { categories: [], reasons: [], classes: [] } as const

/**
 * What the pattern of a rule names; `undefined` when it names nothing. A star stands for categories only, so that a rule
 * means the same whatever reasons there are.
 */
export function namedBy(pattern: string): Named | undefined {
  const ofClass = CLASS_NAMES.get(pattern)
  if (ofClass !== undefined) {
    const types = typesOfClass(ofClass).map((type) => SUBJECT_OF[type])
    return { ...NOTHING, classes: [ofClass], types, isAboutIdentities: true }
  }
  const reason = FINDING_REASONS.find((one) => one === pattern)
  if (reason !== undefined) {
    const types = JUDGEMENTS[reason].types.map((type) => SUBJECT_OF[type])
    return { ...NOTHING, reasons: [reason], types, isAboutIdentities: false }
  }
  const categories = ERROR_CATEGORIES.filter((category) =>
    pattern.endsWith('*') ? category.startsWith(pattern.slice(0, -1)) : category === pattern,
  )
  if (categories.length === 0) return undefined
  const types = SUBJECT_TYPES.filter((type) => CATEGORIES_OF[type].some((category) => categories.includes(category)))
  return { ...NOTHING, categories, types, isAboutIdentities: pattern === '*' }
}

/** For messages: what may stand in a rule. */
export const RULE_NAMES = `the categories are ${ERROR_CATEGORIES.join(', ')}; the classes are ${[...CLASS_NAMES.keys()].join(', ')}; the reasons are ${FINDING_REASONS.join(', ')}`
