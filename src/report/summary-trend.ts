import { ERROR_CATEGORIES } from '../domain/category.ts'
import { linked, markdownCode, markdownText } from './escape.ts'
import { type Counted, countsOf } from './figures.ts'
import type { JudgedResult, Judgement, PolicyFileNote, TrendPoint } from './judgement.ts'
import { foldOf, sectionOf } from './markdown.ts'
import { counted, moment, number } from './wording.ts'

/** `1,141 → 1,138 → 1,144`, oldest first, this audit last. `''` when it is the first. */
export function trendOf(trend: readonly TrendPoint[], now: TrendPoint): string {
  if (trend.length === 0) return ''
  const all = [...trend, now]
  const line = (title: string, values: readonly (number | undefined)[]) =>
    `${title}: ${values.map((value) => (value === undefined ? '–' : number(value))).join(' → ')}`
  return [
    line(
      'Identities that differ',
      all.map(({ divergent }) => divergent),
    ),
    line(
      'Blockers that are not accepted',
      all.map(({ blockers }) => blockers),
    ),
  ]
    .map((text) => `- ${text}`)
    .join('\n')
}

/** A Mermaid pie of the error categories; `''` when none occurs. Only names and numbers of ours are in it. */
export function chartOf(report: Counted): string {
  const counts = Object.values(countsOf(report))
  const slices = ERROR_CATEGORIES.map(
    (category) => [category, counts.reduce((sum, of) => sum + (of?.[category] ?? 0), 0)] as const,
  ).filter(([, count]) => count > 0)
  if (slices.length === 0) return ''
  const lines = slices.map(([category, count]) => `  "${category}" : ${count}`)
  return ['```mermaid', 'pie showData', '  title Identities and workspaces by error category', ...lines, '```'].join(
    '\n',
  )
}

export function trendSectionOf(judgement: Judgement, report: Counted, now: TrendPoint): string {
  const [trend, chart] = [trendOf(judgement.trend, now), chartOf(report)]
  return trend === '' && chart === '' ? '' : sectionOf('Trend and categories', trend, chart)
}

const SHA = /^[0-9a-f]{7,64}$/

const commitOf = (commit: string): string => (SHA.test(commit) ? ` at \`${commit.slice(0, 7)}\`` : '')

function policyLine({ path, origin, commit, change }: PolicyFileNote): string {
  const where = origin === 'base' ? `of the base commit${commitOf(commit)}` : `as checked out${commitOf(commit)}`
  const proposed =
    change === undefined
      ? ''
      : ` ⚠️ What is proposed has it ${change.kind}: that takes effect once it is merged (${counted(change.added.length, 'line', 'lines')} more, ${number(change.removed.length)} fewer).`
  return `- ${markdownCode(path)} ${where}.${proposed}`
}

/** First lines of a change, as a fenced diff; names in it are those that the policy itself holds. */
function changeFold({ path, change }: PolicyFileNote): string {
  if (change === undefined) return ''
  const lines = [...change.removed.map((line) => `- ${line}`), ...change.added.map((line) => `+ ${line}`)]
  const list = lines.map((line) => `- ${markdownCode(line)}`).join('\n')
  return lines.length === 0 ? '' : foldOf(`What is proposed for ${markdownText(path)}`, list)
}

/** Which files of policy were used, or that there were none. */
export function policySectionOf({ policyFiles, policyUnknown }: Judgement, showNames: boolean): string {
  const files = policyFiles.map(policyLine)
  const unknown = policyUnknown.map((why) => `- ${markdownText(why)}`)
  const lines = [...files, ...unknown]
  const folds = showNames ? policyFiles.map(changeFold) : []
  return sectionOf('Policy', lines.length === 0 ? 'No policy file was used.' : lines.join('\n'), ...folds)
}

/** `Judged result: run 1234 of 2026-11-22 04:10 UTC (6 h old, limit 24 h)` */
export function resultLineOf({ from, shown, url, finishedAt, ageHours, maxAgeHours }: JudgedResult): string {
  const name = markdownCode(shown)
  const what =
    from === 'run'
      ? `run ${linked(name, url)}`
      : from === 'folder'
        ? `folder ${name}`
        : `the prep script's files in ${name}`
  if (finishedAt === '' || ageHours === undefined)
    return `Judged result: ${what}. It tells neither its account nor its time, so its age is not known.`
  return `Judged result: ${what} of ${moment(finishedAt)} (${number(ageHours)} h old, limit ${number(maxAgeHours)} h).`
}
