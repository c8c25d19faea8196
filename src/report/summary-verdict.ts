import type { JudgedVerdict } from '../domain/judgement/verdict.ts'
import { markdownCode } from './escape.ts'
import { type Counted, notChecked, sumOf } from './figures.ts'
import type { Judgement } from './judgement.ts'
import { type Column, sectionOf, tableOf } from './markdown.ts'
import { counted, moment, number, part } from './wording.ts'

/** `+2`, `−14`, `±0`; `''` when there is nothing to compare with. */
export const delta = (now: number, before: number | undefined): string => {
  if (before === undefined) return ''
  if (now === before) return '±0'
  return now > before ? `**+${number(now - before)}**` : `−${number(before - now)}`
}

/** `0 not checked`, and whether there may be more that nobody knows of. */
export function uncheckedText(report: Counted): string {
  const text = `${number(notChecked(sumOf(report.tally)))} not checked`
  return report.untrustedListings.length > 0 ? `${text}, besides what was not listed` : text
}

/** `**87 blockers** · 28 to review · 17 outside your tenant · 1,012 hygiene · 0 not checked` */
export function verdictLineOf({ judged: { classes } }: Judgement, unchecked: string): string {
  return [
    `**${counted(classes.blocker, 'blocker', 'blockers')}**`,
    `${number(classes.review)} to review`,
    `${number(classes['out-of-scope'])} outside your tenant`,
    `${number(classes.hygiene)} hygiene`,
    unchecked,
  ].join(' · ')
}

/** One sentence: may AIM be enabled, as far as this audit sees? */
export function readinessOf({ ready, judged: { classes } }: Judgement): string {
  if (ready) return 'Nothing that this audit can see stands in the way of enabling AIM.'
  return classes.blocker > 0
    ? `Not ready: settle ${classes.blocker === 1 ? 'the one blocker' : `the ${number(classes.blocker)} blockers`} before AIM is enabled.`
    : 'Not known to be ready: not everything could be checked.'
}

const STATES = { within: '✅ within', exceeded: '❌ exceeded', unknown: '❔ unknown' } as const

function stateOf({ state, exceededBy }: JudgedVerdict, isPartial: boolean): string {
  if (exceededBy === 'ratchet') return '❌ more than in the baseline'
  return state === 'within' && isPartial ? '✅ within, so far' : STATES[state]
}

/** Every rule with what was found, what of it is accepted or was there before, what counts, and its limit. */
export function judgedGateOf(
  judgement: Judgement,
  { isPartial, failures }: { readonly isPartial: boolean; readonly failures: readonly (readonly string[])[] },
): string {
  const { verdicts, changes, baselineAt } = judgement.judged
  const hasBaseline = changes !== undefined
  const columns: Column[] = [
    ['Rule', 'left'],
    ['Found', 'right'],
    ['Accepted', 'right'],
    ...(judgement.newOnly ? [['Existing', 'right'] as const] : []),
    ['Counted', 'right'],
    ['Limit', 'right'],
    ...(hasBaseline ? [['Since baseline', 'right'] as const] : []),
    ['Verdict', 'left'],
  ]
  const rows = verdicts.map((verdict) => {
    const isUnknown = verdict.state === 'unknown'
    return [
      markdownCode(verdict.rule.text),
      isUnknown ? 'unknown' : number(verdict.raw),
      number(verdict.accepted),
      ...(judgement.newOnly ? [number(verdict.existing)] : []),
      isUnknown ? 'unknown' : part(verdict.value, verdict.checked),
      markdownCode(verdict.rule.limitText),
      ...(hasBaseline ? [delta(verdict.open, verdict.before)] : []),
      stateOf(verdict, isPartial),
    ]
  })
  // The failures row knows neither acceptance nor baseline: what, value, limit, state.
  for (const [what = '', value = '', limit = '', state = ''] of failures)
    rows.push([what, '', '', ...(judgement.newOnly ? [''] : []), value, limit, ...(hasBaseline ? [''] : []), state])
  return rows.length === 0 ? '' : sectionOf('Gate', tableOf(columns, rows), gateNote(judgement, baselineAt))
}

function gateNote({ newOnly, ratchet, judged: { changes } }: Judgement, baselineAt: string): string {
  if (changes === undefined) return 'What is accepted does not count; percentages stay of all that were checked.'
  const since = baselineAt === '' ? 'the baseline' : `the baseline of ${moment(baselineAt)}`
  return [
    `Compared with ${since}.`,
    ...(newOnly ? ['Only what is new or changed since then counts (`new-only`).'] : []),
    ...(ratchet ? ['No rule may count more than then (`ratchet`).'] : []),
  ].join(' ')
}
