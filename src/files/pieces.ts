import { type CsvFormat, csvOf, headerOf } from '../report/csv.ts'
import type { Table } from '../report/tables.ts'

/** Rows as they come, some hundred at a time. */
export type Blocks<Row> = Iterable<readonly Row[]> | AsyncIterable<readonly Row[]>

/** A whole file in pieces: the header, then block by block. */
export async function* piecesOf<Row>(table: Table<Row>, rows: Blocks<Row>, format: CsvFormat): AsyncGenerator<string> {
  const csv = csvOf(format)
  yield headerOf(table)
  for await (const block of rows) yield csv(block.map(table.cells))
}
