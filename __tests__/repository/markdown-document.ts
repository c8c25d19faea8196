import { marked, type Token, type Tokens } from 'marked'

/** A Markdown file as GitHub shows it, as far as tests ask about it. */
export interface MarkdownDocument {
  /** What a link to a heading ends in, `#` left out. */
  readonly anchors: ReadonlySet<string>
  /** Targets of links and images, as written. */
  readonly links: readonly string[]
  readonly codeBlocks: readonly { readonly language: string; readonly text: string }[]
  /** Texts of the code spans. */
  readonly codeSpans: readonly string[]
}

export function markdownDocumentOf(markdown: string): MarkdownDocument {
  const tokens: Token[] = []
  void marked.walkTokens(marked.lexer(markdown), (token) => void tokens.push(token))
  const of = <T extends Token>(type: T['type']) => tokens.filter((token): token is T => token.type === type)
  return {
    anchors: anchorsOf(of<Tokens.Heading>('heading').map(({ text }) => text)),
    links: [...of<Tokens.Link>('link'), ...of<Tokens.Image>('image')].map(({ href }) => href),
    codeBlocks: of<Tokens.Code>('code').map(({ lang, text }) => ({ language: lang ?? '', text })),
    codeSpans: of<Tokens.Codespan>('codespan').map(({ text }) => text),
  }
}

/** GitHub's rule: lower case, letters, digits, `-` and `_` stay, spaces become `-`; a repeated one gets a number. */
function anchorsOf(headings: readonly string[]): ReadonlySet<string> {
  const anchors = new Set<string>()
  for (const heading of headings) {
    const anchor = heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\p{M} _-]/gu, '')
      .trim()
      .replaceAll(' ', '-')
    let unique = anchor
    for (let repeat = 1; anchors.has(unique); repeat++) unique = `${anchor}-${repeat}`
    anchors.add(unique)
  }
  return anchors
}
