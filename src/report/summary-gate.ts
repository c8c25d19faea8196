import type { RuleState, Verdict } from '../domain/gate.ts'
import { markdownCode } from './escape.ts'
import { isPartial, sumOf } from './figures.ts'
import { sectionOf, tableOf } from './markdown.ts'
import type { Report } from './model.ts'
import { part } from './wording.ts'

/** A rule that holds so far may still be exceeded by what was not checked. */
function stateOf(report: Report, { state, checked, rule }: Verdict): string {
  if (state !== 'within' || !isPartial(report.conclusion)) return STATES[state]
  if (rule.types.every((type) => type === 'workspaces')) return STATES.within
  return checked === 0 ? STATES.unknown : '✅ within, so far'
}

const STATES: Readonly<Record<RuleState, string>> = {
  within: '✅ within',
  exceeded: '❌ exceeded',
  unknown: '❔ unknown',
}

const ruleRow = (report: Report, verdict: Verdict): string[] => [
  markdownCode(verdict.rule.text),
  verdict.state === 'unknown' ? 'unknown' : part(verdict.value, verdict.checked),
  markdownCode(verdict.rule.limitText),
  stateOf(report, verdict),
]

/** Failures are judged like a rule, of all that were listed and still exist. */
export function failuresRow({ tally, maxFailures, incompleteness }: Report): string[][] {
  const sum = sumOf(tally)
  if (sum === undefined) return []
  const tooMany = incompleteness.includes('too-many-failures')
  return [
    [
      'identities that failed (`max-failures`)',
      part(sum.failed, sum.listed - sum.gone),
      markdownCode(maxFailures),
      tooMany ? '⚠️ too many' : STATES.within,
    ],
  ]
}

/** Every rule with what it counted, of how many, and its limit. */
export function gateOf(report: Report): string {
  const rows = [...report.verdicts.map((verdict) => ruleRow(report, verdict)), ...failuresRow(report)]
  if (rows.length === 0) return ''
  const table = tableOf(
    [
      ['Rule', 'left'],
      ['Value', 'right'],
      ['Limit', 'right'],
      ['Verdict', 'left'],
    ],
    rows,
  )
  return sectionOf('Gate', table)
}
