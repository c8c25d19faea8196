import { styleText } from 'node:util'
import { lexer, type Token, type Tokens } from 'marked'

/** Names come from a directory: nothing in them may steer a terminal. */
export const harmless = (text: string): string =>
  text.replace(/[\p{Cc}\u200E\u200F\u2028\u2029\u202A-\u202E\u2066-\u2069]/gu, '\u00B7').replaceAll('\u200B', '')

/** Colour only where the terminal takes it; `NO_COLOR` is honoured. */
export const styled = (style: Parameters<typeof styleText>[0], text: string): string =>
  text === '' ? '' : styleText(style, text, { stream: process.stdout })

const SEGMENTER = new Intl.Segmenter('en')

/** Columns that a text takes in a terminal. */
function widthOf(text: string): number {
  let width = 0
  for (const { segment } of SEGMENTER.segment(text))
    width += /\p{Emoji_Presentation}|\uFE0F|[\u1100-\u115F\u2E80-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFF01-\uFF60]/u.test(
      segment,
    )
      ? 2
      : 1
  return width
}

const pad = (text: string, width: number, align: string | null): string => {
  const space = ' '.repeat(Math.max(0, width - widthOf(text)))
  return align === 'right' ? space + text : text + space
}

/** Breaks text at spaces, and within words that are longer than a line. */
function wrap(text: string, width: number): string[] {
  const lines: string[] = []
  for (const paragraph of text.split('\n')) {
    let line = ''
    for (let word of paragraph.split(/ +/)) {
      if (line !== '' && widthOf(line) + 1 + widthOf(word) > width) {
        lines.push(line)
        line = ''
      }
      while (widthOf(word) > width) {
        lines.push(word.slice(0, width))
        word = word.slice(width)
      }
      line = line === '' ? word : `${line} ${word}`
    }
    lines.push(line)
  }
  return lines
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ' }

const decoded = (text: string): string =>
  text.replace(/&(?:#x([\da-f]{1,6})|#(\d{1,7})|([a-z]+));/gi, (whole, hex, decimal, name) => {
    if (name !== undefined) return ENTITIES[name.toLowerCase()] ?? whole
    const point = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16)
    return point <= 0x10ffff ? String.fromCodePoint(point) : whole
  })

/** The words of inline Markdown. */
function words(tokens: readonly Token[] | undefined): string {
  return (tokens ?? [])
    .map((token): string => {
      if (token.type === 'br') return '\n'
      if (token.type === 'html') return /^<br\b/i.test(token.raw) ? '\n' : ''
      if (token.type === 'codespan') return harmless((token as Tokens.Codespan).text)
      if (token.type === 'link') {
        const { href, tokens: inner } = token as Tokens.Link
        return href.startsWith('#') || words(inner) === href ? words(inner) : `${words(inner)} (${harmless(href)})`
      }
      return 'tokens' in token && token.tokens !== undefined
        ? words(token.tokens)
        : harmless(decoded('text' in token ? String(token.text) : ''))
    })
    .join('')
}

function table({ header, rows, align }: Tokens.Table, width: number): string[] {
  const cells = [header, ...rows].map((row) => row.map((cell) => words(cell.tokens)))
  const widths = header.map((_, column) => Math.max(...cells.map((row) => widthOf(row[column] ?? ''))))
  // The widest gives way until the table fits.
  while (widths.reduce((sum, one) => sum + one + 2, 0) > width) {
    const widest = widths.indexOf(Math.max(...widths))
    if ((widths[widest] ?? 0) <= 8) break
    widths[widest] = (widths[widest] ?? 0) - 1
  }
  const lines = cells.flatMap((row, index) => {
    const wrapped = row.map((text, column) => wrap(text, widths[column] ?? 1))
    return Array.from({ length: Math.max(...wrapped.map(({ length }) => length)) }, (_, at) => {
      const line = wrapped
        .map((parts, column) => pad(parts[at] ?? '', widths[column] ?? 0, align[column] ?? null))
        .join('  ')
      return index === 0 ? styled('bold', line.trimEnd()) : line.trimEnd()
    })
  })
  const headerLines = lines.length - cells.slice(1).reduce((sum, row) => sum + heightOf(row, widths), 0)
  lines.splice(headerLines, 0, styled('dim', widths.map((one) => '─'.repeat(one)).join('──')))
  return lines
}

const heightOf = (row: readonly string[], widths: readonly number[]): number =>
  Math.max(...row.map((text, column) => wrap(text, widths[column] ?? 1).length))

function listLines({ items, ordered, start }: Tokens.List, width: number): string[] {
  return items.flatMap((item, index) => {
    const mark = ordered ? `${Number(start || 1) + index}. ` : '• '
    const lines = blocks(item.tokens, width - mark.length).filter((line, at, all) => line !== '' || at < all.length - 1)
    return lines.map((line, at) => (at === 0 ? mark : ' '.repeat(mark.length)) + line)
  })
}

/** HTML of a page: a fold shows its title, everything else its words. */
const html = (text: string): string[] =>
  text
    .replace(/<summary>(.*?)<\/summary>/gis, '▸ $1\n')
    .replace(/<!--.*?-->/gs, '')
    .replace(/<\/(?:td|th)>/gi, '  ')
    .replace(/<[^>]*>/g, '')
    .split('\n')
    .map((line) => harmless(decoded(line)).trim())
    .filter((line) => line !== '')

function blocks(tokens: readonly Token[], width: number): string[] {
  return tokens.flatMap((token): string[] => {
    switch (token.type) {
      case 'space':
        return ['']
      case 'heading':
        return wrap(words(token.tokens), width).map((line) =>
          styled((token as Tokens.Heading).depth < 3 ? ['bold', 'underline'] : 'bold', line),
        )
      case 'table':
        return table(token as Tokens.Table, width)
      case 'list':
        return listLines(token as Tokens.List, width)
      case 'blockquote':
        return blocks(token.tokens ?? [], width - 2).map((line) => `│ ${line}`)
      case 'code':
        return (token as Tokens.Code).text.split('\n').map((line) => `  ${harmless(line)}`)
      case 'hr':
        return ['─'.repeat(Math.min(width, 40))]
      case 'html':
        return html((token as Tokens.HTML).text)
      default:
        return wrap(words('tokens' in token && token.tokens !== undefined ? token.tokens : [token]), width)
    }
  })
}

/** A job summary (GitHub's Markdown) as plain text for a terminal so many columns wide. */
export function terminalText(markdown: string, width = 100): string {
  const lines = blocks(lexer(markdown), width)
  return lines
    .filter((line, index) => line !== '' || lines[index - 1] !== '')
    .join('\n')
    .trim()
}
