import { createHash } from 'node:crypto'
import type { Redaction } from '../config/policy.ts'
import type { FindingType } from '../domain/finding.ts'
import type { PrincipalType } from '../domain/principal.ts'

/** Four hex digits tell apart the rows of a page; they do not give the name away, but whoever has it can find its row. */
const HASH_DIGITS = 4
const SHORTENED = '•••'

/** Stable over runs and accounts: of the text alone. */
export const shortHash = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, HASH_DIGITS)

const firstOf = (text: string): string => [...new Intl.Segmenter('en').segment(text)][0]?.segment ?? ''

/**
 * A name as a summary shows it. `names`: `h•••@example.com #7f3a`; `all`: `#7f3a`; `none`: as it is. The result is
 * directory text still, to be escaped.
 */
export function redactedName(name: string, redaction: Redaction): string {
  if (redaction === 'none' || name === '') return name
  const hash = `#${shortHash(name)}`
  if (redaction === 'all') return hash
  const at = name.lastIndexOf('@')
  return at > 0
    ? `${firstOf(name.slice(0, at))}${SHORTENED}${name.slice(at)} ${hash}`
    : `${firstOf(name)}${SHORTENED} ${hash}`
}

/** As `redactedName`, but for service principals: an application id is no name of a person. */
export const redactedNameOf = (type: PrincipalType | FindingType, name: string, redaction: Redaction): string =>
  type === 'service-principals' || type === 'service-principal' ? name : redactedName(name, redaction)

/** An external id: only `all` hides it, since it names nobody to those who cannot look it up. */
export const redactedExternalId = (externalId: string, redaction: Redaction): string =>
  redaction === 'all' && externalId !== '' ? `#${shortHash(externalId)}` : externalId
