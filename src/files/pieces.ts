import { type CsvFormat, csvOf, headerOf } from '../report/csv.ts'
import type { Table } from '../report/tables.ts'

/** Enough rows to make the fixed cost of a call vanish, few enough to stay small in memory. */
const CHUNK_ROWS = 500

/** A whole file in pieces: the header, then some hundred rows at a time. */
export async function* piecesOf<Row>(
  table: Table<Row>,
  rows: Iterable<Row> | AsyncIterable<Row>,
  format: CsvFormat,
): AsyncGenerator<string> {
  const csv = csvOf(format)
  yield headerOf(table)
  let chunk: string[][] = []
  for await (const row of rows) {
    chunk.push(table.cells(row))
    if (chunk.length < CHUNK_ROWS) continue
    yield csv(chunk)
    chunk = []
  }
  if (chunk.length > 0) yield csv(chunk)
}
