import { stringify } from 'csv-stringify/sync'
import type { Table } from './tables.ts'

/** `exact`: the KB script's bytes. `safe`: the same, but a cell that a spreadsheet would run as a formula starts with `'`. */
export type CsvFormat = 'safe' | 'exact'

/** Renders rows, each ended by CRLF. Columns are strings already; a header is rendered as `exact`. */
export type Csv = (rows: readonly (readonly string[])[]) => string

/**
 * Python's default dialect: a cell is quoted only where it holds a comma, a quote, CR or LF. csv-stringify looks for the
 * whole record delimiter only, hence `quoted_match`. Its `escape_formulas` knows `= + - @`, their full-width forms, TAB
 * and CR. A lone surrogate has no UTF-8 form and becomes U+FFFD.
 */
export const csvOf =
  (format: CsvFormat): Csv =>
  (rows) =>
    stringify(
      rows.map((cells) => cells.map((cell) => cell.toWellFormed())),
      { record_delimiter: '\r\n', quoted_match: /[\r\n]/, escape_formulas: format === 'safe' },
    )

/** The header line of a table; a header is ours and never escaped. */
export const headerOf = (table: Pick<Table<never>, 'header'>): string => csvOf('exact')([table.header])
