import { CATEGORIES_OF, ERROR_CATEGORIES, type ErrorCategory, type SubjectType } from '../domain/category.ts'
import { TYPE_LABELS, TYPE_SINGULARS } from '../domain/principal.ts'
import { includedTypes, type TypeTally } from '../domain/tally.ts'
import { ADVICE, type Advice } from './advice.ts'
import { type Counts, countsOf, isUnread, sumOf, type Totals, totalsOf, unreached } from './figures.ts'
import { type Column, foldOf, sectionOf, tableOf } from './markdown.ts'
import type { Report } from './model.ts'
import { capitalised, counted, number, share } from './wording.ts'

const typesOf = (report: Report): SubjectType[] => [
  ...includedTypes(report.tally),
  ...(report.tally.workspaces === undefined ? [] : (['workspaces'] as const)),
]

/** How many of a type a share is of. */
function basisOf({ tally }: Report, type: SubjectType): number {
  return type === 'workspaces' ? (tally.workspaces?.listed ?? 0) : (tally.principals[type]?.checked ?? 0)
}

/** Nothing found among nothing checked is not known to be nothing. */
const UNKNOWN = '–'

function cellOf(report: Report, counts: Counts, type: SubjectType, category: ErrorCategory): string {
  if (!CATEGORIES_OF[type].includes(category)) return ''
  const count = counts[type]?.[category]
  if (count === undefined) return type === 'workspaces' ? 'unknown' : UNKNOWN
  return count === 0 ? '0' : `${number(count)} (${share(count, basisOf(report, type))})`
}

/** Categories down, types across; an empty cell is a category that the type cannot have. */
function categoriesTable(report: Report): string {
  const counts = countsOf(report)
  const types = typesOf(report)
  const columns: Column[] = [
    ['Error category', 'left'],
    ...types.map((type): Column => [capitalised(TYPE_LABELS[type]), 'right']),
  ]
  const rows = ERROR_CATEGORIES.map((category) => [
    `\`${category}\``,
    ...types.map((type) => cellOf(report, counts, type, category)),
  ]).filter((cells) => cells.slice(1).some((cell) => cell !== ''))
  return tableOf(columns, rows)
}

const COVERAGE: readonly (readonly [title: string, figure: (totals: Totals) => number])[] = [
  ['Listed', ({ listed }) => listed],
  ['Checked', ({ checked }) => checked],
  ['Differ', ({ divergent }) => divergent],
  ['Failed', ({ failed }) => failed],
  ['Not reached', unreached],
  ['Gone', ({ gone }) => gone],
  ['Local only', ({ localOnly }) => localOnly],
]

function coverageTable(report: Report): string {
  const { tally } = report
  const sum = sumOf(tally)
  if (sum === undefined) return ''
  const figures = COVERAGE.filter(([, figure]) => figure !== unreached || unreached(sum) > 0)
  const types = includedTypes(tally)
  const rowOf = (title: string, totals: Totals) => [title, ...figures.map(([, figure]) => number(figure(totals)))]
  const rows = types.map((type) => {
    const title = capitalised(TYPE_LABELS[type])
    return isUnread(report, type)
      ? [title, ...figures.map(() => UNKNOWN)]
      : rowOf(title, totalsOf(tally.principals[type] as TypeTally))
  })
  return tableOf(
    [['', 'left'], ...figures.map(([title]): Column => [title, 'right'])],
    types.length > 1 ? [...rows, rowOf('All', sum)] : rows,
  )
}

/** What was counted: by category, and how far the audit got. */
export function countsSectionOf(report: Report): string {
  if (typesOf(report).length === 0) return ''
  return sectionOf(
    'What was found',
    categoriesTable(report),
    'An identity may carry several categories. Percentages are of the identities that were checked, or of all workspaces.',
    coverageTable(report),
  )
}

function adviceItem(counts: Counts, { category, types, title, meaning, action }: Advice, docsUrl?: string): string {
  const many = types.flatMap((type) => {
    const count = counts[type]?.[category] ?? 0
    return count === 0 ? [] : [counted(count, TYPE_SINGULARS[type], TYPE_LABELS[type])]
  })
  if (many.length === 0) return ''
  const link = docsUrl === undefined ? '' : ` [More](${docsUrl}#${category.toLowerCase()})`
  return `1. **${title}** (${many.join(' and ')}; \`${category}\`). ${meaning} **Do:** ${action}${link}`
}

/** What each category that occurs means and what to do about it, folded; the most urgent first. */
export function adviceOf(report: Report): string {
  const counts = countsOf(report)
  const items = ADVICE.map((advice) => adviceItem(counts, advice, report.docsUrl)).filter((item) => item !== '')
  return items.length === 0 ? '' : foldOf('What these categories mean, and what to do about each', items.join('\n'))
}
