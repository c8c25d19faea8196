import { z } from 'zod'
import type { Checkpoint } from '../domain/checkpoint.ts'
import type { TypeReading } from '../domain/directory-reading.ts'
import { DoneSet } from '../domain/done-set.ts'
import { PRINCIPAL_TYPES } from '../domain/principal.ts'

const type = z.enum(PRINCIPAL_TYPES)
const size = z.number().int().nonnegative()
const time = z.iso.datetime()

const run = z.strictObject({ id: z.string().max(30), attempt: size })

const pace = z.strictObject({
  mode: z.enum(['open', 'paced', 'crowded']),
  perSecond: z.number().nonnegative().max(1e6),
  window: z.number().nonnegative().max(1e6),
  burstSeconds: z.number().nonnegative().max(1e6).optional(),
})

const typeReading = z.strictObject({
  ...{ type, plan: z.enum(['list', 'look-up']), readAt: time, inTenant: size.optional(), read: size },
  digest: z.string().regex(/^[0-9a-f]{16}$/),
})
const reading = z.strictObject({ run, types: z.array(typeReading).max(3) })

const shape = z.strictObject({
  schema: size,
  toolVersion: z.string().max(100),
  fingerprint: z.string().regex(/^[0-9a-f]{64}$/),
  auditId: z.string().regex(/^[0-9a-f-]{36}$/),
  run,
  startedAt: time,
  firstAnswerAt: time.optional(),
  committedAt: time,
  listings: z.array(z.strictObject({ type, listed: size, promised: size.optional(), trusted: z.boolean() })).max(3),
  done: z.partialRecord(type, z.array(z.tuple([size, size]))),
  resultsBytes: size,
  paces: z.strictObject({ list: pace.optional(), match: pace.optional(), graph: pace.optional() }),
  directory: z.array(reading).max(1_000),
  ended: z.enum(['passed', 'failed', 'incomplete', 'error', 'discarded']).optional(),
})

const readingOf = (one: z.output<typeof typeReading>): TypeReading => ({ ...one, inTenant: one.inTenant })

/** Reads a checkpoint; `undefined` for anything that is not one, or that contradicts itself. */
export function checkpointOf(text: string): Checkpoint | undefined {
  try {
    const { firstAnswerAt, ended, listings, directory, ...rest } = shape.parse(JSON.parse(text))
    for (const of of PRINCIPAL_TYPES) {
      const listing = listings.filter((one) => one.type === of)
      if (listing.length > 1) return undefined
      new DoneSet(rest.done[of], listing[0]?.listed ?? 0)
    }
    return {
      ...{ ...rest, firstAnswerAt, ended },
      listings: listings.map((one) => ({ ...one, promised: one.promised })),
      directory: directory.map(({ run, types }) => ({ run, types: types.map(readingOf) })),
    }
  } catch {
    return undefined
  }
}
