import { parse } from 'csv-parse/sync'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { piecesOf } from '../../src/files/pieces.ts'
import { csvOf, headerOf } from '../../src/report/csv.ts'
import { DIVERGENCES_TABLES, IDENTITIES_TABLES } from '../../src/report/tables.ts'
import { inBlocks } from '../../src/stream.ts'
import { HOSTILE_NAMES } from './corpus.ts'

/** Python's `csv.writer` with its defaults, restated: QUOTE_MINIMAL, CRLF. */
function pythonCsv(rows: readonly (readonly string[])[]): string {
  let text = ''
  for (const row of rows) {
    const cells = row.map((cell) => (/[,"\r\n]/.test(cell) ? `"${cell.split('"').join('""')}"` : cell))
    text += `${cells.join(',')}\r\n`
  }
  return text
}

/** The set of the library's `escape_formulas`, restated. */
const FORMULA = /^[=+\-@\t\r＝＋－＠]/
const safe = (cell: string) => (FORMULA.test(cell) ? `'${cell}` : cell)

const cell = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc
    .array(fc.constantFrom(',', '"', '\r', '\n', '\t', ' ', "'", '=', '-', '@', '＝', ';', 'a', '\\', '\0', '\u2028'), {
      maxLength: 6,
    })
    .map((parts) => parts.join('')),
  fc.constantFrom(...HOSTILE_NAMES),
)
const rows = fc
  .integer({ min: 2, max: 7 })
  .chain((width) => fc.array(fc.array(cell, { minLength: width, maxLength: width })))
const read = (text: string): string[][] =>
  parse(text, { record_delimiter: '\r\n', relax_column_count: true, skip_empty_lines: false })

describe('csvOf', () => {
  test('exact: gives the bytes of Python for any cells', () => {
    fc.assert(
      fc.property(rows, (rows) => {
        const wellFormed = rows.map((row) => row.map((cell) => cell.toWellFormed()))
        expect(csvOf('exact')(rows)).toBe(pythonCsv(wellFormed))
      }),
    )
  })

  test('safe: differs from Python by a quote before cells that are formulas, and by nothing else', () => {
    fc.assert(
      fc.property(rows, (rows) => {
        const expected = rows.map((row) => row.map((cell) => safe(cell.toWellFormed())))
        expect(csvOf('safe')(rows)).toBe(pythonCsv(expected))
      }),
    )
  })

  test('exact: every cell is read back as it was, but for lone surrogates', () => {
    fc.assert(
      fc.property(rows, (rows) => {
        expect(read(csvOf('exact')(rows))).toEqual(rows.map((row) => row.map((cell) => cell.toWellFormed())))
      }),
    )
  })

  test.each([
    ['a space at either end stays unquoted', ' a ', ' a '],
    ['a comma', 'a,b', '"a,b"'],
    ['a quote', 'a"b', '"a""b"'],
    ['CR alone', 'a\rb', '"a\rb"'],
    ['LF alone', 'a\nb', '"a\nb"'],
    ['CR at the end', 'a\r', '"a\r"'],
    ['a list', '1;2', '1;2'],
    ['a byte order mark stays unquoted', '\ufeffa', '\ufeffa'],
    ['a line separator is no line end', 'a\u2028b', 'a\u2028b'],
    ['a lone surrogate', 'a\ud800', 'a\ufffd'],
  ])('exact, case 29: %s', (_, cell, expected) => {
    expect(csvOf('exact')([[cell, 'x']])).toBe(`${expected},x\r\n`)
  })

  test.each(HOSTILE_NAMES.map((name) => [name.slice(0, 40), name]))(
    'safe, case 68: no spreadsheet runs %j',
    (_, name) => {
      const [[first] = []] = read(csvOf('safe')([[name, 'x']]))
      expect(first).not.toMatch(FORMULA)
    },
  )

  test('a single empty cell is an empty line, as nothing in it needs a quote', () => {
    expect(csvOf('exact')([['']])).toBe('\r\n')
  })

  test('no rows give no text', () => {
    expect(csvOf('safe')([])).toBe('')
  })
})

describe('piecesOf', () => {
  test('a table without rows is its header', async () => {
    expect((await Array.fromAsync(piecesOf(IDENTITIES_TABLES.users, [], 'safe'))).join('')).toBe('id\r\n')
  })

  test('a header is never escaped', () => {
    expect(headerOf({ header: ['-id', '=name'] })).toBe('-id,=name\r\n')
  })

  test('the pieces of many rows equal the rows in one go', async () => {
    const ids = Array.from({ length: 12_345 }, (_, index) => String(index))
    const pieces = await Array.fromAsync(piecesOf(IDENTITIES_TABLES.groups, inBlocks(ids), 'exact'))
    expect(pieces.join('')).toBe(`id\r\n${ids.join('\r\n')}\r\n`)
  })

  test('200,000 rows take seconds at most', async () => {
    function* divergences() {
      for (let index = 0; index < 200_000; index++)
        yield {
          type: 'users' as const,
          id: String(index),
          name: `user${index}@example.com`,
          externalId: '97a337f7-ee91-4984-a41b-eb07e005deff',
          nameMatches: [],
          localMembers: [],
          externalMembers: [],
          categories: ['EXTERNAL_ID_NOT_IN_IDP'] as const,
        }
    }
    const started = performance.now()
    let length = 0
    for await (const piece of piecesOf(DIVERGENCES_TABLES.users, inBlocks(divergences()), 'safe'))
      length += piece.length
    expect(length).toBeGreaterThan(200_000 * 80)
    expect(performance.now() - started).toBeLessThan(10_000)
  })
})
