import { CATEGORIES_OF, type ErrorCategory, SUBJECT_TYPES, type SubjectType } from './category.ts'
import type { FindingClass, FindingReason } from './finding.ts'
import { type Named, namedBy, RULE_NAMES } from './judgement/rule-names.ts'
import { carriersOf, type Tally, tellsFederation, total } from './tally.ts'

/** At least one of the two; a rule fails when either is exceeded. */
export interface Limit {
  readonly count: number | undefined
  /** Hundredths of a percent, so that comparing needs no rounding. */
  readonly percentHundredths: number | undefined
}

export interface Rule {
  /** The key as it was written: `users.NAME_MATCH_EXTERNAL_ID_MISMATCH`. */
  readonly text: string
  /** The limit as it was written: `10 or 2%`. */
  readonly limitText: string
  readonly types: readonly SubjectType[]
  readonly categories: readonly ErrorCategory[]
  /** A rule is about categories, about one reason, or about one class. */
  readonly reasons: readonly FindingReason[]
  readonly classes: readonly FindingClass[]
  readonly limit: Limit
}

/** `unknown`: the API did not tell what the rule is about. */
export type RuleState = 'within' | 'exceeded' | 'unknown'

export interface Verdict {
  readonly rule: Rule
  /** Identities or workspaces that carry a category of the rule, each once. */
  readonly value: number
  /** What a percentage is of. */
  readonly checked: number
  readonly state: RuleState
}

/** What `ruleOf` returns instead of a rule: why the entry is wrong and what to write. */
export interface Problem {
  readonly problem: string
}

export const isProblem = (value: object): value is Problem => 'problem' in value

/** A whole number of at most nine digits; `undefined` for anything else. */
export const wholeNumberOf = (text: string): number | undefined => (/^\d{1,9}$/.test(text) ? Number(text) : undefined)

/** `2%`, `0.25%`, at most two decimals and at most 100 %, in hundredths of a percent. */
export function percentHundredthsOf(text: string): number | undefined {
  const parts = /^(\d{1,3})(?:\.(\d{1,2}))?\s?%$/.exec(text)
  if (parts === null) return undefined
  const hundredths = Number(parts[1]) * 100 + Number((parts[2] ?? '').padEnd(2, '0'))
  return hundredths <= 10_000 ? hundredths : undefined
}

/** `10`, `2%`, `10 or 2%`, `2% or 10`. */
export function limitOf(text: string): Limit | undefined {
  const parts = text.trim().split(/\s+or\s+/)
  const counts = parts.map(wholeNumberOf).filter((count) => count !== undefined)
  const percents = parts.map(percentHundredthsOf).filter((percent) => percent !== undefined)
  if (counts.length + percents.length !== parts.length || counts.length > 1 || percents.length > 1) return undefined
  return { count: counts[0], percentHundredths: percents[0] }
}

/** Is the value over the limit? `value × 100 > percent × of`, in whole numbers; a percentage of nothing is not exceeded. */
export const exceeds = (value: number, of: number, { count, percentHundredths }: Limit): boolean =>
  (count !== undefined && value > count) ||
  (percentHundredths !== undefined && of > 0 && BigInt(value) * 10_000n > BigInt(percentHundredths) * BigInt(of))

const isSubjectType = (text: string): text is SubjectType => (SUBJECT_TYPES as readonly string[]).includes(text)

/**
 * One entry of `thresholds`: `[type.]pattern: limit`, as a rule or as the problem with it.
 * `included`: the types of this audit; workspaces always are.
 */
export function ruleOf(key: string, limitText: string, included: readonly SubjectType[]): Rule | Problem {
  const dot = key.indexOf('.')
  const [typeText, pattern] = dot < 0 ? [undefined, key] : [key.slice(0, dot), key.slice(dot + 1)]
  if (typeText !== undefined && !isSubjectType(typeText))
    return { problem: `unknown type "${typeText}" in rule "${key}"; the types are ${SUBJECT_TYPES.join(', ')}` }
  if (/\*(?!$)/.test(pattern)) return { problem: `rule "${key}": "*" may only be the last character` }
  const named = namedBy(pattern)
  if (named === undefined) return { problem: `unknown category "${pattern}" in rule "${key}"; ${RULE_NAMES}` }

  const types = typesOf(typeText, named, included)
  if (types.length === 0)
    return typeText !== undefined && !included.includes(typeText)
      ? { problem: `rule "${key}" is about ${typeText}, which this audit does not include` }
      : { problem: `rule "${key}" can never match: ${pattern} does not occur in ${typeText ?? 'the included types'}` }

  const limit = limitOf(limitText)
  if (limit === undefined)
    return {
      problem: `limit "${limitText}" of rule "${key}" must be a whole number, a percentage up to 100%, or "10 or 2%"`,
    }
  const { reasons, classes } = named
  const categories = named.categories.filter((category) => types.some((type) => CATEGORIES_OF[type].includes(category)))
  return { text: key, limitText: limitText.trim(), types, categories, reasons, classes, limit }
}

