import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isScalar,
  LineCounter,
  type ParsedNode,
  parseDocument,
  visit,
} from 'yaml'
import type { SubjectType } from '../domain/category.ts'
import { isProblem, type Rule, ruleOf } from '../domain/gate.ts'
import { printable, shown } from './values.ts'

const MAX_BYTES = 16 * 1024
const MAX_ALIASES = 50
const TOLD = 10
/** Longer than any key or limit that means something; keeps messages short. */
const MAX_LENGTH = 100

export interface RuleList {
  readonly rules: readonly Rule[]
  readonly problems: readonly string[]
}

type Place = (offset: number | undefined) => string

const refused = (...problems: readonly string[]): RuleList => ({ rules: [], problems })

const QUOTE_IT = 'a key that starts with * stands in quotes, as in "*": 100'

/** Reads `thresholds`: a YAML 1.2 map of `[type.]pattern` to limit. No rule at all is fine: the audit then only reports. */
export function rulesOf(text: string, included: readonly SubjectType[]): RuleList {
  if (Buffer.byteLength(text) > MAX_BYTES) return refused('the map is longer than 16 KiB; write fewer rules')
  const lines = new LineCounter()
  const at: Place = (offset = 0) => {
    const { line, col } = lines.linePos(offset)
    return `line ${line}, column ${col}: `
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
  const unreadable = yamlProblemOf(document, at)
  if (unreadable !== undefined) return refused(unreadable)
  const { contents } = document
  if (contents === null || (isScalar(contents) && contents.value === null)) return { rules: [], problems: [] }
  if (!isMap(contents))
    return refused(`${at(contents.range?.[0])}this is not a map; write lines like users.EXTERNAL_ID_NOT_IN_IDP: 0`)

  const read = contents.items.map(({ key, value }) => entryOf(document, key, value, included, at))
  const problems = read.filter((entry) => typeof entry === 'string')
  if (problems.length === 0) return { rules: read.filter((entry) => typeof entry !== 'string'), problems }
  const more = problems.length - TOLD
  return refused(...problems.slice(0, TOLD), ...(more > 0 ? [`${more} more problems`] : []))
}

/** The first thing that is wrong with it as YAML: what follows from it would only confuse. */
function yamlProblemOf(document: Document.Parsed, at: Place): string | undefined {
  const found = [...document.errors, ...document.warnings]
  const [first] = found
  if (first !== undefined) {
    const isStar = found.some(({ code }) => code === 'BAD_ALIAS')
    const what = isStar ? QUOTE_IT : printable(first.message.split('\n', 1)[0] ?? '').slice(0, 200)
    return `${at(first.pos[0])}${what}`
  }
  let aliases = 0
  visit(document, { Alias: () => void aliases++ })
  return aliases > MAX_ALIASES ? `more than ${MAX_ALIASES} aliases; write the limits out` : undefined
}

/** One rule, or what is wrong with the entry. */
function entryOf(
  document: Document.Parsed,
  key: ParsedNode,
  value: ParsedNode | null,
  included: readonly SubjectType[],
  at: Place,
): Rule | string {
  const place = at(key.range?.[0])
  if (isAlias(key)) return `${place}${QUOTE_IT}`
  if (!isScalar(key) || typeof key.value !== 'string')
    return `${place}the key is not a text; write [type.]category, like groups.NAME_MATCH_EXTERNAL_ID_MISMATCH`
  const limit = limitTextOf(document, value)
  if (limit === undefined)
    return `${place}rule ${shown(key.value)} has no limit that is a number or a text; write a whole number, a percentage, or both like 10 or 2%`
  if (key.value.length > MAX_LENGTH || limit.length > MAX_LENGTH)
    return `${place}rule ${shown(key.value)} is longer than ${MAX_LENGTH} characters; write [type.]category: limit`
  const rule = ruleOf(key.value, limit, included)
  return isProblem(rule) ? `${place}${printable(rule.problem)}` : rule
}

/** The limit as it was written: `1e3` and `0x10` are numbers to YAML, but not to us. */
function limitTextOf(document: Document.Parsed, value: ParsedNode | null): string | undefined {
  const node = isAlias(value) ? (value as Alias).resolve(document) : value
  if (!isScalar(node)) return undefined
  if (typeof node.value === 'string') return node.value
  return typeof node.value === 'number' ? (node.source ?? String(node.value)) : undefined
}
