import type { PrincipalType } from '../domain/principal.ts'
import type { Roster } from '../domain/roster.ts'
import type { Account, ListedPrincipal, Principals, Snapshot } from '../ports.ts'
import { mapConcurrent } from '../stream.ts'

type Learn = (type: PrincipalType, principals: readonly ListedPrincipal[]) => void

const AT_ONCE = 8
/** So few are asked for one by one without looking how long the listing is. */
const FEW = 20

/** Lists a type whole, pages side by side; what falls between two pages is the caller's to ask for. */
export async function listWhole(
  account: Account,
  type: PrincipalType,
  learn: Learn,
  signal: AbortSignal,
): Promise<void> {
  const first = await account.page(type, 1, signal)
  learn(type, first.principals)
  await listRest(account, type, first.principals.length, first.promised, learn, signal)
}

async function listRest(
  account: Account,
  type: PrincipalType,
  pageSize: number,
  promised: number,
  learn: Learn,
  signal: AbortSignal,
): Promise<void> {
  if (pageSize === 0) return
  const starts: number[] = []
  for (let start = 1 + pageSize; start <= promised; start += pageSize) starts.push(start)
  const rest = mapConcurrent(starts, AT_ONCE, (start) => account.page(type, start, signal))
  for await (const { principals } of rest) learn(type, principals)
}

/**
 * Sees to it that everything that was listed is known whole: from a resumed audit's listing, or a list of targets, only
 * the ids are. Who is not found is gone.
 */
export async function completed(
  { account, principals }: { readonly account: Account; readonly principals: Principals },
  roster: Roster,
  snapshot: Pick<Snapshot, 'count' | 'ids'>,
  type: PrincipalType,
  learn: Learn,
  signal: AbortSignal,
): Promise<void> {
  const count = snapshot.count(type)
  const unknown = count - roster.count(type)
  if (unknown > FEW) {
    const first = await account.page(type, 1, signal)
    learn(type, first.principals)
    const pages = Math.ceil(first.promised / Math.max(1, first.principals.length))
    if (pages <= unknown) await listRest(account, type, first.principals.length, first.promised, learn, signal)
  }
  const missing: string[] = []
  for await (const listed of snapshot.ids(type))
    for (const { id } of listed) if (roster.find(type, id) === undefined) missing.push(id)
  const found = mapConcurrent(missing, AT_ONCE, (id) => principals.find(type, id, signal))
  for await (const principal of found) if (principal !== undefined) learn(type, [principal])
}
