/** Directory text is hostile: everything that leaves towards a log, an annotation or a summary passes one of these. */

/**
 * What cannot be seen or changes how its neighbours are seen: controls, line and paragraph separators, marks of
 * direction, zero-width characters, tags, lone surrogates. The variation selectors of emoji may stay.
 */
const UNSEEN = /[[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Default_Ignorable_Code_Point}]--[\u{FE00}-\u{FE0F}]]/gv

const NAMED: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }

/** Replaces what cannot be seen by its escape: `\n`, `\u202e`, `\u{e0041}`. The result is one line. */
const visible = (text: string): string =>
  text.replace(UNSEEN, (character) => {
    const hex = (character.codePointAt(0) as number).toString(16)
    return NAMED[character] ?? (hex.length > 4 ? `\\u{${hex}}` : `\\u${hex.padStart(4, '0')}`)
  })

/** Longest directory text that is shown, in graphemes: what a reader would call characters. */
export const SHOWN_GRAPHEMES = 200
/** One grapheme may pile up thousands of marks. */
const UNITS_PER_GRAPHEME = 10

/** Made when text is first too long: it takes some milliseconds. */
let segmenter: Intl.Segmenter | undefined

/** Cuts long text between graphemes and tells how long it was. */
function capped(text: string, graphemes: number): string {
  if (text.length <= graphemes) return text
  segmenter ??= new Intl.Segmenter('en')
  let [kept, count] = ['', 0]
  for (const { segment } of segmenter.segment(text.slice(0, graphemes * UNITS_PER_GRAPHEME))) {
    if (count++ === graphemes) break
    kept += segment
  }
  return kept.length === text.length ? text : `${kept.toWellFormed()}… (${text.length} characters)`
}

/** The runner obeys `::name::` at the start of a line and `##[name]` anywhere in it. */
const withoutCommands = (text: string): string => text.replace(/:(?=:)/g, ': ').replace(/##(?=\[)/g, '# #')

/** A whole line of the log, our words and any other: one line, nothing unseen, no workflow command. */
export const logLine = (text: string): string => withoutCommands(visible(text))

/** A piece of directory text within a line of the log. */
export const logText = (text: string): string => logLine(capped(text, SHOWN_GRAPHEMES))

/** The runner cuts an annotation at 4,096 characters. */
const ANNOTATION_UNITS = 4_000

/** The message of an annotation. Its line ends stay; the toolkit encodes them, and each line is harmless by itself. */
export function annotationText(text: string): string {
  const safe = text
    .split(/\r\n|\n/)
    .map(logLine)
    .join('\n')
  return safe.length <= ANNOTATION_UNITS ? safe : `${safe.slice(0, ANNOTATION_UNITS).toWellFormed()}…`
}

/** Longest prose that is shown in a summary, in graphemes. */
const PROSE_GRAPHEMES = 1_000

/** Breaks what GitHub links in the finished page, where entities no longer help: a zero-width space parts it. */
const withoutLinks = (text: string): string =>
  text
    .replace(/@(?=\S)/g, '@\u{200B}')
    .replace(/#(?=\d)/g, '#\u{200B}')
    .replace(/\b(gh-)(?=\d)/gi, '$1\u{200B}')
    .replace(/:(?=\/\/)/g, ':\u{200B}')
    .replace(/\b(www)(?=\.)/gi, '$1\u{200B}')
    .replace(/\b(mailto|xmpp)(?=:)/gi, '$1\u{200B}')

/** Has a meaning wherever it stands; at the start of a block, so has any other sign, and a number with a dot or bracket. */
const MARKUP = /[\\`*_[\]<>&#|!$@~]|^[!-/:-@[-`{-~]|(?<=^\d+)[.)]/g

const escaped = (line: string): string => withoutLinks(line).replace(MARKUP, (sign) => `&#${sign.charCodeAt(0)};`)

/** Prose of a message, for a paragraph, a heading, a list or a table cell: shown as it is, never as Markdown or HTML. */
export const markdownText = (text: string): string => escaped(visible(capped(text, PROSE_GRAPHEMES)).trim())

/** A message, for a paragraph or a list: what it quotes is shown letter by letter, for whoever has to copy it. */
export const markdownMessage = (text: string): string =>
  visible(capped(text, PROSE_GRAPHEMES))
    .trim()
    .split(/"([^"]+)"/)
    .map((part, at) => (at % 2 === 0 ? escaped(part) : `"${codeSpan(part)}"`))
    .join('')

/** An address that needs no escaping, as those of GitHub are. */
export const isSafeUrl = (url: string): boolean => /^https:\/\/[\w.-]+\/[\w./#?=&-]*$/.test(url)

/** `title`: finished Markdown; without a link where the address is none. */
export const linked = (title: string, url: string): string => (isSafeUrl(url) ? `[${title}](${url})` : title)

/** Shown where there is no text: no name can look like it, since a name stands in a code span. */
const EMPTY = '–'

/**
 * Directory text in a cell of a table: a code span, in which nothing is a mention, a reference, a link or HTML. Only in a
 * table is `\|` a pipe, and only where no backslash precedes it.
 */
export function markdownCode(text: string): string {
  if (text === '') return EMPTY
  const inner = visible(capped(text, SHOWN_GRAPHEMES)).replace(/(\\?)\|/g, (_, backslash) =>
    backslash === '' ? '\\|' : '\\\\u007c',
  )
  return codeSpan(inner)
}

/** The fence is longer than any run of backticks within. */
function codeSpan(inner: string): string {
  const fence = '`'.repeat(Math.max(0, ...(inner.match(/`+/g) ?? []).map((run) => run.length)) + 1)
  // One space on either side is taken off again, unless there are only spaces.
  const padding = /^[ `]|[ `]$/.test(inner) && inner.trim() !== '' ? ' ' : ''
  return `${fence}${padding}${inner}${padding}${fence}`
}
