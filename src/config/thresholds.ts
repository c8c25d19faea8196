import { type Alias, type Document, isAlias, isMap, isScalar, type ParsedNode } from 'yaml'
import type { SubjectType } from '../domain/category.ts'
import { isProblem, type Limit, limitOf, type Problem, type Rule, ruleOf } from '../domain/gate.ts'
import { firstProblems, printable, shown } from './values.ts'
import { isEmptyDocument, type Place, yamlDocumentOf } from './yaml-document.ts'

const MAX_BYTES = 16 * 1024
/** Longer than any key or limit that means something; keeps messages short. */
const MAX_LENGTH = 100

export interface RuleList {
  readonly rules: readonly Rule[]
  readonly problems: readonly string[]
}

const refused = (...problems: readonly string[]): RuleList => ({ rules: [], problems: firstProblems(problems) })

const QUOTE_IT = 'a key that starts with * stands in quotes, as in "*": 100'

/** Reads `thresholds`: a YAML 1.2 map of `[type.]pattern` to limit. No rule at all is fine: the audit then only reports. */
export function rulesOf(text: string, included: readonly SubjectType[]): RuleList {
  if (Buffer.byteLength(text) > MAX_BYTES) return refused('the map is longer than 16 KiB; write fewer rules')
  const yaml = yamlDocumentOf(text, QUOTE_IT)
  if (typeof yaml === 'string') return refused(yaml)
  const { document } = yaml
  if (isEmptyDocument(document)) return { rules: [], problems: [] }
  const { contents } = document
  const at: Place = (offset) => `${yaml.at(offset)}: `
  if (contents === null || !isMap(contents))
    return refused(`${at(contents?.range?.[0])}this is not a map; write lines like users.EXTERNAL_ID_NOT_IN_IDP: 0`)

  const read = contents.items.map(({ key, value }) => entryOf(document, key, value, included, at))
  const problems = read.filter((entry) => typeof entry === 'string')
  if (problems.length === 0) return { rules: read.filter((entry) => typeof entry !== 'string'), problems }
  return refused(...problems)
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

/** `max-failures`: a number or a percentage, not both. */
export function failureLimitOf(text: string): Limit | Problem {
  const limit = limitOf(text)
  return limit !== undefined && (limit.count === undefined) !== (limit.percentHundredths === undefined)
    ? limit
    : { problem: `${shown(text)} is no limit; write a whole number like 10, or a percentage up to 100% like 0.5%` }
}
