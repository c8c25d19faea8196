import type { SoftDeleted } from '../domain/directory-reading.ts'
import { AuditError } from '../domain/failure.ts'
import { PAGE_SIZE } from '../domain/load-plan.ts'
import type { PrincipalType } from '../domain/principal.ts'
import { DELETED } from './decode.ts'
import { type Graph, pages } from './pages.ts'

const KEPT_MS = 30 * 24 * 3_600_000

/** Those of the external ids whose objects are in the bin; as far as we may look into it and have the time: it only explains. */
export async function softDeleted(
  graph: Graph,
  type: PrincipalType,
  externalIds: readonly string[],
  signal: AbortSignal,
): Promise<readonly SoftDeleted[]> {
  if (externalIds.length === 0) return []
  const wanted = new Set(externalIds)
  const found = new Map<string, SoftDeleted>()
  const query = { $select: 'id,deletedDateTime', $top: String(PAGE_SIZE) }
  try {
    for await (const page of pages(graph, { call: `graph.deleted-${type}`, query, item: DELETED }, signal))
      for (const { id, deletedAt } of page) {
        const restorableUntil = new Date(Date.parse(deletedAt) + KEPT_MS).toISOString()
        if (wanted.has(id)) found.set(id, { type, externalId: id, deletedAt, restorableUntil })
      }
  } catch (error) {
    if (!(error instanceof AuditError)) throw error
  }
  return [...found.values()]
}
