import { type CsvFormat, csvOf, headerOf } from '../report/csv.ts'
import type { Table } from '../report/tables.ts'

/** A whole file in pieces: the header, then the rows as they come, block by block. */
export async function* piecesOf<Row>(
  table: Table<Row>,
  rows: Iterable<readonly Row[]> | AsyncIterable<readonly Row[]>,
  format: CsvFormat,
): AsyncGenerator<string> {
  const csv = csvOf(format)
  yield headerOf(table)
  for await (const block of rows) yield csv(block.map(table.cells))
}
