import type { Verdict } from '../domain/gate.ts'
import { TYPE_LABELS } from '../domain/principal.ts'
import { INCOMPLETENESS, REASONS, STOPPED } from './causes.ts'
import { annotationText } from './escape.ts'
import { exceededOf, sumOf, unreached } from './figures.ts'
import type { Report } from './model.ts'
import { identities, part } from './wording.ts'

export interface Annotation {
  readonly level: 'error' | 'warning' | 'notice'
  /** Harmless already: safe to hand to the runner. */
  readonly text: string
}

/** The runner keeps ten of each kind a step. */
const MOST = 10

/** Our advice is Markdown; an annotation is plain text. */
const plain = (text: string): string => text.replaceAll('`', '"')

function causesOf({ fault, incompleteness, tally, untrustedListings, maxFailures }: Report): string[] {
  const sum = sumOf(tally)
  const texts: string[] = []
  if (fault !== undefined && !(incompleteness.length > 0 && STOPPED.includes(fault.reason)))
    texts.push(`${fault.message}\n${REASONS[fault.reason].action}`)
  for (const cause of incompleteness) {
    const { what, action } = INCOMPLETENESS[cause]
    const detail =
      cause === 'too-many-failures' && sum !== undefined
        ? ` (${part(sum.failed, sum.listed - sum.gone)}, limit ${maxFailures})`
        : cause === 'listing-untrusted' && untrustedListings.length > 0
          ? ` (${untrustedListings.map(({ type }) => TYPE_LABELS[type]).join(', ')})`
          : cause === 'cancelled' && sum !== undefined && unreached(sum) > 0
            ? ` (${identities(unreached(sum))} left)`
            : ''
    texts.push(`Incomplete: ${what}${detail}. ${action}`)
  }
  return texts.map(plain)
}

const exceededText = ({ rule, value, checked }: Verdict): string =>
  `Rule ${rule.text} is exceeded: ${part(value, checked)}, limit ${rule.limitText}`

/** At most ten: what ended or spoils the audit first, then one for each exceeded rule; the tenth sums up the rest. */
export function annotationsOf(report: Report): Annotation[] {
  const ruleLevel = report.warnOnly && report.conclusion === 'failed' ? 'warning' : 'error'
  const all: Annotation[] = [
    ...causesOf(report).map((text) => ({ level: 'error' as const, text })),
    ...exceededOf(report.verdicts).map((verdict) => ({
      level: ruleLevel as 'warning' | 'error',
      text: exceededText(verdict),
    })),
  ]
  const shown = all.length > MOST ? all.slice(0, MOST - 1) : all
  const more = all.length - shown.length
  const rest: Annotation[] =
    more === 0 ? [] : [{ level: ruleLevel, text: `${more} more problems; report.json lists them all` }]
  return [...shown, ...rest].map(({ level, text }) => ({ level, text: annotationText(text) }))
}
