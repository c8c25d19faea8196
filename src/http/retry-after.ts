import type { HttpAnswer } from './send.ts'

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']

/** The three forms of https://www.rfc-editor.org/rfc/rfc9110#section-5.6.7 */
const DATE_FORMS = [
  /^[a-z]{3}, (?<day>\d\d) (?<month>[a-z]{3}) (?<year>\d{4}) (?<h>\d\d):(?<m>\d\d):(?<s>\d\d) gmt$/i,
  /^[a-z]{6,9}, (?<day>\d\d)-(?<month>[a-z]{3})-(?<year>\d\d) (?<h>\d\d):(?<m>\d\d):(?<s>\d\d) gmt$/i,
  /^[a-z]{3} (?<month>[a-z]{3}) (?<day>[ \d]\d) (?<h>\d\d):(?<m>\d\d):(?<s>\d\d) (?<year>\d{4})$/i,
]

/** ms since the epoch; `undefined` when the text is none of the forms. `now` decides the century of a two-digit year. */
export function httpDateOf(text: string, now: Date): number | undefined {
  const parts = DATE_FORMS.map((form) => form.exec(text.trim())?.groups).find((groups) => groups !== undefined)
  if (parts === undefined) return undefined
  const month = MONTHS.indexOf((parts.month ?? '').toLowerCase())
  const [day, h, m, s] = [parts.day, parts.h, parts.m, parts.s].map(Number) as [number, number, number, number]
  if (month < 0 || day < 1 || day > 31 || h > 23 || m > 59 || s > 60) return undefined
  return Date.UTC(yearOf(parts.year ?? '', now), month, day, h, m, s)
}

/** A two-digit year that seems more than 50 years ahead is the last one that ended so. */
function yearOf(text: string, now: Date): number {
  if (text.length === 4) return Number(text)
  const year = now.getUTCFullYear() - (now.getUTCFullYear() % 100) + Number(text)
  return year > now.getUTCFullYear() + 50 ? year - 100 : year
}

type Headers = HttpAnswer['headers']

function valuesOf(headers: Headers, name: string): string[] {
  const values = [headers[name] ?? []].flat()
  // A proxy may join what came twice; a date has a comma of its own.
  return values
    .flatMap((value) => (/^[\d.,\s]+$/.test(value) ? value.split(',') : [value]))
    .map((value) => value.trim())
}

const numberOf = (text: string): number | undefined => (/^\d{1,12}(\.\d{1,9})?$/.test(text) ? Number(text) : undefined)

/**
 * How long the server asks us to wait, in whole ms, always more than 0; `undefined` when it does not say or says
 * nonsense. A date is read against the answer's own `Date`, so that a wrong clock on either side does no harm.
 * Of several headers the longest wait counts. There is no upper limit here.
 */
export function retryAfterMsOf(headers: Headers, now: Date): number | undefined {
  const answeredAt = valuesOf(headers, 'date').map((value) => httpDateOf(value, now))[0] ?? now.getTime()
  const seconds = valuesOf(headers, 'retry-after').map((value) => {
    const number = numberOf(value)
    if (number !== undefined) return number * 1000
    const date = httpDateOf(value, now)
    return date === undefined ? undefined : date - answeredAt
  })
  const ms = ['retry-after-ms', 'x-ms-retry-after-ms'].flatMap((name) => valuesOf(headers, name)).map(numberOf)
  const waits = [...seconds, ...ms].filter((wait) => wait !== undefined).map(Math.ceil)
  const longest = Math.max(0, ...waits)
  return longest > 0 ? longest : undefined
}
