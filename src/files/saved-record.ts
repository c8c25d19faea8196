import { z } from 'zod'
import { CATEGORIES_OF, ERROR_CATEGORIES } from '../domain/category.ts'
import { isId, PRINCIPAL_TYPES } from '../domain/principal.ts'
import type { ResultRecord } from '../ports.ts'

const id = z.string().refine(isId)
const texts = z.array(z.string().max(1_000)).max(1_000_000)
const head = { type: z.enum(PRINCIPAL_TYPES), position: z.number().int().nonnegative() }

const divergence = z.strictObject({
  type: z.enum(PRINCIPAL_TYPES),
  id,
  // Left out where progress is saved without a key: it is personal, and the listing has it.
  name: z.string().optional(),
  externalId: z.string().max(1_000),
  nameMatches: texts,
  localMembers: z.array(id),
  externalMembers: z.array(id),
  categories: z.array(z.enum(ERROR_CATEGORIES)).min(1),
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

/** What of a record is saved; `undefined` for a failure. */
export function savedRecordOf({ type, position, outcome }: ResultRecord, withNames: boolean): SavedRecord | undefined {
  if (outcome.kind === 'failed') return undefined
  if (outcome.kind !== 'divergent') return { type, position, outcome }
  const { name, ...rest } = outcome.divergence
  const kept = withNames ? { ...rest, name } : rest
  return {
    type,
    position,
    outcome: {
      kind: 'divergent',
      divergence: {
        ...kept,
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
