/** `left`, `right`: how a column is aligned. */
export type Column = readonly [title: string, alignment: 'left' | 'right']

/** A GFM table. Cells are finished Markdown: escaped where they hold foreign text, without line ends. */
export function tableOf(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  return [
    line(columns.map(([title]) => title)),
    line(columns.map(([, alignment]) => (alignment === 'right' ? '--:' : ':--'))),
    ...rows.map(line),
  ].join('\n')
}

/** A fold. `summary` is plain text of ours; the blank lines let Markdown work within. */
export const foldOf = (summary: string, content: string): string =>
  `<details><summary>${summary}</summary>\n\n${content}\n\n</details>`

export const sectionOf = (title: string, ...paragraphs: readonly string[]): string =>
  [`### ${title}`, ...paragraphs.filter((text) => text !== '')].join('\n\n')

/** One piece of a page; a droppable one may be left out to keep the page small. */
export interface Piece {
  readonly text: string
  readonly droppable: boolean
}

const bytesOf = (text: string): number => Buffer.byteLength(text)

const SEPARATOR = '\n\n'

/**
 * Joins the pieces within a number of UTF-8 bytes: droppable ones go first, the last before the first, and `notice` tells
 * in their place how many went. What is still too long is cut at the end of a line.
 */
export function withinBytes(pieces: readonly Piece[], limit: number, notice: (dropped: number) => string): string {
  const kept = [...pieces]
  const reserved = bytesOf(notice(pieces.length) + SEPARATOR)
  let size = pieces.reduce((sum, { text }) => sum + bytesOf(text + SEPARATOR), 0)
  let [dropped, place] = [0, kept.length]
  while (size + (dropped > 0 ? reserved : 0) > limit) {
    const last = kept.findLastIndex(({ droppable }) => droppable)
    if (last < 0) break
    size -= bytesOf((kept[last] as Piece).text + SEPARATOR)
    kept.splice(last, 1)
    dropped++
    place = last
  }
  const texts = kept.map(({ text }) => text)
  if (dropped > 0) texts.splice(place, 0, notice(dropped))
  return cutAtLine(`${texts.join(SEPARATOR)}\n`, limit)
}

const CUT = '\n\n…\n'

function cutAtLine(text: string, limit: number): string {
  if (bytesOf(text) <= limit) return text
  const kept = Buffer.from(text)
    .subarray(0, limit - bytesOf(CUT))
    .toString('utf8')
  return kept.slice(0, kept.lastIndexOf('\n')) + CUT
}
