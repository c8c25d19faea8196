import type { FindingType, Owner } from '../domain/finding.ts'
import type { Task } from '../domain/judgement/judge.ts'
import { FINDINGS_FILE } from './findings-json.ts'
import { samplesTable } from './findings-table.ts'
import type { FindingSample, Judgement } from './judgement.ts'
import { foldOf, sectionOf, tableOf } from './markdown.ts'
import { DIVERGENCES_TABLES, WORKSPACES_TABLE } from './tables.ts'
import { number } from './wording.ts'

const OWNERS: Readonly<Record<Owner, string>> = {
  'databricks-admin': 'Databricks admin',
  'entra-admin': 'Entra admin',
  support: 'Databricks support',
  security: 'Security',
}

const LABELS: Readonly<Record<FindingType, string>> = {
  user: 'users',
  group: 'groups',
  'service-principal': 'service principals',
  workspace: 'workspaces',
}

const CSV_FILES: Readonly<Record<FindingType, string>> = {
  user: DIVERGENCES_TABLES.users.file,
  group: DIVERGENCES_TABLES.groups.file,
  'service-principal': DIVERGENCES_TABLES['service-principals'].file,
  workspace: WORKSPACES_TABLE.file,
}

const filesOf = ({ step, types }: Task): string[] =>
  step.isInNoCsv ? [FINDINGS_FILE] : types.map((type) => CSV_FILES[type])

const typesOf = ({ types, count }: Task): string =>
  types.map((type) => (count === 1 ? type.replace('-', ' ') : LABELS[type])).join(', ')

/** Only of an external id is it known whether the old one can be had back. */
function undoOf({ step, count, irreversible }: Task): string {
  if (!step.links) return '–'
  if (irreversible === 0) return 'yes'
  return irreversible === count
    ? 'no: an external id that was empty cannot be emptied again'
    : `not for ${number(irreversible)}, whose external id was empty`
}

/** Where the files of the table are, when this run did not write them. */
function whereabouts(result: Judgement['result']): string {
  if (result === undefined) return ''
  const where = result.from === 'run' ? 'in the artifact of the judged run' : 'in the folder that was judged'
  return ` The CSV files are ${where}.`
}

/** What to do, who, for how many, where the rows are, and whether it can be undone: in the order that is best. */
export function tasksOf({ judged: { tasks }, result }: Judgement): string {
  if (tasks.length === 0) return ''
  const rows = tasks.map((task, index) => [
    String(index + 1),
    task.step.action,
    task.step.class,
    OWNERS[task.step.owner],
    `${number(task.count)} (${typesOf(task)})`,
    filesOf(task)
      .map((file) => `\`${file}\``)
      .join(', '),
    undoOf(task),
  ])
  return sectionOf(
    'What to do, in this order',
    tableOf(
      [
        ['#', 'right'],
        ['Do this', 'left'],
        ['Class', 'left'],
        ['Who', 'left'],
        ['How many', 'right'],
        ['File', 'left'],
        ['Undo', 'left'],
      ],
      rows,
    ),
    `Each finding is counted once, where it is to be settled first. What was accepted is left out. The CSV files have every row of a type; \`${FINDINGS_FILE}\` tells of each finding which class it is and what to do.${whereabouts(result)}`,
  )
}

/** The first blockers of each step, with the step's number; a fold, or `''`. */
export function blockersFoldOf(judgement: Judgement, showNames: boolean): string {
  const { judged, samples } = judgement
  const shown = new Map<FindingSample, string>()
  for (const [index, { step }] of judged.tasks.entries())
    for (const sample of samples.blockers.get(step) ?? []) shown.set(sample, String(index + 1))
  if (shown.size === 0) return ''
  const all = judged.tasks.reduce((sum, { step, count }) => sum + (step.class === 'blocker' ? count : 0), 0)
  const title =
    shown.size < all ? `the first of each step, ${number(shown.size)} of ${number(all)}` : `all ${number(all)}`
  return foldOf(
    `Blockers: ${title}`,
    samplesTable([...shown.keys()], judgement, showNames, (sample) => shown.get(sample) ?? ''),
  )
}
