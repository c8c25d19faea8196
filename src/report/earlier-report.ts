import { z } from 'zod'
import { SUBJECT_TYPES } from '../domain/category.ts'
import type { Conclusion, Incompleteness } from '../domain/gate.ts'
import { PRINCIPAL_TYPES, type PrincipalType } from '../domain/principal.ts'
import type { WorkspaceTally } from '../domain/tally.ts'
import { INCOMPLETENESS } from './causes.ts'
import type { Totals } from './figures.ts'
import { SCHEMA_VERSION } from './report-json.ts'

/** What `report.json` of an earlier audit tells. */
export interface EarlierReport {
  /** Lower-case. */
  readonly accountId: string
  readonly host: string
  readonly matchSource: string
  /** ISO 8601, UTC. */
  readonly startedAt: string
  readonly finishedAt: string
  readonly conclusion: Conclusion
  readonly incompleteness: readonly Incompleteness[]
  readonly totals: Readonly<Partial<Record<PrincipalType, EarlierTotals>>>
  readonly workspaces: WorkspaceTally | undefined
  /** Types whose listing could not be trusted. */
  readonly untrusted: readonly (typeof SUBJECT_TYPES)[number][]
  /** Blockers that were not accepted then; `undefined` in a report that does not tell. */
  readonly blockers: number | undefined
}

export interface EarlierTotals extends Totals {
  readonly unreached: number
}

/** Why a report cannot be used. */
export type EarlierProblem = 'newer' | 'damaged'

const count = z.number().int().nonnegative()
const totals = z.object({
  listed: count,
  checked: count,
  divergent: count,
  failed: count,
  gone: count,
  localOnly: count,
  unreached: count,
})
const time = z.iso.datetime()
const report = z.object({
  schemaVersion: z.literal(SCHEMA_VERSION),
  accountId: z.string(),
  host: z.string(),
  matchSource: z.string(),
  startedAt: time,
  finishedAt: time,
  conclusion: z.enum(['error', 'incomplete', 'failed', 'passed']),
  incompleteness: z.array(z.enum(Object.keys(INCOMPLETENESS) as [Incompleteness, ...Incompleteness[]])),
  totals: z.object({
    users: totals.optional(),
    groups: totals.optional(),
    'service-principals': totals.optional(),
    workspaces: z.object({ listed: count, telling: count, federated: count, divergent: count.nullable() }).nullable(),
  }),
  untrustedListings: z.array(z.object({ type: z.enum(SUBJECT_TYPES) })),
  classes: z.object({ blocker: count }).optional(),
})

/** Reads `report.json`: what is not exactly that is damaged, a merge conflict in it included. */
export function earlierReportOf(text: string): EarlierReport | EarlierProblem {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    return 'damaged'
  }
  if (isNewer(json)) return 'newer'
  const read = report.safeParse(json)
  if (!read.success) return 'damaged'
  const { totals, untrustedListings, classes, accountId, ...rest } = read.data
  const { workspaces } = totals
  return {
    ...rest,
    accountId: accountId.toLowerCase(),
    totals: Object.fromEntries(
      PRINCIPAL_TYPES.flatMap((type) => (totals[type] === undefined ? [] : [[type, totals[type]]])),
    ),
    // Where the API told nothing, the count is what the file of the KB script holds: all.
    workspaces:
      workspaces === null ? undefined : { ...workspaces, divergent: workspaces.divergent ?? workspaces.listed },
    untrusted: untrustedListings.map(({ type }) => type),
    blockers: classes?.blocker,
  }
}

const versioned = z.object({ schemaVersion: z.number() })

export const isNewer = (json: unknown, known: number = SCHEMA_VERSION): boolean => {
  const read = versioned.safeParse(json)
  return read.success && read.data.schemaVersion > known
}
