import {
  type Document,
  type ErrorCode,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type ParsedNode,
  parseDocument,
  visit,
  type YAMLError,
} from 'yaml'
import { printable } from './values.ts'

const MAX_ALIASES = 50

/** Where a node begins: `line 3, column 5`. */
export type Place = (offset: number | undefined) => string

export interface YamlDocument {
  readonly document: Document.Parsed
  readonly at: Place
  readonly lineAt: (offset: number | undefined) => number
}

/** YAML 1.2 core schema, so that a date is a text and `no` is one too; duplicate keys are refused. The first thing that is wrong, or the document. */
export function yamlDocumentOf(text: string, starHint: string): YamlDocument | string {
  const lines = new LineCounter()
  const at: Place = (offset = 0) => {
    const { line, col } = lines.linePos(offset)
    return `line ${line}, column ${col}`
  }
  const document = parseDocument(text, {
    version: '1.2',
    schema: 'core',
    strict: true,
    uniqueKeys: true,
    merge: false,
    prettyErrors: false,
    logLevel: 'error',
    lineCounter: lines,
  })
  const problem = problemOf(document, at, starHint)
  return problem ?? { document, at, lineAt: (offset = 0) => lines.linePos(offset).line }
}

/** What follows from the first problem would only confuse. */
function problemOf(document: Document.Parsed, at: Place, starHint: string): string | undefined {
  const found = [...document.errors, ...document.warnings]
  const [first] = found
  if (first !== undefined) {
    const isStar = found.some(({ code }) => code === 'BAD_ALIAS')
    return `${at(first.pos[0])}: ${isStar ? starHint : wordsOf(first)}`
  }
  let aliases = 0
  visit(document, { Alias: () => void aliases++ })
  return aliases > MAX_ALIASES ? `more than ${MAX_ALIASES} aliases; write the values out` : undefined
}

/** Where the parser speaks to programmers. */
const WORDS: Readonly<Partial<Record<ErrorCode, string>>> = {
  DUPLICATE_KEY: 'the key is there already; keep one of them',
  MULTIPLE_DOCS: 'a second document begins here; keep one of them',
  RESOURCE_EXHAUSTION: 'this is nested too deeply; write it flat',
}

const wordsOf = ({ code, message }: YAMLError): string =>
  WORDS[code] ?? printable(message.split('\n', 1)[0] ?? '').slice(0, 200)

export const isEmptyDocument = ({ contents }: Document.Parsed): boolean =>
  contents === null || (isScalar(contents) && contents.value === null)

/**
 * The document as plain data in which every number and truth value is the text that was written: an id of twenty digits
 * stays what it is. Keys that are no texts make an entry of their own, for a schema to refuse.
 */
export function writtenOf(document: Document.Parsed, node: ParsedNode | null): unknown {
  if (node === null) return null
  if (isAlias(node)) {
    // Only of a single value: an alias of more may hold itself, or grow without end.
    const named = node.resolve(document)
    return isScalar(named) ? writtenOf(document, named as ParsedNode) : null
  }
  if (isMap(node))
    return Object.fromEntries(
      node.items.map(({ key, value }) => [keyOf(key), writtenOf(document, value as ParsedNode | null)]),
    )
  if (isSeq(node)) return node.items.map((item) => writtenOf(document, item as ParsedNode | null))
  if (!isScalar(node) || node.value === null) return null
  return typeof node.value === 'string' ? node.value : (node.source ?? String(node.value))
}

const keyOf = (key: unknown): string => (isScalar(key) && typeof key.value === 'string' ? key.value : String(key))

/** The offset at which what a path leads to begins; of the deepest part of it that exists. */
export function offsetOf(document: Document.Parsed, path: readonly PropertyKey[]): number {
  let node: unknown = document.contents
  let offset = document.contents?.range?.[0] ?? 0
  for (const part of path) {
    if (isAlias(node)) return offset
    const pair = isMap(node) ? node.items.find(({ key }) => keyOf(key) === part) : undefined
    if (pair !== undefined && isScalar(pair.key)) offset = pair.key.range?.[0] ?? offset
    const next: unknown = pair?.value ?? (isSeq(node) && typeof part === 'number' ? node.items[part] : undefined)
    if (next === undefined || next === null) return offset
    node = next
    if (pair === undefined) offset = (node as ParsedNode).range?.[0] ?? offset
  }
  return offset
}
