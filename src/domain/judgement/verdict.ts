import type { SubjectType } from '../category.ts'
import { basisOf, exceeds, type Rule, type Verdict } from '../gate.ts'
import type { Tally } from '../tally.ts'
import { acceptedCarriers, bitsOf, carriers, type FindingTally, type MarkBits } from './marks.ts'

/** A verdict with what became of the findings that are not counted. `value` is what counts. */
export interface JudgedVerdict extends Verdict {
  /** As found. */
  readonly raw: number
  /** Carriers as found, of which nothing that the rule is about remains. */
  readonly accepted: number
  /** What remains was there in the baseline already, and only what is new or changed counts. */
  readonly existing: number
  /** By the same rule and allow-list in the baseline; `undefined` without one, or where it does not tell. */
  readonly before: number | undefined
  /** What remains, to be compared with `before`. */
  readonly open: number
  /** `ratchet`: within its limit, yet more than before. */
  readonly exceededBy: 'limit' | 'ratchet' | undefined
}

export interface GateContext {
  readonly tally: Tally
  readonly findings: FindingTally
  /** `undefined`: there is no baseline. */
  readonly baseline: { readonly tally: FindingTally; readonly subjects: readonly SubjectType[] } | undefined
  readonly ratchet: boolean
}

const wantedBy = ({ categories, reasons, classes }: Rule): MarkBits => bitsOf([...categories, ...reasons], classes)

/**
 * Judges any rule by the findings; each identity counts once. Not told is not clean: a rule on workspaces that the API is
 * silent about is `unknown`.
 */
export function judgedVerdictOf(rule: Rule, { tally, findings, baseline, ratchet }: GateContext): JudgedVerdict {
  const { checked, known } = basisOf(rule, tally)
  const wanted = wantedBy(rule)
  const types = known ? rule.types : rule.types.filter((type) => type !== 'workspaces')
  const [raw, open, value] = (['raw', 'open', 'gated'] as const).map((view) =>
    carriers(findings, types, wanted, view),
  ) as [number, number, number]
  const tells = baseline !== undefined && rule.types.every((type) => baseline.subjects.includes(type))
  const before = tells ? carriers(baseline.tally, rule.types, wanted, 'open') : undefined
  const overLimit = exceeds(value, checked, rule.limit)
  const overBefore = ratchet && before !== undefined && open > before
  return {
    rule,
    value,
    checked,
    state: overLimit || overBefore ? 'exceeded' : known ? 'within' : 'unknown',
    raw,
    open,
    accepted: acceptedCarriers(findings, types, wanted),
    existing: open - value,
    before,
    exceededBy: overLimit ? 'limit' : overBefore ? 'ratchet' : undefined,
  }
}

/** Rules that a baseline cannot be a ratchet for, since it does not tell of all their types. */
export const untoldBy = (rules: readonly Rule[], { subjects }: { readonly subjects: readonly SubjectType[] }): Rule[] =>
  rules.filter(({ types }) => !types.every((type) => subjects.includes(type)))
