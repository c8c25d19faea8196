import type { SubjectType } from '../domain/category.ts'
import { changedTypes, type DirectoryReading } from '../domain/directory-reading.ts'
import type { Reason } from '../domain/failure.ts'
import type { Known, Prerequisites } from '../domain/prerequisites.ts'
import { TYPE_LABELS } from '../domain/principal.ts'
import { REASONS } from './causes.ts'
import { linked, markdownCode, markdownMessage, markdownText } from './escape.ts'
import { sumOf, unfederated, unreached } from './figures.ts'
import { sectionOf, tableOf } from './markdown.ts'
import type { ArtifactState, Report } from './model.ts'
import { counted, identities, moment, number } from './wording.ts'

const SHOWN_REASONS = 20

const reasonOf = (error: string): Reason | undefined => {
  const reason = error.split(':')[0] as string
  return Object.hasOwn(REASONS, reason) ? (reason as Reason) : undefined
}

function reasonsTable(failureReasons: ReadonlyMap<string, number>): string {
  const byCount = [...failureReasons].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
  const rest = byCount.slice(SHOWN_REASONS).reduce((sum, [, count]) => sum + count, 0)
  const rows = byCount.slice(0, SHOWN_REASONS).map(([error, count]) => {
    const reason = reasonOf(error)
    return [markdownCode(error), number(count), reason === undefined ? '' : REASONS[reason].action]
  })
  return tableOf(
    [
      ['Error', 'left'],
      ['Identities', 'right'],
      ['What to do', 'left'],
    ],
    rest > 0 ? [...rows, ['others', number(rest), 'See the failures file.']] : rows,
  )
}

function listingText({ type, listed, promised, why }: Report['untrustedListings'][number]): string {
  return why === ''
    ? `${extentOf(type, listed, promised)}.`
    : `${extentOf(type, listed, promised)}. ${markdownMessage(why)}.`
}

function extentOf(type: SubjectType, listed: number, promised: number | undefined): string {
  const label = TYPE_LABELS[type]
  if (promised !== undefined) return `${label} gave ${number(listed)} of the ${number(promised)} it promised`
  return listed === 0
    ? `${label} could not be read`
    : `${label} could not be read to the end; it gave ${number(listed)}`
}

/** What could not be checked and why: failures, what was not reached, listings that fell short. */
export function uncheckedOf({ tally, failureReasons, untrustedListings }: Report): string {
  const sum = sumOf(tally)
  const left = sum === undefined ? 0 : unreached(sum)
  const listings = untrustedListings.map((listing) => `- The listing of ${listingText(listing)}`)
  const lines = [
    ...(left > 0 ? [`- ${counted(left, 'identity was', 'identities were')} not reached before the audit ended.`] : []),
    ...listings,
  ]
  const failed = sum?.failed ?? 0
  if (lines.length === 0 && failed === 0) return ''
  const intro = failed > 0 ? `- ${identities(failed)} could not be checked. Not checked is not clean.` : ''
  return sectionOf(
    'What could not be checked',
    [intro, ...lines].filter((line) => line !== '').join('\n'),
    failureReasons.size > 0 ? reasonsTable(failureReasons) : '',
  )
}

const KNOWN: Readonly<Record<Known, string>> = { yes: '✅ yes', no: '❌ no', unknown: '❔ unknown' }

const PREREQUISITES: readonly [keyof Prerequisites, string][] = [
  ['federatedWorkspace', 'At least one workspace with identity federation'],
  ['premiumTier', 'Premium plan or above'],
  ['accountAdmin', 'The service principal of this audit is an account admin'],
]

/** What AIM asks of an account before it can be switched on. */
export const prerequisitesSectionOf = ({ prerequisites }: Report): string =>
  sectionOf(
    'What AIM needs',
    tableOf(
      [
        ['Prerequisite', 'left'],
        ['Seen', 'left'],
      ],
      [
        ...PREREQUISITES.map(([key, text]) => [text, KNOWN[prerequisites[key]]]),
        ['All identities in one tenant of the identity provider', '❔ cannot be seen from here'],
      ],
    ),
  )

