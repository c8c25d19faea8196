import type { Evidence, Finding, FindingClass, Mark } from '../finding.ts'
import { marksOf, principalCompared } from '../finding.ts'
import { reasonsUnder } from './reasons.ts'
import { type Step, stepOf } from './steps.ts'
import { classOf, classOfMark } from './table.ts'

/** What of a finding remains when some of its marks do not count. */
export interface Remainder {
  readonly class: FindingClass
  readonly step: Step
}

/** `undefined`: nothing remains. */
export function remainderOf(evidence: Evidence, remaining: readonly Mark[]): Remainder | undefined {
  const of = classOf(remaining, evidence)
  if (of === undefined) return undefined
  const weighed = remaining.map((mark) => ({ mark, class: classOfMark(mark, evidence) }))
  return { class: of, step: stepOf(evidence.type, weighed, of) }
}

/** One finding under a policy; `undefined` for evidence of nothing. */
export function findingOf(evidence: Evidence, primaryDomains: readonly string[]): Finding | undefined {
  const { type, id, name, categories, compared } = evidence
  const told: Evidence = { type, id, name, categories, reasons: reasonsUnder(evidence, primaryDomains), compared }
  const whole = remainderOf(told, marksOf(told))
  if (whole === undefined) return undefined
  const { action, owner } = whole.step
  return {
    type,
    id,
    name,
    categories,
    class: whole.class,
    reasons: told.reasons,
    compared,
    action,
    owner,
    reversible: isReversible(told, whole.step),
  }
}

/** An external id that was empty cannot be emptied again by API, but for groups. */
const isReversible = (evidence: Evidence, { links }: Step): boolean =>
  !links || evidence.type === 'group' || principalCompared(evidence)?.databricks.externalId !== ''
