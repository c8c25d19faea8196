import type { DirectoryObjects } from '../domain/directory.ts'
import { directoryMatch } from '../domain/directory-match.ts'
import type { SoftDeleted, TypeReading } from '../domain/directory-reading.ts'
import { AuditError } from '../domain/failure.ts'
import { PRINCIPAL_TYPES, type PrincipalType } from '../domain/principal.ts'
import { Roster } from '../domain/roster.ts'
import type { Account, BulkMatchSource, Clock, ListedPrincipal, Principals, Snapshot } from '../ports.ts'
import { softDeleted } from './deleted.ts'
import { readDirectory } from './directory.ts'
import type { Graph } from './pages.ts'
import { preflight } from './preflight.ts'
import { strangersOf } from './strangers.ts'
import { completed } from './whole.ts'

export interface GraphSources extends Graph {
  readonly account: Account
  readonly principals: Principals
  readonly clock: Pick<Clock, 'date'>
  /** Told of the number of the tenant's users: Graph's limits follow from it. */
  readonly tenantHas: (users: number) => void
}

/** Entra's side of an account, read from Microsoft Graph: users and service principals in bulk, members group by group. */
export function graphSourceOf(sources: GraphSources): BulkMatchSource {
  const roster = new Roster()
  const inTenant = new Map<PrincipalType, number | undefined>()
  const objects = new Map<PrincipalType, DirectoryObjects>()
  const readings: TypeReading[] = []
  const deleted: SoftDeleted[] = []
  const learn = (type: PrincipalType, principals: readonly ListedPrincipal[]): void => {
    for (const { id, name, externalId } of principals) roster.add({ type, id, name, externalId })
  }

  async function read(type: PrincipalType, signal: AbortSignal): Promise<void> {
    const asked = { type, roster, inTenant: inTenant.get(type) }
    const { objects: found, plan, absent } = await readDirectory(sources, asked, signal)
    objects.set(type, found)
    const readAt = sources.clock.date().toISOString()
    readings.push({ type, plan, readAt, inTenant: asked.inTenant, read: found.length, digest: found.digest })
    deleted.push(...(await softDeleted(sources, type, absent, signal)))
  }

  const strangers = strangersOf({ ...sources, roster, learn, isListed: (type) => objects.has(type) })

  return {
    learn,
    readings: () => PRINCIPAL_TYPES.flatMap((of) => readings.filter(({ type }) => type === of)),
    softDeleted: () => deleted,

    async preflight(types, signal) {
      for (const type of types) inTenant.set(type, await preflight(sources, type, signal))
      const users = inTenant.get('users')
      if (users !== undefined) sources.tenantHas(users)
    },

    async prepare(snapshot: Pick<Snapshot, 'listed' | 'count' | 'ids'>, signal) {
      const types = snapshot.listed()
      for (const type of types) await completed(sources, roster, snapshot, type, learn, signal)
      const halt = new AbortController()
      const until = AbortSignal.any([signal, halt.signal])
      const readings = types.map((type) =>
        read(type, until).catch((error: unknown) => {
          halt.abort()
          throw error
        }),
      )
      const ends = await Promise.allSettled(readings)
      throwFirst(ends, signal)
    },

    async match(type, id, signal) {
      const principal = roster.find(type, id)
      const found = objects.get(type)
      if (found === undefined) throw new AuditError('internal', 'Cannot match: the tenant was not read')
      if (principal === undefined)
        throw new AuditError('not-found', 'Databricks does not know the identity', { code: 404 })
      const match = directoryMatch(principal, found)
      const counterpart = type === 'groups' ? found.byId(principal.externalId) : undefined
      return counterpart === undefined || match.byExternalId === undefined
        ? match
        : await strangers(match, counterpart.hidden, signal)
    },
  }
}

/** The failure that stopped the others, rather than theirs of being stopped. */
function throwFirst(ends: readonly PromiseSettledResult<void>[], signal: AbortSignal): void {
  const errors: unknown[] = ends.flatMap((end) => (end.status === 'rejected' ? [end.reason] : []))
  const isCancelled = (error: unknown) => error instanceof AuditError && error.reason === 'cancelled'
  if (errors.length > 0) throw signal.aborted ? errors[0] : (errors.find((error) => !isCancelled(error)) ?? errors[0])
}