/** What a reader should know to understand the figures. */
export function notesOf(report: Report): string {
  const { tally } = report
  const sum = sumOf(tally)
  const notes: string[] = []
  if (sum !== undefined && sum.localOnly > 0)
    notes.push(
      `${counted(sum.localOnly, 'identity is', 'identities are')} local only: without external id, and the identity provider knows no such name. That is no error category.`,
    )
  if (sum !== undefined && sum.gone > 0)
    notes.push(
      `${counted(sum.gone, 'identity is', 'identities are')} gone: deleted after being listed, so neither checked nor failed.`,
    )
  if (tally.workspaces !== undefined && unfederated(tally) === undefined)
    notes.push(
      'The API does not tell which workspaces have identity federation. The file lists them all, as the prep script does; see the account console for the truth.',
    )
  else if (tally.workspaces !== undefined && tally.workspaces.telling < tally.workspaces.listed)
    notes.push(
      `Of ${counted(tally.workspaces.listed - tally.workspaces.telling, 'workspace', 'workspaces')} the API does not tell whether identity federation is on; they count as without it.`,
    )
  if (report.matchSource === 'databricks' && (sum?.checked ?? 0) > 0)
    notes.push(
      'Databricks itself compared each identity with the identity provider. Where AIM is already on, this comparison also makes Databricks sync that identity.',
    )
  notes.push(...readingsNotes(report))
  if (!report.showNames) notes.push('No names are shown, since this repository is public, or may be.')
  return notes.length === 0 ? '' : sectionOf('Good to know', notes.map((note) => `- ${note}`).join('\n'))
}

/** Of an audit that took several runs, each of which read the tenant. */
function readingsNotes({ directory }: Report): string[] {
  const readings = directory?.readings ?? []
  const [first, last] = [startOf(readings[0]), startOf(readings.at(-1))]
  if (readings.length < 2 || first === undefined || last === undefined) return []
  const times = `The tenant was read ${number(readings.length)} times, since the audit took several runs: first at ${moment(first)}, last at ${moment(last)}.`
  const changed = changedTypes(readings).map((type) => TYPE_LABELS[type])
  return changed.length === 0
    ? [times]
    : [
        `${times} In between it changed (${changed.join(', ')}), so what was found first may be different by now: for one picture, audit anew with \`resume: off\`.`,
      ]
}

const startOf = (reading: DirectoryReading | undefined): string | undefined =>
  reading?.types.map(({ readAt }) => readAt).sort()[0]

function whereabouts({ resultsPath, files, judgement }: Report, artifact: ArtifactState): string {
  const folder = `in ${markdownCode(resultsPath)} on the runner, and gone with it unless a later step keeps them`
  switch (artifact.state) {
    case 'uploaded':
      return `All rows are in the artifact ${linked(markdownCode(artifact.name), artifact.url)}.`
    case 'off':
      if (judgement?.result !== undefined) return `What only judges uploads no artifact. The files are ${folder}.`
      return `No artifact was asked for (\`upload-artifact: false\`). The files are ${folder}.`
    case 'public':
      return `No artifact was uploaded, since this repository is public, or may be; set \`allow-public-artifact\` if everyone may read the rows. The files are ${folder}.`
    case 'post':
      return 'The post step of this job uploads the files as an artifact.'
    case 'nothing':
      return 'No file was written, so there is no artifact.'
    case 'failed':
      return `The artifact could not be uploaded: ${markdownText(artifact.why)}${files.length > 0 ? ` The files are ${folder}.` : ''}`
  }
}

/** Where the rows are, and which files there are. */
export function filesSectionOf(report: Report, artifact: ArtifactState): string {
  const files = report.files.map((file) => `- ${markdownCode(file)}`).join('\n')
  return sectionOf('Files', whereabouts(report, artifact), artifact.state === 'nothing' ? '' : files)
}
