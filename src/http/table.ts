import { AuditError } from '../domain/failure.ts'
import { type Call, type CallCounts, type CallName, EVERY_CALL } from './calls.ts'
import type { HttpRequest, Layer } from './send.ts'

/** Where this audit's calls go: host names, lower case, without port. */
export interface Places {
  readonly account: string
  /** The Entra authority; `undefined` when the audit does not sign in there. */
  readonly login: string | undefined
  /** Microsoft Graph; absent when the audit does not ask it. */
  readonly graph?: string | undefined
  readonly accountId: string
}

const SEGMENTS: Readonly<Record<string, string>> = {
  '{id}': '\\d{1,20}',
  '{object}': '[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}',
  '{tenant}': '[A-Za-z0-9][A-Za-z0-9.-]{0,254}',
}

/** What the addresses of calls look like, for each audit's places. Made once: one is needed for every request. */
const patterns = new WeakMap<Places, Map<CallName, RegExp>>()

function patternOf(call: CallName, host: string, places: Places): RegExp {
  const ofPlaces = patterns.get(places) ?? new Map<CallName, RegExp>()
  patterns.set(places, ofPlaces)
  const known = ofPlaces.get(call)
  if (known !== undefined) return known
  const path = EVERY_CALL[call].path.replace('{account}', places.accountId)
  const segments = path.split('/').map((part) => SEGMENTS[part] ?? RegExp.escape(part))
  const pattern = new RegExp(`^https://${RegExp.escape(host)}${segments.join('/')}(\\?[^#\\s\\\\]*)?$`)
  ofPlaces.set(call, pattern)
  return pattern
}

/** Links that the server gives are made as it likes. */
function isLinkBelow(url: string, host: string, path: string): boolean {
  const parsed = URL.parse(url)
  if (parsed === null) return false
  const { origin, username, password, hash, pathname } = parsed
  return origin === `https://${host}` && username === '' && password === '' && hash === '' && pathname.startsWith(path)
}

/** Is the request the call that it says it is, at the place where that call is made? */
export function isInTable({ call, url }: HttpRequest, places: Places): boolean {
  if (!Object.hasOwn(EVERY_CALL, call)) return false
  const { host: place, linksBelow }: Call = EVERY_CALL[call]
  const host = places[place]
  if (host === undefined) return false
  return patternOf(call, host, places).test(url) || (linksBelow !== undefined && isLinkBelow(url, host, linksBelow))
}

/** Refuses, before anything is sent, a request that is not its row in the table of calls. */
export const inTable =
  (places: Places): Layer =>
  (next) =>
  (request, signal) =>
    isInTable(request, places)
      ? next(request, signal)
      : Promise.reject(new AuditError('internal', `Cannot send: the request is not the call "${request.call}"`))

/** Counts what is sent, retries included. */
export function counting(counts: { -readonly [Name in CallName]?: number } & CallCounts): Layer {
  return (next) => (request, signal) => {
    counts[request.call] = (counts[request.call] ?? 0) + 1
    return next(request, signal)
  }
}
