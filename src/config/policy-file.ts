import { closest, distance } from 'fastest-levenshtein'
import { isMap, isScalar, isSeq, type ParsedNode } from 'yaml'
import type { SubjectType } from '../domain/category.ts'
import { isProblem, type Problem } from '../domain/gate.ts'
import {
  allowListMaxDaysOf,
  baselineOf,
  COMMENT_MODES,
  maxResultAgeOf,
  primaryDomainsOf,
  REDACTIONS,
  repositoryPathOf,
  workflowOf,
} from './policy.ts'
import { failureLimitOf, rulesOf } from './thresholds.ts'
import { booleanOf, firstProblems, oneOf, shown } from './values.ts'
import { isEmptyDocument, type YamlDocument, yamlDocumentOf } from './yaml-document.ts'

/** Inputs of policy: what the config file can hold, each under its own name. */
export const POLICY_INPUTS = [
  'thresholds',
  'max-failures',
  'warn-only',
  'primary-domains',
  'baseline',
  'new-only',
  'ratchet',
  'allow-list',
  'allow-list-max-days',
  'audit-workflow',
  'max-result-age',
  'redact',
  'pr-comment',
] as const
export type PolicyInput = (typeof POLICY_INPUTS)[number]

type Parse = (text: string) => unknown

const PARSERS: Readonly<Record<Exclude<PolicyInput, 'thresholds'>, Parse>> = {
  'max-failures': failureLimitOf,
  'warn-only': booleanOf,
  'primary-domains': primaryDomainsOf,
  baseline: baselineOf,
  'new-only': booleanOf,
  ratchet: booleanOf,
  'allow-list': repositoryPathOf,
  'allow-list-max-days': allowListMaxDaysOf,
  'audit-workflow': workflowOf,
  'max-result-age': maxResultAgeOf,
  redact: oneOf(REDACTIONS),
  'pr-comment': oneOf(COMMENT_MODES),
}

export interface PolicyValues {
  /** Name of the input to its text, as somebody would write it there. */
  readonly values: ReadonlyMap<PolicyInput, string>
  /** Each with line and column. */
  readonly problems: readonly string[]
}

const MAX_BYTES = 256 * 1024

/** Reads the config file. `included`: the types of this audit, for the thresholds. */
export function policyValuesOf(text: string, included: readonly SubjectType[]): PolicyValues {
  if (Buffer.byteLength(text) > MAX_BYTES) return refused(['the file is longer than 256 KiB'])
  const yaml = yamlDocumentOf(text, 'a key that starts with * stands in quotes, as in "*": 100')
  if (typeof yaml === 'string') return refused([yaml])
  const { contents } = yaml.document
  if (isEmptyDocument(yaml.document)) return { values: new Map(), problems: [] }
  if (!isMap(contents))
    return refused([`${yaml.at(contents?.range?.[0])}: this is not a map; write lines like warn-only: true`])

  const values = new Map<PolicyInput, string>()
  const problems = contents.items.flatMap(({ key, value }) => {
    const read = entryOf(yaml, text, key, value, included)
    if (Array.isArray(read)) return read
    values.set(read.name, read.text)
    return []
  })
  return problems.length > 0 ? refused(problems) : { values, problems }
}

const refused = (problems: readonly string[]): PolicyValues => ({
  values: new Map(),
  problems: firstProblems(problems),
})

function entryOf(
  { at }: YamlDocument,
  text: string,
  key: ParsedNode,
  value: ParsedNode | null,
  included: readonly SubjectType[],
): { name: PolicyInput; text: string } | string[] {
  const place = at(key.range?.[0])
  const name = POLICY_INPUTS.find((input) => isScalar(key) && key.value === input)
  if (name === undefined) return [`${place}: ${unknown(isScalar(key) ? String(key.value) : 'that is no text')}`]
  if (name === 'thresholds' && isMap(value)) {
    const rules = standingAlone(text, value)
    const { problems } = rulesOf(rules, included)
    return problems.length > 0 ? problems.map((problem) => within(name, problem)) : { name, text: rules }
  }
  const written = textOf(value, name === 'primary-domains')
  if (written === undefined) return [`${place}: ${name}: ${FORMS[name] ?? 'write a single value'}`]
  const problems =
    name === 'thresholds'
      ? rulesOf(written, included).problems.map((problem) => problem.replace(/^(line \d+, column \d+: )/, 'in its $1'))
      : problemsOf(PARSERS[name](written.trim()))
  return problems.length > 0 ? problems.map((problem) => `${place}: ${name}: ${problem}`) : { name, text: written }
}

/** What to write where a single text is not all that there may be. */
const FORMS: Readonly<Partial<Record<PolicyInput, string>>> = {
  thresholds: 'write a map of rules, or leave it out',
  'primary-domains': 'write a single value or a list',
}

const problemsOf = (value: unknown): string[] =>
  typeof value === 'object' && value !== null && isProblem(value) ? [(value as Problem).problem] : []

/** A problem that begins with its own place in the file. */
const within = (name: string, problem: string): string =>
  problem.replace(/^(line \d+, column \d+: )?/, (place) => `${place}${name}: `)

/** A map by itself, every line and column being where it was in the file. */
function standingAlone(text: string, { range }: ParsedNode): string {
  const [start, end] = [range?.[0] ?? 0, range?.[1] ?? text.length]
  return text.slice(0, start).replace(/[^\r\n]/g, ' ') + text.slice(start, end)
}

/** What somebody would write into the input; a list, where there may be one, is one value a line. `undefined`: no such thing. */
function textOf(node: ParsedNode | null, mayBeList: boolean): string | undefined {
  if (mayBeList && isSeq(node)) {
    const items = node.items.map((item) => textOf(item as ParsedNode, false))
    return items.every((item) => item !== undefined) ? items.join('\n') : undefined
  }
  if (!isScalar(node) || node.value === null) return undefined
  return typeof node.value === 'string' ? node.value : (node.source ?? String(node.value))
}

function unknown(name: string): string {
  const nearest = closest(name, POLICY_INPUTS)
  const isNear = distance(name, nearest) <= Math.max(2, Math.floor(nearest.length / 3))
  return `unknown key ${shown(name)}; ${isNear ? `did you mean ${nearest}?` : `the keys are ${POLICY_INPUTS.join(', ')}`}`
}

/** The inputs that hold: what was given, else what the file says. */
export function withPolicy(
  given: ReadonlyMap<string, string>,
  values: ReadonlyMap<PolicyInput, string>,
): ReadonlyMap<string, string> {
  const merged = new Map(given)
  for (const [name, text] of values) if ((given.get(name) ?? '').trim() === '') merged.set(name, text)
  return merged
}
