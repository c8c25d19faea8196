import type { Redaction } from '../config/policy.ts'
import { CATEGORIES_OF, type ErrorCategory } from '../domain/category.ts'
import type { Divergence } from '../domain/divergence.ts'
import { failureText } from '../domain/failure.ts'
import { type PrincipalType, TYPE_LABELS } from '../domain/principal.ts'
import { carriersOf, includedTypes, type TypeTally } from '../domain/tally.ts'
import { markdownCode } from './escape.ts'
import { sumOf, unfederated } from './figures.ts'
import { type Column, foldOf, tableOf } from './markdown.ts'
import type { Report } from './model.ts'
import { redactedExternalId, redactedNameOf } from './redact.ts'
import { capitalised, number } from './wording.ts'

const NAME_TITLES: Readonly<Record<PrincipalType, string>> = {
  users: 'Username',
  groups: 'Group name',
  'service-principals': 'Application id',
}

/** What a category is about, beyond name and external id. Members are told by their ids in Databricks. */
const DETAILS: Readonly<
  Partial<Record<ErrorCategory, [title: string, values: (of: Divergence, redaction: Redaction) => readonly string[]]>>
> = {
  NAME_MATCH_EXTERNAL_ID_MISMATCH: [
    'External id of that name',
    ({ nameMatches }, redaction) => nameMatches.map((externalId) => redactedExternalId(externalId, redaction)),
  ],
  GROUP_HAS_LOCAL_MEMBERS_WITHOUT_EXTERNAL_ID: ['Member ids', ({ localMembers }) => localMembers],
  GROUP_HAS_LOCAL_MEMBERS_WITH_EXTERNAL_ID: ['Member ids', ({ externalMembers }) => externalMembers],
}

const VALUES = 5

function valuesCell(values: readonly string[]): string {
  const shown = values.slice(0, VALUES).map(markdownCode).join(', ')
  return values.length > VALUES ? `${shown} and ${number(values.length - VALUES)} more` : shown
}

function principalsTable(
  type: PrincipalType,
  category: ErrorCategory,
  rows: readonly Divergence[],
  redaction: Redaction,
): string {
  const detail = DETAILS[category]
  const columns: Column[] = [
    ['Id', 'left'],
    [NAME_TITLES[type], 'left'],
    ['External id', 'left'],
    ...(detail === undefined ? [] : [[detail[0], 'left'] as const]),
  ]
  return tableOf(
    columns,
    rows.map((row) => [
      markdownCode(row.id),
      markdownCode(redactedNameOf(type, row.name, redaction)),
      markdownCode(redactedExternalId(row.externalId, redaction)),
      ...(detail === undefined ? [] : [valuesCell(detail[1](row, redaction))]),
    ]),
  )
}

/** Ids alone, where no name may be shown. */
const idsTable = (ids: readonly string[]): string =>
  tableOf(
    [['Id', 'left']],
    ids.map((id) => [markdownCode(id)]),
  )

const extent = (shown: number, of: number): string =>
  shown < of ? `first ${number(shown)} of ${number(of)}` : `all ${number(of)}`

function foldOfType(report: Report, type: PrincipalType): string[] {
  const tally = report.tally.principals[type] as TypeTally
  return CATEGORIES_OF[type].flatMap((category) => {
    const rows = report.samples.principals[type]?.[category] ?? []
    if (rows.length === 0) return []
    const summary = `${capitalised(TYPE_LABELS[type])}, ${category}: ${extent(rows.length, carriersOf(tally, [category]))}`
    return foldOf(
      summary,
      report.showNames
        ? principalsTable(type, category, rows, report.judgement?.redaction ?? 'names')
        : idsTable(rows.map(({ id }) => id)),
    )
  })
}

function foldOfWorkspaces({ tally, samples }: Report): string[] {
  const without = unfederated(tally) ?? 0
  if (without === 0 || samples.workspaces.length === 0) return []
  const summary = `Workspaces, IDENTITY_FEDERATION_DISABLED: ${extent(samples.workspaces.length, without)}`
  return [foldOf(summary, idsTable(samples.workspaces))]
}

/** The first rows of each type and category, each list folded. */
export const sampleFoldsOf = (report: Report): string[] => [
  ...includedTypes(report.tally).flatMap((type) => foldOfType(report, type)),
  ...foldOfWorkspaces(report),
]

/** The first identities that could not be checked; a fold or nothing. */
export function failuresFoldOf({ tally, samples: { failures } }: Report): string[] {
  if (failures.length === 0) return []
  const rows = failures.map((failure) => [
    TYPE_LABELS[failure.type],
    markdownCode(failure.id),
    markdownCode(failureText(failure)),
  ])
  const columns: Column[] = [
    ['Type', 'left'],
    ['Id', 'left'],
    ['Error', 'left'],
  ]
  const extentText = extent(failures.length, Math.max(failures.length, sumOf(tally)?.failed ?? 0))
  return [foldOf(`Identities that could not be checked: ${extentText}`, tableOf(columns, rows))]
}
