import { marked, type Token, type Tokens } from 'marked'

/** A page as a reader gets it: what GitHub's Markdown makes of a text. */
export interface Page {
  /** Names of all HTML tags in the page, ends too, in order: `table`, `/table`. */
  readonly tags: readonly string[]
  /** The text outside code, entities decoded: where mentions, references and addresses are linked. */
  readonly prose: string
  /** Contents of all code spans, in order. */
  readonly code: readonly string[]
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"' }

const decoded = (html: string): string =>
  html.replace(/&(?:#(\d+)|#x([\da-f]+)|(\w+));/gi, (whole, decimal, hex, name) => {
    if (decimal !== undefined) return String.fromCodePoint(Number(decimal))
    if (hex !== undefined) return String.fromCodePoint(Number.parseInt(hex, 16))
    return ENTITIES[name] ?? whole
  })

export function pageOf(markdown: string): Page {
  const html = marked.parse(markdown, { gfm: true, async: false })
  const code = [...html.matchAll(/<code>([\s\S]*?)<\/code>/g)].map(([, content]) => decoded(content as string))
  const outside = html.replace(/<code>[\s\S]*?<\/code>/g, '\u0000')
  const tags = [...html.matchAll(/<(\/?[a-z][\w-]*|!--)[^>]*>/gi)].map(([, name]) => (name as string).toLowerCase())
  return { tags, code, prose: decoded(outside.replace(/<[^>]*>/g, ' ')) }
}

/** Tables of a text, as rows of cells, wherever they stand; the header is the first row. */
export function tablesIn(markdown: string): string[][][] {
  const tables: string[][][] = []
  const visit = (token: Token) => {
    if (token.type !== 'table') return
    const { header, rows } = token as Tokens.Table
    tables.push([header, ...rows].map((cells) => cells.map(({ text }) => text)))
  }
  void marked.walkTokens(marked.lexer(markdown, { gfm: true }), visit)
  return tables
}

/** What GitHub would link in prose, or anyone could take for a link: mentions, references, addresses. */
export const linkable = /@[\w-]|#\d|\bGH-\d|:\/\/|\bwww\./i
