import { z } from 'zod'
import { type AllowEntry, daysBetween } from '../domain/allow-list.ts'
import { FINDING_TYPES, MARKS, type Mark } from '../domain/finding.ts'
import { JUDGEMENTS } from '../domain/judgement/table.ts'
import { isId } from '../domain/principal.ts'
import { firstProblems, printable, shown } from './values.ts'
import { isEmptyDocument, offsetOf, writtenOf, yamlDocumentOf } from './yaml-document.ts'

const MAX_BYTES = 1024 * 1024

export interface AllowList {
  readonly entries: readonly AllowEntry[]
  readonly problems: readonly string[]
}

export interface AllowListContext {
  /** UTC: `2026-11-22`. */
  readonly today: string
  /** How far ahead an entry may expire, in days. */
  readonly maxDays: number
}

const word = z.string('write a text').trim().min(1, 'write a text').max(1_000, 'is longer than 1,000 characters')

const date = z
  .string('write a date like 2027-03-31')
  .refine((text) => isDate(text), { error: 'is not a date; write one like 2027-03-31', abort: true })

/** A day that exists. */
const isDate = (text: string): boolean =>
  /^\d{4}-\d{2}-\d{2}$/.test(text) &&
  !Number.isNaN(Date.parse(text)) &&
  new Date(Date.parse(text)).toISOString().startsWith(text)

const entry = z.strictObject(
  {
    type: z.enum(FINDING_TYPES, { error: `write one of ${FINDING_TYPES.join(', ')}` }),
    id: z.string('write the id of Databricks, digits only').refine(isId, 'is no id of Databricks; write digits only'),
    category: z.enum(MARKS as [Mark, ...Mark[]], {
      error: 'is no category or reason; write one exactly as reports name it',
    }),
    reason: word,
    owner: word,
    expires: date,
  },
  { error: 'write an entry with type, id, category, reason, owner and expires' },
)

const schema = z.strictObject(
  {
    version: z.literal('1', { error: 'write version: 1' }),
    entries: z.array(entry, 'write a list of entries').max(100_000),
  },
  { error: 'this is not a map; write version: 1 and entries' },
)

const refused = (...problems: readonly string[]): AllowList => ({ entries: [], problems: firstProblems(problems) })

/** Reads an allow-list. Everything that is wrong is told, each problem with its line; then there are no entries. */
export function allowListOf(text: string, context: AllowListContext): AllowList {
  if (Buffer.byteLength(text) > MAX_BYTES) return refused('the list is longer than 1 MiB')
  const yaml = yamlDocumentOf(text, 'a star stands for nothing here; write one entry for each id')
  if (typeof yaml === 'string') return refused(yaml)
  const { document, at, lineAt } = yaml
  if (isEmptyDocument(document)) return refused('line 1, column 1: the file is empty; write version: 1 and entries: []')
  const read = schema.safeParse(writtenOf(document, document.contents))
  const place = (path: readonly PropertyKey[]) => at(offsetOf(document, path))
  if (!read.success) return refused(...read.error.issues.flatMap((issue) => problemsOf(issue, place)))

  const entries = read.data.entries.map(({ category, ...rest }, index) => ({
    ...rest,
    mark: category,
    line: lineAt(offsetOf(document, ['entries', index])),
  }))
  const repeats = repeatsIn(entries)
  const problems = entries.flatMap((one, index) => {
    const problem = problemOf(one, context) ?? repeats[index]
    return problem === undefined ? [] : [`${place(['entries', index])}: ${problem}`]
  })
  return problems.length > 0 ? refused(...problems) : { entries, problems }
}

/** An issue of the schema in our words: where, which field, what to write. */
function problemsOf(issue: z.core.$ZodIssue, place: (path: readonly PropertyKey[]) => string): string[] {
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => `${place([...issue.path, key])}: unknown key ${shown(key)}`)
  const field = issue.path.findLast((part) => typeof part === 'string')
  return [
    `${place(issue.path)}: ${field === undefined ? '' : `${printable(String(field))}: `}${printable(issue.message)}`,
  ]
}

function problemOf({ type, id, mark, expires }: AllowEntry, { today, maxDays }: AllowListContext): string | undefined {
  if (!JUDGEMENTS[mark].types.includes(type))
    return `${mark} does not occur in a ${type}, so ${type} ${id} can never match`
  if (daysBetween(today, expires) > maxDays)
    return `expires ${expires} is more than ${maxDays} days ahead; write an earlier date, or raise allow-list-max-days`
  return undefined
}

/** The line in which the same exception stands first; keyed, since a list may be long. */
function repeatsIn(entries: readonly AllowEntry[]): (string | undefined)[] {
  const lines = new Map<string, number>()
  return entries.map(({ type, id, mark, line }) => {
    const key = `${type} ${id} ${mark}`
    const first = lines.get(key)
    if (first !== undefined) return `${type} ${id} with ${mark} is there already, in line ${first}; keep one of them`
    lines.set(key, line)
    return undefined
  })
}
