import { z } from 'zod'
import { type DirectoryObject, isObjectId } from '../domain/directory.ts'
import { AuditError } from '../domain/failure.ts'
import type { PrincipalType } from '../domain/principal.ts'

/** Absent, null and `""` are the same: `''`. */
const text = z
  .string()
  .nullish()
  .transform((value) => value ?? '')

const id = z.string().refine(isObjectId, 'not an object id')

const user = z.object({ id, userPrincipalName: text, mail: text, userType: text })
const group = z.object({ id, displayName: text, visibility: text })
const servicePrincipal = z.object({ id, appId: text })

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

/** One object of a collection. Throws what zod throws. */
export type Decode<T> = (json: unknown) => T

export const OBJECTS: Readonly<Record<PrincipalType, Decode<DirectoryObject>>> = {
  users(json) {
    const { id, userPrincipalName, mail, userType } = user.parse(json)
    const isGuest = userType.toLowerCase() === 'guest' || /#ext#/i.test(userPrincipalName)
    return { id, name: userPrincipalName, guestMail: isGuest ? mail : '', hidden: false }
  },
  groups(json) {
    const { id, displayName, visibility } = group.parse(json)
    return { id, name: displayName, guestMail: '', hidden: visibility.toLowerCase() === 'hiddenmembership' }
  },
  'service-principals'(json) {
    const { id, appId } = servicePrincipal.parse(json)
    return { id, name: appId, guestMail: '', hidden: false }
  },
}

const idOnly = z.object({ id })
export const ID_ONLY: Decode<string> = (json) => idOnly.parse(json).id

const deleted = z.object({ id, deletedDateTime: z.iso.datetime({ offset: true }) })

/** A soft-deleted object; ISO 8601. */
export const DELETED: Decode<{ id: string; deletedAt: string }> = (json) => {
  const wire = deleted.parse(json)
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

const page = z.object({
  value: z.array(z.unknown()),
  '@odata.count': z.int().nonnegative().nullish().catch(undefined),
  '@odata.nextLink': z.string().nullish(),
})

/** `what`: for the message. Throws `AuditError`, which names no value. */
export function pageOf<T>(json: unknown, item: Decode<T>, what: string): Page<T> {
  try {
    const { value, '@odata.count': count, '@odata.nextLink': next } = page.parse(json)
    return { items: value.map(item), count: count ?? undefined, next: next || undefined }
  } catch (error) {
    if (!(error instanceof z.ZodError)) throw error
    const place = z.core.toDotPath(error.issues[0]?.path ?? [])
    throw unexpected(what, place === '' ? 'it has another shape' : `"${place}" is missing or malformed`)
  }
}

export const unexpected = (what: string, problem: string): AuditError =>
  new AuditError('unexpected-answer', `The answer of Microsoft Graph to "${what}" is not as expected: ${problem}`)
