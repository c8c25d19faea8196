import { z } from 'zod'
import type { Checkpoint } from '../domain/checkpoint.ts'
import { DoneSet } from '../domain/done-set.ts'
import { PRINCIPAL_TYPES } from '../domain/principal.ts'

const type = z.enum(PRINCIPAL_TYPES)
const size = z.number().int().nonnegative()
const time = z.iso.datetime()

const pace = z.strictObject({
  mode: z.enum(['open', 'paced', 'crowded']),
  perSecond: z.number().nonnegative().max(1e6),
  window: z.number().nonnegative().max(1e6),
})

const shape = z.strictObject({
  schema: size,
  toolVersion: z.string().max(100),
  fingerprint: z.string().regex(/^[0-9a-f]{64}$/),
  auditId: z.string().regex(/^[0-9a-f-]{36}$/),
  run: z.strictObject({ id: z.string().max(30), attempt: size }),
  startedAt: time,
  firstAnswerAt: time.optional(),
  committedAt: time,
  listings: z.array(z.strictObject({ type, listed: size, promised: size.optional(), trusted: z.boolean() })).max(3),
  done: z.partialRecord(type, z.array(z.tuple([size, size]))),
  resultsBytes: size,
  paces: z.strictObject({ list: pace.optional(), match: pace.optional() }),
  ended: z.enum(['passed', 'failed', 'incomplete', 'error', 'discarded']).optional(),
})

/** Reads a checkpoint; `undefined` for anything that is not one, or that contradicts itself. */
export function checkpointOf(text: string): Checkpoint | undefined {
  try {
    const { firstAnswerAt, ended, listings, ...rest } = shape.parse(JSON.parse(text))
    for (const of of PRINCIPAL_TYPES) {
      const listing = listings.filter((one) => one.type === of)
      if (listing.length > 1) return undefined
      new DoneSet(rest.done[of], listing[0]?.listed ?? 0)
    }
    return { ...rest, firstAnswerAt, ended, listings: listings.map((one) => ({ ...one, promised: one.promised })) }
  } catch {
    return undefined
  }
}
