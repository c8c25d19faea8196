import { z } from 'zod'
import { CATEGORIES_OF, ERROR_CATEGORIES } from '../domain/category.ts'
import { isId, PRINCIPAL_TYPES } from '../domain/principal.ts'
import type { ResultRecord } from '../ports.ts'

const id = z.string().refine(isId)
/** As long as they were sent: what was saved once must be readable again. */
const texts = z.array(z.string())
const head = { type: z.enum(PRINCIPAL_TYPES), position: z.number().int().nonnegative() }

const divergence = z.strictObject({
  type: z.enum(PRINCIPAL_TYPES),
  id,
  // Left out where progress is saved without a key: it is personal, and the listing has it.
  name: z.string().optional(),
  externalId: z.string(),
  nameMatches: texts,
  localMembers: z.array(id),
  externalMembers: z.array(id),
  categories: z.array(z.enum(ERROR_CATEGORIES)).min(1),
  idpName: z.string().optional(),
  isGuest: z.boolean().optional(),
  groupMembers: z.array(id).optional(),
})

const record = z.strictObject({
  ...head,
  outcome: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.enum(['gone', 'local-only']) }),
    z.strictObject({ kind: z.literal('divergent'), divergence }),
  ]),
})

/** A record as it is saved: never a failure, which the next run asks about again. */
export type SavedRecord = z.infer<typeof record>

/**
 * Ids that identity providers make: UUIDs (Entra and others), long numbers (Google, OneLogin, JumpCloud), ids of Okta. An
 * external id may be whatever somebody wrote there, such as an e-mail address or a name.
 */
const OPAQUE = [
  /^\{?[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\}?$/i,
  /^(?=.*\d)[0-9a-f]{16,64}$/i,
  /^0[0o][0-9a-z]{18}$/i,
]
const isOpaque = (text: string): boolean => text === '' || OPAQUE.some((form) => form.test(text))

/**
 * What of a record is saved; `undefined` for what the next run asks about again: a failure, and in a copy that is not
 * sealed an identity whose external ids may be personal.
 */
export function savedRecordOf({ type, position, outcome }: ResultRecord, isSealed: boolean): SavedRecord | undefined {
  if (outcome.kind === 'failed') return undefined
  if (outcome.kind !== 'divergent') return { type, position, outcome }
  const { name, groupMembers, ...rest } = outcome.divergence
  // The name that the IdP has cannot be listed again.
  if (!isSealed && rest.idpName !== undefined) return undefined
  if (!isSealed && ![rest.externalId, ...rest.nameMatches].every(isOpaque)) return undefined
  const kept = isSealed ? { ...rest, name } : rest
  return {
    type,
    position,
    outcome: {
      kind: 'divergent',
      divergence: {
        ...kept,
        ...(groupMembers === undefined ? {} : { groupMembers: [...groupMembers] }),
        nameMatches: [...rest.nameMatches],
        localMembers: [...rest.localMembers],
        externalMembers: [...rest.externalMembers],
        categories: [...rest.categories],
      },
    },
  }
}

/** Reads a saved record. Throws for anything that no audit would have written. */
export function readSavedRecord(line: string): SavedRecord {
  const read = record.parse(JSON.parse(line))
  if (read.outcome.kind !== 'divergent') return read
  const { type, categories } = read.outcome.divergence
  const inOrder = CATEGORIES_OF[type].filter((category) => categories.includes(category))
  if (type !== read.type || inOrder.length !== categories.length || inOrder.some((one, at) => one !== categories[at]))
    throw new RangeError('A saved record has categories that it cannot have')
  return read
}
