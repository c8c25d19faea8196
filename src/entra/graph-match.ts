import { directoryMatch } from '../domain/directory-match.ts'
import { AuditError } from '../domain/failure.ts'
import type { PrincipalType } from '../domain/principal.ts'
import { Roster } from '../domain/roster.ts'
import type { Account, BulkMatchSource, Clock, ListedPrincipal, Principals } from '../ports.ts'
import type { Graph } from './pages.ts'
import { preflight } from './preflight.ts'
import { strangersOf } from './strangers.ts'
import { Tenant } from './tenant.ts'
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
  const tenant = new Tenant(sources, roster)
  const learn = (type: PrincipalType, principals: readonly ListedPrincipal[]): void => {
    for (const { id, name, externalId } of principals) roster.add({ type, id, name, externalId })
  }
  const isListed = (type: PrincipalType): boolean => tenant.objects(type) !== undefined
  const strangers = strangersOf({ ...sources, roster, learn, isListed })

  return {
    learn,
    expect: (type, promised, signal) => tenant.expect(type, promised, signal),
    objectsRead: () => tenant.objectsRead,
    readings: () => tenant.readings,
    softDeleted: () => tenant.softDeleted(),

    async preflight(types, signal) {
      const counts = await preflight(sources, types, signal)
      for (const [type, inTenant] of counts) tenant.has(type, inTenant)
      const users = counts.get('users')
      if (users !== undefined) sources.tenantHas(users)
    },

    async prepare(snapshot, signal) {
      const types = snapshot.listed()
      for (const type of types) await completed(sources, roster, snapshot, type, learn, signal)
      await readAll(tenant, types, signal)
    },

    async match(type, id, signal) {
      const principal = roster.find(type, id)
      const found = tenant.objects(type)
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

/** Side by side; the first failure stops the rest, and is what is thrown rather than theirs of being stopped. */
async function readAll(tenant: Tenant, types: readonly PrincipalType[], signal: AbortSignal): Promise<void> {
  const halt = new AbortController()
  const until = AbortSignal.any([signal, halt.signal])
  let failure: unknown
  const readings = types.map((type) =>
    tenant.read(type, until).catch((error: unknown) => {
      failure ??= error
      halt.abort()
    }),
  )
  await Promise.all(readings)
  if (failure !== undefined) throw failure
}
