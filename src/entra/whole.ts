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
  await mapConcurrent([starts], {
    limit: AT_ONCE,
    map: (start) => account.page(type, start, signal),
    take: ({ principals }) => learn(type, principals),
  })
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
  await mapConcurrent([missing], {
    limit: AT_ONCE,
    map: (id) => principals.find(type, id, signal),
    take: (principal) => learn(type, principal === undefined ? [] : [principal]),
  })
}
