import { EXPIRES_SOON_DAYS } from '../domain/allow-list.ts'
import type { Incompleteness, Verdict } from '../domain/gate.ts'
import { TYPE_LABELS } from '../domain/principal.ts'
import { INCOMPLETENESS, STOPPED } from './causes.ts'
import { annotationText } from './escape.ts'
import { exceededOf, sumOf, unreached } from './figures.ts'
import type { Report } from './model.ts'
import { identities, number, part } from './wording.ts'

export interface Annotation {
  readonly level: 'error' | 'warning' | 'notice'
  /** Harmless already: safe to hand to the runner. */
  readonly text: string
}

/** The runner keeps ten of each kind a step. */
const MOST = 10

/** Our advice is Markdown; an annotation is plain text. */
const plain = (text: string): string => text.replaceAll('`', '"')

function causesOf(report: Report): string[] {
  const { fault, incompleteness } = report
  const texts: string[] = []
  if (fault !== undefined && !(incompleteness.length > 0 && STOPPED.includes(fault.reason)))
    texts.push([fault.message, fault.action].filter((text) => text !== '').join('\n'))
  for (const cause of incompleteness) {
    const { what, action } = INCOMPLETENESS[cause]
    const detail = detailOf(cause, report)
    texts.push(`Incomplete: ${what}${detail === '' ? '' : ` (${detail})`}. ${action}`)
  }
  return texts.map(plain)
}

/** The figures or the listings that a cause is about; `''` where there are none. */
function detailOf(cause: Incompleteness, { tally, untrustedListings, maxFailures }: Report): string {
  const sum = sumOf(tally)
  if (cause === 'listing-untrusted')
    return untrustedListings.map(({ type, why }) => `${TYPE_LABELS[type]}${why === '' ? '' : `: ${why}`}`).join('; ')
  if (cause === 'too-many-failures' && sum !== undefined)
    return `${part(sum.failed, sum.listed - sum.gone)}, limit ${maxFailures}`
  return cause === 'cancelled' && sum !== undefined && unreached(sum) > 0 ? `${identities(unreached(sum))} left` : ''
}

const exceededText = ({ rule, value, checked }: Verdict): string =>
  `Rule ${rule.text} is exceeded: ${part(value, checked)}, limit ${rule.limitText}`

/** What of the allow-list no longer does what somebody meant it to do; the summary has the entries. */
function exceptionsOf({ judgement }: Report): Annotation[] {
  const { expired = [], unused = [], expiring = [] } = judgement?.judged.allowList ?? {}
  const texts = [
    ...(expired.length > 0 ? [`${number(expired.length)} expired, so what they accepted counts again`] : []),
    ...(expiring.length > 0 ? [`${number(expiring.length)} expire within ${EXPIRES_SOON_DAYS} days`] : []),
    ...(unused.length > 0 ? [`${number(unused.length)} match nothing`] : []),
  ]
  const level = expired.length > 0 ? 'warning' : 'notice'
  return texts.length === 0 ? [] : [{ level, text: `Entries of the allow-list: ${texts.join('; ')}` }]
}

/**
 * At most ten: what ended or spoils the audit first, then one for each exceeded rule, of which the last sums up the rest,
 * then the allow-list.
 */
export function annotationsOf(report: Report): Annotation[] {
  const ruleLevel = report.warnOnly && report.conclusion === 'failed' ? 'warning' : 'error'
  const all: Annotation[] = [
    ...causesOf(report).map((text) => ({ level: 'error' as const, text })),
    ...exceededOf(report.verdicts).map((verdict) => ({
      level: ruleLevel as 'warning' | 'error',
      text: exceededText(verdict),
    })),
  ]
  const exceptions = exceptionsOf(report)
  const room = MOST - exceptions.length
  const shown = all.length > room ? all.slice(0, room - 1) : all
  const more = all.length - shown.length
  const rest: Annotation[] =
    more === 0 ? [] : [{ level: ruleLevel, text: `${more} more problems; report.json lists them all` }]
  return [...shown, ...rest, ...exceptions].map(({ level, text }) => ({ level, text: annotationText(text) }))
}
