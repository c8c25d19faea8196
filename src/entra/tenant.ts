import { DirectoryObjects } from '../domain/directory.ts'
import type { SoftDeleted, TypeReading } from '../domain/directory-reading.ts'
import { loadPlanOf } from '../domain/load-plan.ts'
import { PRINCIPAL_TYPES, type PrincipalType } from '../domain/principal.ts'
import type { Roster } from '../domain/roster.ts'
import type { Clock } from '../ports.ts'
import { softDeleted } from './deleted.ts'
import { listTenant, readDirectory } from './directory.ts'
import type { Graph } from './pages.ts'

/** One type of the tenant. */
interface OfType {
  readonly objects: DirectoryObjects
  inTenant: number | undefined
  /** Begun early. */
  listing: Promise<void> | undefined
  /** Set when everything was read that answers depend on. */
  reading: TypeReading | undefined
}

/** Entra's side of an account, type by type, as far as it has been read. */
export class Tenant {
  readonly #graph: Graph & { readonly clock: Pick<Clock, 'date'> }
  readonly #roster: Roster
  readonly #types = new Map<PrincipalType, OfType>()
  readonly #deleted: Promise<readonly SoftDeleted[]>[] = []

  constructor(graph: Graph & { readonly clock: Pick<Clock, 'date'> }, roster: Roster) {
    this.#graph = graph
    this.#roster = roster
  }

  /** `inTenant`: objects of the type in the tenant; `undefined`: it did not tell. */
  has(type: PrincipalType, inTenant: number | undefined): void {
    this.#of(type).inTenant = inTenant
  }

  /** Begins to list a type when that is what it will come to whoever the principals are. */
  expect(type: PrincipalType, promised: number, signal: AbortSignal): void {
    const ofType = this.#of(type)
    const { inTenant, objects, listing } = ofType
    if (listing !== undefined || loadPlanOf({ type, inTenant, linked: promised, named: promised }) !== 'list') return
    ofType.listing = listTenant(this.#graph, { type, objects }, signal)
    // Whoever reads the type sees its failure.
    ofType.listing.catch(() => {})
  }

  /** Reads what the answers about the principals of the roster depend on. */
  async read(type: PrincipalType, signal: AbortSignal): Promise<void> {
    const ofType = this.#of(type)
    const { inTenant, objects } = ofType
    const { plan, absent } = await readDirectory(this.#graph, { ...ofType, type, roster: this.#roster }, signal)
    // It only explains, so nothing waits for it, and nothing fails because of it.
    this.#deleted.push(softDeleted(this.#graph, type, absent, signal).catch(() => []))
    const readAt = this.#graph.clock.date().toISOString()
    ofType.reading = { type, plan, readAt, inTenant, read: objects.length, digest: objects.digest }
  }

  /** `undefined` before it was read. */
  objects(type: PrincipalType): DirectoryObjects | undefined {
    const ofType = this.#types.get(type)
    return ofType?.reading && ofType.objects
  }

  get objectsRead(): number {
    return [...this.#types.values()].reduce((sum, { objects }) => sum + objects.length, 0)
  }

  get readings(): readonly TypeReading[] {
    return PRINCIPAL_TYPES.flatMap((type) => this.#types.get(type)?.reading ?? [])
  }

  async softDeleted(): Promise<readonly SoftDeleted[]> {
    return (await Promise.all(this.#deleted)).flat()
  }

  #of(type: PrincipalType): OfType {
    const known = this.#types.get(type)
    if (known !== undefined) return known
    const ofType = { objects: new DirectoryObjects(), inTenant: undefined, listing: undefined, reading: undefined }
    this.#types.set(type, ofType)
    return ofType
  }
}
