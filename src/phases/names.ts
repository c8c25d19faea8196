import { AuditError } from '../domain/failure.ts'
import type { PrincipalType } from '../domain/principal.ts'
import type { Account, Finished, ListedPrincipal, ResultsLog, Unnamed } from '../ports.ts'
import { refusesAccess } from './access.ts'
import { Pages } from './pages.ts'

/** A listing of names that goes on for longer than this has lost its way. */
const MOST_PAGES = 100_000
/** A commit costs the same for one identity as for many. */
const BATCH_SIZE = 5_000

/**
 * Finishes what an earlier run found but whose names were not saved: the listing has them. What the listing does not tell
 * (deleted meanwhile, or a page that cannot be read) stays unfinished, so that phase 3 asks about it again.
 */
export async function named(
  account: Account,
  results: ResultsLog,
  type: PrincipalType,
  unnamed: readonly Unnamed[],
  signal: AbortSignal,
): Promise<void> {
  let batch: Finished[] = []
  for await (const found of namesOf(account, type, new Map(unnamed.map((one) => [one.divergence.id, one])), signal)) {
    batch.push(...found)
    if (batch.length < BATCH_SIZE) continue
    await results.commit(batch)
    batch = []
  }
  await results.commit(batch)
}

/** What each page of the listing finishes. Throws only what ends the audit. */
async function* namesOf(
  account: Account,
  type: PrincipalType,
  waiting: Map<string, Unnamed>,
  signal: AbortSignal,
): AsyncGenerator<Finished[]> {
  const pages = new Pages(account, type, 'whole', signal)
  let start = 1
  for (let read = 0; waiting.size > 0 && read < MOST_PAGES; read++) {
    const page = await pages.from(start).catch((error: unknown) => {
      if (error instanceof AuditError && !refusesAccess(error)) return undefined
      throw error
    })
    if (page === undefined) return
    yield page.principals.flatMap((principal) => finishedBy(principal, type, waiting))
    start += page.principals.length
    if (page.principals.length === 0 || start > page.promised) return
  }
}

function finishedBy({ id, name }: ListedPrincipal, type: PrincipalType, waiting: Map<string, Unnamed>): Finished[] {
  const found = waiting.get(id)
  if (found === undefined) return []
  waiting.delete(id)
  return [
    {
      type,
      position: found.position,
      outcome: { kind: 'divergent' as const, divergence: { ...found.divergence, name } },
    },
  ]
}
