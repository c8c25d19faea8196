import { Acceptance, type AllowEntry, type AllowListUse } from '../allow-list.ts'
import { type Baseline, BaselineBuilder, type Change, type Changes, Comparison, type Unchecked } from '../baseline.ts'
import { SUBJECT_TYPES, type SubjectType } from '../category.ts'
import {
  type Evidence,
  FINDING_CLASSES,
  type Finding,
  type FindingClass,
  type FindingType,
  type Mark,
  marksOf,
  SUBJECT_OF,
} from '../finding.ts'
import type { Rule } from '../gate.ts'
import { PRINCIPAL_TYPES } from '../principal.ts'
import type { Tally } from '../tally.ts'
import { findingOf, remainderOf } from './judged.ts'
import { bitsOf, carriers, FindingCounter, type FindingTally } from './marks.ts'
import { STEPS, type Step } from './steps.ts'
import { type JudgedVerdict, judgedVerdictOf } from './verdict.ts'

/** What findings are judged by; may change without a new audit. */
export interface Policy {
  /** Lower-case; none: nobody is foreign. */
  readonly primaryDomains: readonly string[]
  readonly rules: readonly Rule[]
  readonly allowList: readonly AllowEntry[]
  /** Of the judgement, UTC: `2026-11-22`. */
  readonly today: string
  /** Only what is new or changed since the baseline counts for the rules. */
  readonly newOnly: boolean
  /** No rule may count more than in the baseline. */
  readonly ratchet: boolean
}

export interface JudgedFinding {
  readonly finding: Finding
  readonly accepted: readonly Mark[]
  /** `undefined`: nothing remains of it. */
  readonly class: FindingClass | undefined
  readonly step: Step | undefined
  /** `undefined`: nothing remains of it, or there is no baseline. */
  readonly change: Change | undefined
}

export type ClassCounts = Readonly<Record<FindingClass, number>>

/** One thing to do and for how many findings of which types; `irreversible`: of them. */
export interface Task {
  readonly step: Step
  readonly count: number
  readonly types: readonly FindingType[]
  readonly irreversible: number
}

export interface Judged {
  readonly verdicts: readonly JudgedVerdict[]
  /** Identities by class, nothing being accepted. */
  readonly rawClasses: ClassCounts
  /** Identities by class, by what is not accepted. */
  readonly classes: ClassCounts
  readonly tasks: readonly Task[]
  readonly allowList: AllowListUse
  readonly changes: Changes | undefined
  /** When the baseline was made; `''` when it does not tell. */
  readonly baselineAt: string
  readonly findings: FindingTally
}

/** Judges findings one by one, in any order and number; nothing of them is kept but counts. */
export class Judge {
  readonly #policy: Policy
  readonly #baseline: Baseline | undefined
  readonly #comparison: Comparison | undefined
  readonly #acceptance: Acceptance
  readonly #counter = new FindingCounter()
  readonly #tasks = new Map<Step, { count: number; irreversible: number; readonly types: Set<FindingType> }>()

  constructor(policy: Policy, baseline?: Baseline) {
    this.#policy = policy
    this.#baseline = baseline
    this.#comparison = baseline && new Comparison(baseline)
    this.#acceptance = new Acceptance(policy.allowList, policy.today)
  }

  /** `undefined` for evidence of nothing. */
  add(evidence: Evidence): JudgedFinding | undefined {
    const finding = findingOf(evidence, this.#policy.primaryDomains)
    if (finding === undefined) return undefined
    const marks = marksOf(finding)
    const accepted = this.#acceptance.acceptedOf(finding, marks)
    const open = marks.filter((mark) => !accepted.includes(mark))
    const compared = this.#comparison?.changeOf(finding)
    const gated = this.#policy.newOnly && compared ? open.filter((mark) => compared.fresh.includes(mark)) : open

    const remainder = remainderOf(finding, open)
    const openBits = bitsOf(open, remainder && [remainder.class])
    const gatedBits = gated === open ? openBits : bitsOf(gated, classesOf(finding, gated))
    this.#counter.add(SUBJECT_OF[finding.type], bitsOf(marks, [finding.class]), openBits, gatedBits)
    if (remainder !== undefined) this.#task(remainder.step, finding)
    return { finding, accepted, class: remainder?.class, step: remainder?.step, change: compared?.change }
  }

  /** After the last finding. `tally`: what percentages are of. */
  result(tally: Tally, unchecked: Unchecked): Judged {
    const findings = this.#counter.tally()
    const { rules, ratchet } = this.#policy
    const context = { tally, findings, baseline: this.#baseline, ratchet }
    return {
      verdicts: rules.map((rule) => judgedVerdictOf(rule, context)),
      rawClasses: classCounts(findings, 'raw'),
      classes: classCounts(findings, 'open'),
      tasks: STEPS.flatMap((step) => {
        const task = this.#tasks.get(step)
        if (task === undefined) return []
        return [{ ...task, step, types: step.types.filter((type) => task.types.has(type)) }]
      }),
      allowList: this.#acceptance.use(seenIn(tally, unchecked)),
      changes: this.#comparison?.changes(unchecked),
      baselineAt: this.#baseline?.finishedAt ?? '',
      findings,
    }
  }

  #task(step: Step, { type, reversible }: Finding): void {
    const task = this.#tasks.get(step) ?? { count: 0, irreversible: 0, types: new Set() }
    this.#tasks.set(step, task)
    task.count++
    task.types.add(type)
    if (step.links && !reversible) task.irreversible++
  }
}

const classesOf = (finding: Finding, marks: readonly Mark[]): FindingClass[] => {
  const remainder = remainderOf(finding, marks)
  return remainder === undefined ? [] : [remainder.class]
}

const classCounts = (findings: FindingTally, view: 'raw' | 'open'): ClassCounts =>
  Object.fromEntries(
    FINDING_CLASSES.map((one) => [one, carriers(findings, PRINCIPAL_TYPES, bitsOf([], [one]), view)]),
  ) as Record<FindingClass, number>

/** Types that were looked at to the end. */
export const seenIn = ({ workspaces, principals }: Tally, { types }: Unchecked): SubjectType[] =>
  SUBJECT_TYPES.filter((type) => {
    const isIncluded = type === 'workspaces' ? workspaces !== undefined : principals[type] !== undefined
    return isIncluded && !types.has(type)
  })

/** An earlier audit's findings, judged by the policy of today: what today's are compared with. */
export class BaselineJudge {
  readonly #judge: Judge
  readonly #builder = new BaselineBuilder()

  constructor(policy: Policy) {
    this.#judge = new Judge({ ...policy, newOnly: false, ratchet: false })
  }

  add(evidence: Evidence): void {
    const judged = this.#judge.add(evidence)
    if (judged !== undefined) this.#builder.add(judged.finding)
  }

  /** `finishedAt`: ISO 8601; `''` when it is not known. */
  baseline(tally: Tally, unchecked: Unchecked, finishedAt: string): Baseline {
    const { findings } = this.#judge.result(tally, unchecked)
    return this.#builder.build(findings, seenIn(tally, unchecked), finishedAt)
  }
}
