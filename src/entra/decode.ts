import { type DirectoryObject, isObjectId } from '../domain/directory.ts'
import { AuditError } from '../domain/failure.ts'
import type { PrincipalType } from '../domain/principal.ts'
import { array, fields, Misshapen, type Read, text } from '../http/shape.ts'

const id: Read<string> = (json) => {
  if (typeof json !== 'string' || !isObjectId(json)) throw new Misshapen()
  return json
}

const user = fields({ id, userPrincipalName: text, mail: text, userType: text })
const group = fields({ id, displayName: text, visibility: text })
const servicePrincipal = fields({ id, appId: text })

/** What is asked of an object: no more than a match depends on. */
export const SELECT: Readonly<Record<PrincipalType, string>> = {
  users: 'id,userPrincipalName,mail,userType',
  groups: 'id,displayName,visibility',
  'service-principals': 'id,appId',
}

/** How Graph calls the types. */
export const GRAPH_TYPES: Readonly<Record<PrincipalType, string>> = {
  users: 'user',
  groups: 'group',
  'service-principals': 'servicePrincipal',
}

export const OBJECTS: Readonly<Record<PrincipalType, Read<DirectoryObject>>> = {
  users(json) {
    const { id, userPrincipalName, mail, userType } = user(json)
    const isGuest = userType.toLowerCase() === 'guest' || /#ext#/i.test(userPrincipalName)
    return { id, name: userPrincipalName, guestMail: isGuest ? mail : '', hidden: false }
  },
  groups(json) {
    const { id, displayName, visibility } = group(json)
    return { id, name: displayName, guestMail: '', hidden: visibility.toLowerCase() === 'hiddenmembership' }
  },
  'service-principals'(json) {
    const { id, appId } = servicePrincipal(json)
    return { id, name: appId, guestMail: '', hidden: false }
  },
}

const idOnly = fields({ id })
export const ID_ONLY: Read<string> = (json) => idOnly(json).id

const dateTime: Read<string> = (json) => {
  const isOne = typeof json === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/.test(json)
  if (!isOne || Number.isNaN(Date.parse(json))) throw new Misshapen()
  return json
}
const deleted = fields({ id, deletedDateTime: dateTime })

/** A soft-deleted object; ISO 8601. */
export const DELETED: Read<{ id: string; deletedAt: string }> = (json) => {
  const wire = deleted(json)
  return { id: wire.id, deletedAt: wire.deletedDateTime }
}

/** One page of a collection. */
export interface Page<T> {
  readonly items: readonly T[]
  /** Of the whole collection, when that was asked for and told. */
  readonly count: number | undefined
  /** Where the next page is; `undefined` on the last one. */
  readonly next: string | undefined
}

const count: Read<number | undefined> = (json) =>
  typeof json === 'number' && Number.isSafeInteger(json) && json >= 0 ? json : undefined

/** `what`: for the message. Throws `AuditError`, which names no value. */
export function pageOf<T>(json: unknown, item: Read<T>, what: string): Page<T> {
  try {
    const page = fields({ value: array(item), '@odata.count': count, '@odata.nextLink': text })(json)
    return { items: page.value, count: page['@odata.count'], next: page['@odata.nextLink'] || undefined }
  } catch (error) {
    throw error instanceof Misshapen ? unexpected(what, error.problem) : error
  }
}

export const unexpected = (what: string, problem: string): AuditError =>
  new AuditError('unexpected-answer', `The answer of Microsoft Graph to "${what}" is not as expected: ${problem}`)
