import type { Conclusion } from '../domain/gate.ts'
import { INCOMPLETENESS, REASONS, STOPPED } from './causes.ts'
import { markdownCode, markdownMessage } from './escape.ts'
import {
  exceededOf,
  isOnlyFault,
  isPartial,
  notChecked,
  sumOf,
  type Totals,
  unfederated,
  unreached,
} from './figures.ts'
import type { Report } from './model.ts'
import { capitalised, counted, duration, identities, moment, number, share, workspaces } from './wording.ts'

const MARKS: Readonly<Record<Conclusion, string>> = { passed: '✅', failed: '❌', incomplete: '⚠️', error: '🛑' }

const TITLES: Readonly<Record<Conclusion, string>> = {
  passed: 'Passed',
  failed: 'Failed',
  incomplete: 'Incomplete',
  error: 'Error',
}

/** `1,144 of 3,018 identities differ from the identity provider` */
function identitiesFigure(report: Report): string | undefined {
  const sum = sumOf(report.tally)
  if (sum === undefined || sum.checked === 0) return undefined
  if (sum.divergent === 0)
    return sum.checked === 1
      ? 'the one identity agrees with the identity provider'
      : `none of ${identities(sum.checked)} differs from the identity provider`
  const verb = sum.divergent === 1 ? 'differs' : 'differ'
  return `${number(sum.divergent)} of ${identities(sum.checked)} ${verb} from the identity provider`
}

/** Asked in vain, never asked, or some of both. */
function missedText(sum: Totals): string {
  if (sum.failed === 0) return 'were not reached'
  return unreached(sum) === 0 ? 'could not be checked' : 'were not checked'
}

function headlineOf(report: Report): string {
  const { conclusion, incompleteness, fault } = report
  const sum = sumOf(report.tally)
  if (conclusion === 'error') return fault === undefined ? 'the audit could not finish' : REASONS[fault.reason].what
  const [first] = incompleteness
  if (conclusion !== 'incomplete' || first === undefined)
    return identitiesFigure(report) ?? 'there was nothing to check'
  if (sum === undefined || sum.listed === 0) return INCOMPLETENESS[first].what
  const missed = notChecked(sum)
  return missed > 0
    ? `${number(missed)} of ${identities(sum.listed)} ${missedText(sum)}`
    : `${identitiesFigure(report) ?? 'nothing was checked'}, but the result cannot be relied on`
}

/** `2 of 6 rules are exceeded.` */
function gateSentence({ verdicts, conclusion, warnOnly }: Report): string {
  if (verdicts.length === 0)
    return 'No `thresholds` are set, so this audit reports what it finds and does not fail because of it.'
  const exceeded = exceededOf(verdicts).length
  if (exceeded === 0) {
    if (verdicts.some(({ state }) => state === 'unknown')) return 'No rule is known to be exceeded.'
    if (isPartial(conclusion)) return 'No rule is exceeded so far.'
    if (verdicts.length === 1) return 'The one rule is within its limit.'
    return `${verdicts.length === 2 ? 'Both' : `All ${number(verdicts.length)}`} rules are within their limits.`
  }
  const sentence =
    verdicts.length === 1
      ? '**The one rule is exceeded.**'
      : `**${number(exceeded)} of ${number(verdicts.length)} rules ${exceeded === 1 ? 'is' : 'are'} exceeded.**`
  return conclusion === 'failed' && warnOnly
    ? `${sentence} The step does not fail, since \`warn-only\` is set.`
    : sentence
}

function workspacesSentence({ tally }: Report): string {
  if (tally.workspaces === undefined) return ''
  const without = unfederated(tally)
  if (without === undefined) return 'Whether the workspaces have identity federation is unknown.'
  const { listed } = tally.workspaces
  if (without === 0)
    return listed > 0
      ? `${listed === 1 ? 'The one workspace has' : `All ${workspaces(listed)} have`} identity federation.`
      : ''
  const verb = without === 1 ? 'has' : 'have'
  return `${number(without)} of ${workspaces(listed)} (${share(without, listed)}) ${verb} no identity federation.`
}

function facts(report: Report): string {
  const calls = Object.values(report.apiCalls).reduce((sum, count) => sum + count, 0)
  return [
    ...(report.accountId === '' ? [] : [`Account ${markdownCode(report.accountId)}`]),
    moment(report.startedAt),
    ...(report.durationSeconds > 0 ? [`took ${duration(report.durationSeconds)}`] : []),
    ...(calls > 0 ? [counted(calls, 'API call', 'API calls')] : []),
    ...(report.continuedFrom !== undefined ? ['continued from saved progress'] : []),
  ].join(' · ')
}

const bullet = (what: string, action: string): string => `- **${what}.** ${action}`

/** What ended the audit or spoils its result, each with what to do about it. */
function causesOf({ fault, incompleteness }: Report): string {
  const known = fault !== undefined && incompleteness.length > 0 && STOPPED.includes(fault.reason)
  const lines = incompleteness.map((cause) => {
    const { what, action } = INCOMPLETENESS[cause]
    return bullet(capitalised(what), action)
  })
  if (fault !== undefined && !(known && fault.reason === 'cancelled')) {
    const messages = fault.message.split('\n').filter((line) => line.trim() !== '')
    const shown = messages.slice(0, MESSAGES).map((line) => `- ${markdownMessage(line)}`)
    const more = messages.length > MESSAGES ? [`- and ${number(messages.length - MESSAGES)} more, see the log`] : []
    lines.push(...shown, ...more, ...(known || fault.action === '' ? [] : [bullet('What to do', fault.action)]))
  }
  return lines.join('\n')
}

/** Longest list of messages, one a configuration problem. */
const MESSAGES = 50

const paragraphs = (...texts: readonly string[]): string => texts.filter((text) => text !== '').join('\n\n')

/** Conclusion in one line, why when there is a why, what judgement says of it, and the figures behind it. */
export function headOf(report: Report, judged = ''): string {
  const { conclusion } = report
  const opening = `## ${MARKS[conclusion]} ${TITLES[conclusion]}: ${headlineOf(report)}`
  if (isOnlyFault(report)) return paragraphs(opening, causesOf(report), workspacesSentence(report), facts(report))
  const figure = isPartial(conclusion) ? identitiesFigure(report) : undefined
  const figures = [
    gateSentence(report),
    ...(figure === undefined ? [] : [`So far, ${figure}.`]),
    workspacesSentence(report),
  ]
  return paragraphs(opening, causesOf(report), judged, figures.filter((text) => text !== '').join(' '), facts(report))
}
