import { AuditError } from '../domain/failure.ts'
import type { PrincipalType, Target } from '../domain/principal.ts'
import type { Account, ListedPrincipal, ListingPage, RosterWriter, Snapshot, SnapshotWriter } from '../ports.ts'
import { refusesAccess } from './access.ts'
import { Pages } from './pages.ts'

/** So many full pages without one new id: the server gives the same page for ever. */
const PAGES_WITHOUT_NEWS = 10

/** How one type's listing ended. */
export interface Listing {
  readonly type: PrincipalType
  readonly listed: number
  /** The smaller `totalResults` of the passes; `undefined` when not even one page was read. */
  readonly promised: number | undefined
  /** Everything that was promised was received. */
  readonly trusted: boolean
}

interface Pass {
  readonly promised: number | undefined
  /** Different ids. */
  readonly received: number
  /** The listing broke off: a page could not be read. */
  readonly broken: boolean
}

interface Passing extends Watchers {
  readonly writer: SnapshotWriter
  readonly roster: RosterWriter
  readonly type: PrincipalType
}

/** What a listing tells while it is read. */
export interface Watchers {
  /** Every page as it arrives. */
  readonly onPage: (type: PrincipalType, listed: number, page: ListingPage) => void
  /** A page could not be read, so that a pass broke off. */
  readonly onUnread: (type: PrincipalType, failure: AuditError) => void
}

/** The listings of these types, the first page of each being asked for: a type is ready when the one before it has ended. */
export function begun(
  account: Account,
  types: readonly PrincipalType[],
  signal: AbortSignal,
): ReadonlyMap<PrincipalType, Pages> {
  const all = new Map(types.map((type) => [type, new Pages(account, type, signal)]))
  for (const pages of all.values()) pages.begin()
  return all
}

/**
 * Phase 2 for one type: the whole listing, in its order, repeats dropped. SCIM paging is not stable: an identity deleted
 * meanwhile shifts the rest, so a listing that falls short is read once more and both passes are united.
 */
export async function listed(
  account: Account,
  snapshot: Snapshot,
  type: PrincipalType,
  watchers: Watchers,
  signal: AbortSignal,
  firstPass = new Pages(account, type, signal),
): Promise<Listing> {
  const [writer, roster] = [await snapshot.write(type), await snapshot.writeRoster(type)]
  const passing = { ...watchers, writer, roster, type }
  try {
    const first = await passOver(firstPass, passing)
    const short = first.broken || writer.count < (first.promised ?? 0)
    const second = short ? await passOver(new Pages(account, type, signal), passing) : first
    // A pass that gives nothing takes nothing back that the other one gave.
    const promised = second.received === 0 ? first.promised : smaller(first.promised, second.promised)
    return { type, listed: writer.count, promised, trusted: !second.broken && writer.count >= (promised ?? 0) }
  } finally {
    await roster.close()
    await writer.close()
  }
}

const smaller = (a: number | undefined, b: number | undefined) =>
  a === undefined || b === undefined ? (a ?? b) : Math.min(a, b)

async function passOver(pages: Pages, { writer, roster, type, onPage, onUnread }: Passing): Promise<Pass> {
  // The writer knows what a first pass has seen.
  const seen = writer.count === 0 ? undefined : new Set<string>()
  const received = () => seen?.size ?? writer.count
  let [start, promised, withoutNews]: [number, number | undefined, number] = [1, undefined, 0]
  try {
    for (;;) {
      const page = await pages.from(start, promised)
      const ids = page.principals.map(({ id }: ListedPrincipal) => id)
      const before = received()
      if (seen !== undefined) for (const id of ids) seen.add(id)
      await writer.add(ids)
      await roster.add(page.principals)
      onPage(type, writer.count, page)

      start += ids.length
      if (ids.length > 0) promised = page.promised
      promised ??= page.promised
      withoutNews = received() > before ? 0 : withoutNews + 1
      if (ids.length === 0 || start > promised || withoutNews >= PAGES_WITHOUT_NEWS)
        return { promised, received: received(), broken: false }
    }
  } catch (error) {
    if (!(error instanceof AuditError) || refusesAccess(error)) throw error
    onUnread(type, error)
    return { promised, received: received(), broken: true }
  }
}

/** Phase 2 when the identities were named: no listing at all. */
export async function targeted(snapshot: Snapshot, type: PrincipalType, targets: readonly Target[]): Promise<Listing> {
  const writer = await snapshot.write(type)
  await writer.add(targets.filter((target) => target.type === type).map(({ id }) => id))
  await writer.close()
  return { type, listed: writer.count, promised: writer.count, trusted: true }
}
