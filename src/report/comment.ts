import type { CommentMode } from '../config/policy.ts'
import type { Conclusion } from '../domain/gate.ts'
import { isSafeUrl, linked, markdownCode, markdownMessage } from './escape.ts'
import type { Judgement } from './judgement.ts'
import { type Piece, tableOf, withinBytes } from './markdown.ts'
import { resultLineOf } from './summary-trend.ts'
import { delta, verdictLineOf } from './summary-verdict.ts'
import { counted, number, part } from './wording.ts'

/** GitHub takes 65,536 characters; no text has more characters than bytes. */
export const COMMENT_BYTES = 65_536

/** What tells our comment from others; `key` keeps two accounts apart. */
export const markerOf = (key: string): string => `<!-- aim-readiness ${key.replace(/[^\w.-]/g, '-').slice(0, 100)} -->`

export interface CommentReport {
  readonly conclusion: Conclusion
  readonly judgement: Judgement
  /** How many were not checked, in words. */
  readonly unchecked: string
  /** Where the summary of this run is, https. */
  readonly runUrl: string
  /** https; `''`: there is none. */
  readonly artifactUrl: string
  /** https; `undefined`: not known. */
  readonly docsUrl: string | undefined
  readonly key: string
}

const TITLES: Readonly<Record<Conclusion, string>> = {
  passed: '✅ AIM readiness: within all limits',
  failed: '❌ AIM readiness: the gate is not passed',
  incomplete: '⚠️ AIM readiness: not judged, the result is incomplete',
  error: '🛑 AIM readiness: could not be judged',
}

const titleOf = (conclusion: Conclusion, { judged: { verdicts } }: Judgement): string =>
  conclusion === 'passed' && verdicts.length === 0 ? '✅ AIM readiness: no limits are set' : TITLES[conclusion]

function rulesTable({ judged: { verdicts, changes } }: Judgement): string {
  if (verdicts.length === 0) return 'No `thresholds` are set, so nothing is held against a limit.'
  const rows = verdicts.map(({ rule, value, checked, open, before, state, exceededBy }) => [
    markdownCode(rule.text),
    state === 'unknown' ? 'unknown' : part(value, checked),
    markdownCode(rule.limitText),
    ...(changes === undefined ? [] : [delta(open, before)]),
    exceededBy === 'ratchet' ? '❌ more than before' : { within: '✅', exceeded: '❌', unknown: '❔' }[state],
  ])
  return tableOf(
    [
      ['Rule', 'left'],
      ['Now', 'right'],
      ['Limit', 'right'],
      ...(changes === undefined ? [] : [['Since baseline', 'right'] as const]),
      ['', 'left'],
    ],
    rows,
  )
}

function factsOf({ judgement }: CommentReport): string {
  const { allowList, changes } = judgement.judged
  const facts = [
    ...(changes === undefined ? [] : [`${number(changes.new)} new`, `${number(changes.fixed)} fixed`]),
    ...(allowList.accepted > 0 ? [`${number(allowList.accepted)} accepted, not counted`] : []),
    ...(allowList.expired.length > 0
      ? [counted(allowList.expired.length, 'allow-list entry is expired', 'allow-list entries are expired')]
      : []),
    ...(allowList.expiring.length > 0
      ? [counted(allowList.expiring.length, 'entry expires soon', 'entries expire soon')]
      : []),
  ]
  return facts.length === 0 ? '' : `${facts.join(' · ')}.`
}

const link = (title: string, url: string | undefined): string[] =>
  url !== undefined && isSafeUrl(url) ? [linked(title, url)] : []

/** The comment on a pull request: rules, figures, what to do first. It never holds a name. */
export function commentOf(report: CommentReport): string {
  const { judgement, conclusion, unchecked } = report
  const [first] = judgement.judged.tasks
  const changed = judgement.policyFiles.filter(({ change }) => change !== undefined)
  const links = [
    ...link('Summary', report.runUrl),
    ...link('Artifact', report.artifactUrl),
    ...link('How to accept an exception', report.docsUrl && `${report.docsUrl}#allow-list`),
  ]
  const texts = [
    markerOf(report.key),
    `### ${titleOf(conclusion, judgement)}`,
    verdictLineOf(judgement, unchecked),
    judgement.result === undefined ? '' : resultLineOf(judgement.result),
    rulesTable(judgement),
    factsOf(report),
    ...changed.map(
      ({ path }) => `⚠️ This pull request changes ${markdownCode(path)}; the change counts once it is merged.`,
    ),
    first === undefined ? '' : `**Next** (${number(first.count)}): ${first.step.action}`,
    links.join(' · '),
    '<sub>Kept up to date in place. No names are shown in comments.</sub>',
  ]
  const pieces: Piece[] = texts.filter((text) => text !== '').map((text) => ({ text, droppable: false }))
  return withinBytes(pieces, COMMENT_BYTES, () => '')
}

/** The comment when nothing could be judged, so that an earlier one does not go on telling what was. */
export function faultCommentOf({ key, message, runUrl }: { key: string; message: string; runUrl: string }): string {
  const lines = message
    .split('\n')
    .slice(0, 20)
    .map((line) => `- ${markdownMessage(line)}`)
  const texts = [markerOf(key), `### ${TITLES.error}`, lines.join('\n'), link('Summary', runUrl).join('')]
  return withinBytes(
    texts.filter((text) => text !== '').map((text) => ({ text, droppable: false })),
    COMMENT_BYTES,
    () => '',
  )
}

export interface CommentSituation {
  readonly mode: CommentMode
  readonly conclusion: Conclusion
  /** Is anything new, changed or fixed? `undefined`: there is nothing to compare with. */
  readonly hasChanges: boolean | undefined
  /** There is a comment of an earlier run. */
  readonly exists: boolean
}

/** Is there something to say? A comment that is there already is kept up to date, so that it never tells what was. */
export function isCommentDue({ mode, conclusion, hasChanges, exists }: CommentSituation): boolean {
  if (mode === 'off') return false
  if (exists || mode === 'always') return true
  return mode === 'on-failure' ? conclusion !== 'passed' : hasChanges !== false
}
