import { ERROR_CATEGORIES } from '../../src/domain/category.ts'
import type { Rule } from '../../src/domain/gate.ts'
import { bitsOf, FindingCounter, type FindingTally } from '../../src/domain/judgement/marks.ts'
import { type JudgedVerdict, judgedVerdictOf } from '../../src/domain/judgement/verdict.ts'
import { carriersOf, includedTypes, type Tally } from '../../src/domain/tally.ts'

/** What was found, nothing being accepted and nobody having a reason. */
function findingsOf(tally: Tally): FindingTally {
  const counter = new FindingCounter()
  const add = (subject: Parameters<FindingCounter['add']>[0], bits: number, count: number) => {
    for (let at = 0; at < count; at++) counter.add(subject, bits, bits, bits)
  }
  for (const type of includedTypes(tally)) {
    const of = tally.principals[type]
    for (const [mask, count] of of?.combinations ?? []) {
      const alone = { ...(of as NonNullable<typeof of>), combinations: new Map([[mask, 1]]) }
      add(type, bitsOf(ERROR_CATEGORIES.filter((category) => carriersOf(alone, [category]) > 0)), count)
    }
  }
  add('workspaces', bitsOf(['IDENTITY_FEDERATION_DISABLED']), tally.workspaces?.divergent ?? 0)
  return counter.tally()
}

/** A rule about categories, judged by counts alone: without exceptions and without a baseline. */
export const verdictOf = (rule: Rule, tally: Tally): JudgedVerdict =>
  judgedVerdictOf(rule, { tally, findings: findingsOf(tally), baseline: undefined, ratchet: false })
