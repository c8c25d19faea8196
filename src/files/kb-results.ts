import { pipeline, Readable } from 'node:stream'
import { parse } from 'csv-parse'
import { uncheckedKey } from '../domain/baseline.ts'
import { ERROR_CATEGORIES, type ErrorCategory, type SubjectType } from '../domain/category.ts'
import type { Divergence } from '../domain/divergence.ts'
import type { Evidence } from '../domain/finding.ts'
import { type EvidenceContext, evidenceOfWorkspace, type Row } from '../domain/judgement/evidence.ts'
import { EvidenceTally } from '../domain/judgement/evidence-tally.ts'
import { isId, PRINCIPAL_TYPES, type PrincipalType } from '../domain/principal.ts'
import type { Tally, TypeTally, WorkspaceTally } from '../domain/tally.ts'
import {
  DIVERGENCES_TABLES,
  FAILURES_TABLE,
  IDENTITIES_TABLES,
  TYPE_CODES,
  WORKSPACES_TABLE,
} from '../report/tables.ts'
import { inBlocks } from '../stream.ts'
import { evidencesIn } from './evidences.ts'
import { type ResultsSource, unusable } from './results-source.ts'

interface File {
  readonly file: string
  readonly header: readonly string[]
}

/** Rows of one CSV without its header; `undefined`: there is no such file. Throws `configuration` for another shape. */
export async function rowsOf(
  source: ResultsSource,
  { file, header }: File,
): Promise<AsyncIterable<string[]> | undefined> {
  const pieces = await source.open(file)
  return pieces && rowsIn(pieces, source, { file, header })
}

/** Characters: more than a group with all of its members. A quote that is never closed makes a row of all that follows. */
const MOST_OF_A_ROW = 16 * 1024 ** 2

async function* rowsIn(
  pieces: AsyncIterable<string>,
  source: ResultsSource,
  { file, header }: File,
): AsyncGenerator<string[]> {
  const parser = parse({ bom: true, relax_column_count: false, skip_empty_lines: true, max_record_size: MOST_OF_A_ROW })
  const rows = pipeline(Readable.from(pieces), parser, () => {}) as AsyncIterable<string[]>
  let isFirst = true
  try {
    for await (const row of rows) {
      if (!isFirst) yield row
      else if (row.join() !== header.join()) throw new Error('another header')
      isFirst = false
    }
  } catch (cause) {
    throw unusable(source, file, 'is no result of the prep script', cause)
  }
  if (isFirst) throw unusable(source, file, 'is empty')
}

async function countOf(rows: AsyncIterable<unknown>): Promise<number> {
  let count = 0
  for await (const _ of rows) count++
  return count
}

const NOT_OF_SCRIPT = 'holds a row that the prep script does not write'

const listOf = (cell: string): string[] => (cell === '' ? [] : cell.split(';'))

/** One row of `idp_divergence_<type>.csv`. */
function divergenceOfRow(type: PrincipalType, cells: readonly string[], source: ResultsSource): Divergence {
  const [id = '', name = '', externalId = '', nameMatches = '', ...rest] = cells
  const [localMembers = '', externalMembers = ''] = type === 'groups' ? rest : []
  const categories = listOf(rest.at(-1) ?? '')
  const isKnown = (text: string): text is ErrorCategory => (ERROR_CATEGORIES as readonly string[]).includes(text)
  if (!isId(id) || categories.length === 0 || !categories.every(isKnown))
    throw unusable(source, DIVERGENCES_TABLES[type].file, NOT_OF_SCRIPT)
  return {
    type,
    id,
    name,
    externalId,
    nameMatches: listOf(nameMatches),
    localMembers: listOf(localMembers),
    externalMembers: listOf(externalMembers),
    categories,
  }
}

