import type { ErrorCategory } from '../domain/category.ts'
import type { Divergence } from '../domain/divergence.ts'
import { type Failure, failureText } from '../domain/failure.ts'
import type { PrincipalType } from '../domain/principal.ts'
import { Counter, type TypeTally } from '../domain/tally.ts'
import { isDivergentWorkspace, type Workspace } from '../domain/workspace.ts'
import type { ResultsLog, Snapshot } from '../ports.ts'
import type { CsvFormat } from '../report/csv.ts'
import { SAMPLE_SIZE, type Samples } from '../report/model.ts'
import { DIVERGENCES_TABLES, FAILURES_TABLE, IDENTITIES_TABLES, WORKSPACES_TABLE } from '../report/tables.ts'
import { inBlocks } from '../stream.ts'
import { piecesOf } from './pieces.ts'
import type { ResultsFolder } from './results-folder.ts'

export interface RenderInput {
  readonly folder: ResultsFolder
  readonly format: CsvFormat
  /** `undefined`: not listed, so there is no file that would look clean. */
  readonly workspaces: readonly Workspace[] | undefined
  /** Types whose listing was read, in listing order. */
  readonly types: readonly PrincipalType[]
  readonly snapshot: Snapshot
  readonly results: ResultsLog
  /** Identities with a final outcome, by type; `undefined` when phase 3 brought nothing. */
  readonly done: ReadonlyMap<PrincipalType, number> | undefined
}

/** What was counted and kept on the way while the records were written out. */
export interface Rendered {
  readonly principals: Readonly<Partial<Record<PrincipalType, TypeTally>>>
  readonly samples: Samples
  readonly failureReasons: ReadonlyMap<string, number>
}

/** Writes every CSV that there is something to say in, in listing order, and counts from the same records. */
export async function render(input: RenderInput): Promise<Rendered> {
  const { folder, format, workspaces, types, snapshot, done } = input
  const divergentWorkspaces = workspaces?.filter(isDivergentWorkspace)
  if (divergentWorkspaces !== undefined)
    await folder.write(WORKSPACES_TABLE.file, piecesOf(WORKSPACES_TABLE, [divergentWorkspaces], format))
  for (const type of types)
    await folder.write(IDENTITIES_TABLES[type].file, piecesOf(IDENTITIES_TABLES[type], idsOf(snapshot, type), format))

  const reading = new Reading()
  const principals: Partial<Record<PrincipalType, TypeTally>> = {}
  for (const type of types) {
    const counter = new Counter(snapshot.count(type))
    const rows = reading.divergences(type, input.results, counter)
    if (done !== undefined && (snapshot.count(type) === 0 || done.has(type)))
      await folder.write(DIVERGENCES_TABLES[type].file, piecesOf(DIVERGENCES_TABLES[type], rows, format))
    counter.linked((done?.get(type) ?? 0) - counter.added)
    principals[type] = counter.tally()
  }
  if (done !== undefined)
    await folder.write(
      FAILURES_TABLE.file,
      piecesOf(FAILURES_TABLE, inBlocks(reading.failures(types, input.results)), format),
    )
  return {
    principals,
    samples: reading.samples((divergentWorkspaces ?? []).slice(0, SAMPLE_SIZE).map(({ id }) => id)),
    failureReasons: reading.failureReasons,
  }
}

async function* idsOf(snapshot: Snapshot, type: PrincipalType): AsyncGenerator<readonly string[]> {
  for await (const listed of snapshot.ids(type)) yield listed.map(({ id }) => id)
}

/** One reading of the log: passes rows on and keeps the first few of each kind. */
class Reading {
  readonly failureReasons = new Map<string, number>()
  readonly #principals: Partial<Record<PrincipalType, Partial<Record<ErrorCategory, Divergence[]>>>> = {}
  readonly #failures: Failure[] = []

  async *divergences(
    type: PrincipalType,
    results: ResultsLog,
    counter: Counter,
  ): AsyncGenerator<readonly Divergence[]> {
    for await (const records of results.read(type)) {
      const divergences: Divergence[] = []
      for (const { outcome } of records) {
        counter.add(outcome)
        if (outcome.kind !== 'divergent') continue
        this.#keep(type, outcome.divergence)
        divergences.push(outcome.divergence)
      }
      yield divergences
    }
  }

  async *failures(types: readonly PrincipalType[], results: ResultsLog): AsyncGenerator<Failure> {
    for (const type of types)
      for await (const failure of results.failures(type)) {
        const text = failureText(failure)
        this.failureReasons.set(text, (this.failureReasons.get(text) ?? 0) + 1)
        if (this.#failures.length < SAMPLE_SIZE) this.#failures.push(failure)
        yield failure
      }
  }

  samples(workspaces: readonly string[]): Samples {
    return { principals: this.#principals, workspaces, failures: this.#failures }
  }

  #keep(type: PrincipalType, divergence: Divergence): void {
    this.#principals[type] ??= {}
    const ofType = this.#principals[type]
    for (const category of divergence.categories) {
      ofType[category] ??= []
      if (ofType[category].length < SAMPLE_SIZE) ofType[category].push(divergence)
    }
  }
}
