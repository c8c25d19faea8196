import { PRINCIPAL_TYPES, type PrincipalType, type Target } from '../domain/principal.ts'
import { shown } from './values.ts'

const MAX_BYTES = 10 * 1024 * 1024
const MAX_LINES = 500_000
const TOLD = 5

const TYPES: Readonly<Record<string, PrincipalType>> = {
  USER: 'users',
  GROUP: 'groups',
  SERVICE_PRINCIPAL: 'service-principals',
}

export interface TargetList {
  /** In the order written, without repeats. */
  readonly targets: readonly Target[]
  readonly repeats: number
  readonly problems: readonly string[]
}

const refused = (...problems: readonly string[]): TargetList => ({ targets: [], repeats: 0, problems })

/**
 * Reads `target-identities`: `USER 123`, `USER:123` or `("USER", 123)`, one a line; a pasted Python list is fine too.
 * `included`: the types of this audit; a target of another one is a problem.
 */
export function targetsOf(text: string, included: readonly PrincipalType[] = PRINCIPAL_TYPES): TargetList {
  if (Buffer.byteLength(text) > MAX_BYTES) return refused('the list is longer than 10 MiB; write a shorter one')
  if (text.includes('\0')) return refused('the list holds a NUL character; write plain text')
  const lines = text.split(/\r\n|\n|\r/)
  if (lines.length > MAX_LINES)
    return refused('the list has more than 500,000 lines; to check everything, leave it out')

  const found = new Map<string, Target>()
  const problems: string[] = []
  let given = 0
  for (const { line, entry } of entriesOf(lines)) {
    const target = targetOf(entry, included)
    if (typeof target === 'string') {
      problems.push(`line ${line}: ${target}`)
      continue
    }
    given++
    found.set(`${target.type} ${target.id}`, target)
  }
  if (problems.length > TOLD) {
    const more = problems.length - TOLD
    return refused(...problems.slice(0, TOLD), `${more} more ${more === 1 ? 'line' : 'lines'} like these`)
  }
  if (problems.length > 0) return refused(...problems)
  if (given === 0) return refused('the list names no identity; write lines like USER 123, or leave it out')
  return { targets: [...found.values()], repeats: given - found.size, problems }
}

interface Entry {
  /** Counted from 1. */
  readonly line: number
  readonly entry: string
}

/** Only where nothing else can be meant: `USER 1#2` is a mistake, not the identity 1. */
const COMMENT = /(^|[\s\ufeff,)[\]])#.*$/s

/** What is left without comments, blank lines and the brackets of a list. */
function entriesOf(lines: readonly string[]): Entry[] {
  const entries = lines
    .map((text, index) => ({ line: index + 1, entry: text.replace(COMMENT, '$1').trim() }))
    .filter(({ entry }) => entry !== '')
  const [first, last] = [entries.at(0), entries.at(-1)]
  if (first?.entry.startsWith('[') && last?.entry.endsWith(']')) {
    entries[0] = { ...first, entry: first.entry.slice(1) }
    const end = entries.length - 1
    entries[end] = { line: last.line, entry: (entries[end]?.entry ?? '').slice(0, -1) }
  }
  // A list may hold several tuples in one line.
  return entries
    .flatMap(({ line, entry }) => entry.split(/(?<=\))\s*,\s*(?=\()/).map((part) => ({ line, entry: part.trim() })))
    .filter(({ entry }) => entry !== '')
}

const PLAIN = /^([a-z_-]+)(?:\s*:\s*|\s+)(\S+)$/i
const TUPLE = /^\(\s*(["'])([a-z_-]+)\1\s*,\s*(["']?)([^\s"'(),]+)\3\s*(?:,\s*)?\)\s*,?$/i

/** The target, or what is wrong with it. */
function targetOf(entry: string, included: readonly PrincipalType[]): Target | string {
  const plain = PLAIN.exec(entry)
  const tuple = TUPLE.exec(entry)
  const [typeText, id] = plain === null ? [tuple?.[2], tuple?.[4]] : [plain[1], plain[2]]
  if (typeText === undefined || id === undefined)
    return `${shown(entry)} cannot be read; write it like USER 123, GROUP 456 or SERVICE_PRINCIPAL 789`
  const type = Object.hasOwn(TYPES, typeText) ? TYPES[typeText] : undefined
  if (type === undefined) return `unknown type ${shown(typeText)}; write USER, GROUP or SERVICE_PRINCIPAL`
  if (!/^(0|[1-9]\d{0,19})$/.test(id))
    return `${shown(id)} is not an id; write the internal id of Databricks, 1 to 20 digits that do not begin with 0`
  if (!included.includes(type))
    return `${shown(`${typeText} ${id}`)} is of a type that this audit leaves out; remove it or write include-${type}: true`
  return { type, id }
}

/** For the log: what was dropped. */
export const repeatsNote = (repeats: number): string =>
  `${repeats} repeated ${repeats === 1 ? 'identity' : 'identities'} dropped`