async function* divergencesOf(source: ResultsSource, type: PrincipalType): AsyncGenerator<Row> {
  const rows = await rowsOf(source, DIVERGENCES_TABLES[type])
  if (rows === undefined) throw unusable(source, DIVERGENCES_TABLES[type].file, 'is missing')
  for await (const cells of rows) {
    const divergence = divergenceOfRow(type, cells, source)
    // Only what differs is in the files; whether it is active is not.
    const { id, name, externalId } = divergence
    yield { principal: { type, id, name, externalId, active: undefined }, outcome: { kind: 'divergent', divergence } }
  }
}

export interface KbResults {
  readonly tally: Tally
  /** `users 123` */
  readonly failed: ReadonlySet<string>
}

const MOST_FAILURES = 1_000_000

/** Ids that could not be checked, by type. */
export async function failedIds(source: ResultsSource): Promise<Map<SubjectType, Set<string>> | undefined> {
  const rows = await rowsOf(source, FAILURES_TABLE)
  if (rows === undefined) return undefined
  const failed = new Map<SubjectType, Set<string>>(PRINCIPAL_TYPES.map((type) => [type, new Set()]))
  let count = 0
  for await (const [id = '', code = ''] of rows) {
    const type = PRINCIPAL_TYPES.find((one) => TYPE_CODES[one] === code)
    if (type === undefined || ++count > MOST_FAILURES) throw unusable(source, FAILURES_TABLE.file, 'cannot be used')
    failed.get(type)?.add(id)
  }
  return failed
}

/**
 * The evidence in a folder of the KB script's own results, in its order; at the end, what it adds up to. The files do not
 * tell who is local only, how many workspaces there are, or who holds an external id without differing: what they tell is
 * counted.
 */
export async function* readKbResults(
  source: ResultsSource,
  { idpIsEntra }: Pick<EvidenceContext, 'idpIsEntra'>,
): AsyncGenerator<Evidence, KbResults> {
  const failed = await failedIds(source)
  if (failed === undefined) throw unusable(source, FAILURES_TABLE.file, 'is missing')
  const tallies = new EvidenceTally()
  const groups = await idsOf(source, 'groups')
  const context = { idpIsEntra, isGroup: (id: string) => groups.has(id) }
  const principals: Partial<Record<PrincipalType, TypeTally>> = {}
  for (const type of PRINCIPAL_TYPES) {
    const identities = await rowsOf(source, IDENTITIES_TABLES[type])
    if (identities === undefined) continue
    for await (const evidences of evidencesIn(() => inBlocks(divergencesOf(source, type)), context))
      for (const evidence of evidences) {
        tallies.add(evidence)
        yield evidence
      }
    const [listed, lost] = [await countOf(identities), failed.get(type)?.size ?? 0]
    const checked = Math.max(listed - lost, tallies.divergent(type))
    principals[type] = tallies.tally(type, { listed: checked + lost, checked, failed: lost, gone: 0, localOnly: 0 })
  }
  const workspaces = yield* workspacesIn(source)
  if (Object.keys(principals).length === 0)
    throw unusable(source, IDENTITIES_TABLES.users.file, 'is missing, and so are those of the other types')
  const keys = [...failed].flatMap(([type, ids]) => [...ids].map((id) => uncheckedKey(type, id)))
  return { tally: { workspaces, principals }, failed: new Set(keys) }
}

async function idsOf(source: ResultsSource, type: PrincipalType): Promise<ReadonlySet<string>> {
  const ids = new Set<string>()
  for await (const [id = ''] of (await rowsOf(source, IDENTITIES_TABLES[type])) ?? []) ids.add(id)
  return ids
}

/** Only workspaces without federation are in the file. */
async function* workspacesIn(source: ResultsSource): AsyncGenerator<Evidence, WorkspaceTally | undefined> {
  const rows = await rowsOf(source, WORKSPACES_TABLE)
  if (rows === undefined) return undefined
  let count = 0
  for await (const [id = ''] of rows) {
    if (!isId(id)) throw unusable(source, WORKSPACES_TABLE.file, NOT_OF_SCRIPT)
    count++
    yield evidenceOfWorkspace({ id, federation: 'disabled' }) as Evidence
  }
  return { listed: count, telling: count, federated: 0, divergent: count }
}