function typesOf(
  typeText: SubjectType | undefined,
  { types, isAboutIdentities }: Named,
  included: readonly SubjectType[],
): SubjectType[] {
  const possible = included.filter((type) => types.includes(type))
  if (typeText !== undefined) return possible.filter((type) => type === typeText)
  return isAboutIdentities ? possible.filter((type) => type !== 'workspaces') : possible
}

/** What a rule is judged against, whatever it counts. */
export interface Basis {
  /** What a percentage is of. */
  readonly checked: number
  /** False: the API did not tell what the rule is about. */
  readonly known: boolean
}

export function basisOf({ types }: Rule, { workspaces, principals }: Tally): Basis {
  const tells = workspaces !== undefined && tellsFederation(workspaces)
  const checked = types.map((type) =>
    type === 'workspaces' ? (workspaces?.telling ?? 0) : (principals[type]?.checked ?? 0),
  )
  return { checked: checked.reduce((sum, count) => sum + count, 0), known: tells || !types.includes('workspaces') }
}

export type Conclusion = 'error' | 'incomplete' | 'failed' | 'passed'

/** Why an audit is `incomplete`; each is told in the summary. */
export type Incompleteness =
  | 'too-many-failures'
  | 'cancelled'
  | 'time-up'
  | 'access-lost'
  | 'wrong-identities'
  | 'unavailable'
  | 'listing-untrusted'
  | 'nothing-listed'
  | 'nothing-checked'
  | 'idp-unreadable'
  | 'federation-unknown'

/** Fewer identities than this say nothing about the IdP as a whole. */
const ENOUGH_TO_TELL = 10

/** Every link leads nowhere and no name is known: the IdP was not there to be asked. */
export function isIdpUnreadable(tally: Tally): boolean {
  const linked = total(tally, ({ withExternalId }) => withExternalId)
  const lost = total(tally, (of) => carriersOf(of, ['EXTERNAL_ID_NOT_IN_IDP']))
  return linked >= ENOUGH_TO_TELL && lost === linked && total(tally, ({ named }) => named) === 0
}

/** What the tally itself says against trusting the result; what happened on the way is known to the audit. */
export function incompletenessOf(tally: Tally, maxFailures: Limit, verdicts: readonly Verdict[]): Incompleteness[] {
  const found: Incompleteness[] = []
  const listed = total(tally, (of) => of.listed)
  if (listed === 0) found.push('nothing-listed')
  else if (total(tally, ({ checked }) => checked) === 0) found.push('nothing-checked')
  if (
    exceeds(
      total(tally, ({ failed }) => failed),
      listed - total(tally, ({ gone }) => gone),
      maxFailures,
    )
  )
    found.push('too-many-failures')
  if (isIdpUnreadable(tally)) found.push('idp-unreadable')
  if (verdicts.some(({ state }) => state === 'unknown')) found.push('federation-unknown')
  return found
}

/** `error` > `incomplete` > `failed` > `passed`. */
export function conclusionOf(
  broken: boolean,
  incompleteness: readonly Incompleteness[],
  verdicts: readonly Verdict[],
): Conclusion {
  if (broken) return 'error'
  if (incompleteness.length > 0) return 'incomplete'
  return verdicts.some(({ state }) => state === 'exceeded') ? 'failed' : 'passed'
}

/** Only `passed` exits 0, except that `warn-only` lets `failed` do so too. */
export const exitCodeOf = (conclusion: Conclusion, warnOnly: boolean): 0 | 1 =>
  conclusion === 'passed' || (conclusion === 'failed' && warnOnly) ? 0 : 1
