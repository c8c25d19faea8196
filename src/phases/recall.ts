import { AuditError } from '../domain/failure.ts'
import type { PrincipalType } from '../domain/principal.ts'
import type { Account, Finished, ListedPrincipal, ResultsLog, Snapshot, Unnamed } from '../ports.ts'
import { refusesAccess } from './access.ts'
import { Pages } from './pages.ts'

/** A listing that goes on for longer than this has lost its way. */
const MOST_PAGES = 100_000
/** A commit costs the same for one identity as for many. */
const BATCH_SIZE = 5_000

export interface Recalling {
  readonly account: Account
  readonly snapshot: Pick<Snapshot, 'writeRoster'>
  readonly results: ResultsLog
  /** Who else wants to know what the listing tells. */
  readonly learn?: ((type: PrincipalType, principals: readonly ListedPrincipal[]) => void) | undefined
  readonly signal: AbortSignal
}

/**
 * Learns again from the listing what was not saved because it is personal: who the principals are, and the names of what an
 * earlier run found, which is finished with them. What the listing does not tell (deleted meanwhile, or a page that cannot
 * be read) stays unfinished, so that phase 3 asks about it again.
 */
export async function recalled(
  { account, snapshot, results, signal, learn }: Recalling,
  type: PrincipalType,
  unnamed: readonly Unnamed[],
): Promise<void> {
  const waiting = new Map(unnamed.map((one) => [one.divergence.id, one]))
  const roster = await snapshot.writeRoster(type)
  let batch: Finished[] = []
  try {
    for await (const principals of principalsOf(account, type, signal)) {
      await roster.add(principals)
      learn?.(type, principals)
      batch.push(...principals.flatMap((principal) => finishedBy(principal, type, waiting)))
      if (batch.length < BATCH_SIZE) continue
      await results.commit(batch)
      batch = []
    }
  } finally {
    await roster.close()
  }
  await results.commit(batch)
}

/** Page by page. Throws only what ends the audit. */
async function* principalsOf(
  account: Account,
  type: PrincipalType,
  signal: AbortSignal,
): AsyncGenerator<readonly ListedPrincipal[]> {
  const pages = new Pages(account, type, signal)
  let start = 1
  for (let read = 0; read < MOST_PAGES; read++) {
    const page = await pages.from(start).catch((error: unknown) => {
      if (error instanceof AuditError && !refusesAccess(error)) return undefined
      throw error
    })
    if (page === undefined) return
    yield page.principals
    start += page.principals.length
    if (page.principals.length === 0 || start > page.promised) return
  }
}

function finishedBy({ id, name }: ListedPrincipal, type: PrincipalType, waiting: Map<string, Unnamed>): Finished[] {
  const found = waiting.get(id)
  if (found === undefined) return []
  waiting.delete(id)
  return [{ type, position: found.position, outcome: { kind: 'divergent', divergence: { ...found.divergence, name } } }]
}
