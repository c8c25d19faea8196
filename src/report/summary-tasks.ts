import type { FindingType, Owner } from '../domain/finding.ts'
import type { Task } from '../domain/judgement/judge.ts'
import { FINDINGS_FILE } from './findings-json.ts'
import type { Judgement } from './judgement.ts'
import { sectionOf, tableOf } from './markdown.ts'
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

function undoOf({ step, count, irreversible }: Task): string {
  if (!step.links || irreversible === 0) return 'yes'
  return irreversible === count
    ? 'no: an external id that was empty cannot be emptied again'
    : `not for ${number(irreversible)}, whose external id was empty`
}

/** What to do, who, for how many, where the rows are, and whether it can be undone: in the order that is best. */
export function tasksOf({ judged: { tasks } }: Judgement): string {
  if (tasks.length === 0) return ''
  const rows = tasks.map((task, index) => [
    String(index + 1),
    task.step.action,
    OWNERS[task.step.owner],
    `${number(task.count)} (${task.types.map((type) => LABELS[type]).join(', ')})`,
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
        ['Who', 'left'],
        ['How many', 'right'],
        ['File', 'left'],
        ['Undo', 'left'],
      ],
      rows,
    ),
    'Each finding is counted once, where it is to be settled first. What was accepted is left out.',
  )
}
