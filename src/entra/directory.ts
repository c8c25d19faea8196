import { type DirectoryObjects, isObjectId } from '../domain/directory.ts'
import { AuditError } from '../domain/failure.ts'
import { IDS_PER_LOOK_UP, type LoadPlan, loadPlanOf, PAGE_SIZE } from '../domain/load-plan.ts'
import type { Principal, PrincipalType } from '../domain/principal.ts'
import type { Roster } from '../domain/roster.ts'
import { mapConcurrent } from '../stream.ts'
import { GRAPH_TYPES, OBJECTS, type Page, pageOf, SELECT, unexpected } from './decode.ts'
import { lookUpNames } from './names.ts'
import { type Graph, pages } from './pages.ts'
import { graphUrlOf } from './url.ts'

/** Look-ups side by side; what may be in flight is the limiter's to say. */
const AT_ONCE = 32

/** How one type was read. */
export interface Read {
  readonly plan: LoadPlan
  /** External ids that no object of the type has. */
  readonly absent: readonly string[]
}

interface Asked {
  readonly type: PrincipalType
  readonly roster: Roster
  /** Objects of the type in the tenant; `undefined`: unknown. */
  readonly inTenant: number | undefined
  /** Where what is read goes. */
  readonly objects: DirectoryObjects
  /** The listing, where it was begun before it was known who is asked about. */
  readonly listing: Promise<void> | undefined
}

/**
 * Reads one type, as far as the answers about this account depend on it, by listing it or by looking up what Databricks may
 * mean, whichever is cheaper.
 */
export async function readDirectory(graph: Graph, asked: Asked, signal: AbortSignal): Promise<Read> {
  const { type, roster, inTenant, objects, listing } = asked
  const linked = [...roster.externalIds(type)].filter(isObjectId)
  const named = [...roster.of(type)].reduce((sum, { name }) => sum + (name === '' ? 0 : 1), 0)
  let plan = listing === undefined ? loadPlanOf({ type, inTenant, linked: linked.length, named }) : 'list'
  if (plan === 'look-up' && !(await lookUp(graph, asked, linked, signal))) plan = 'list'
  if (plan === 'list') {
    await (listing ?? listTenant(graph, asked, signal))
    await confirm(
      graph,
      type,
      linked.filter((id) => objects.byId(id) === undefined),
      objects,
      signal,
    )
  }
  return { plan, absent: linked.filter((id) => objects.byId(id) === undefined) }
}

/** Gives `false` when the tenant does not answer such questions, or not to us; listing needs the least. */
async function lookUp(
  graph: Graph,
  { type, roster, objects }: Asked,
  ids: readonly string[],
  signal: AbortSignal,
): Promise<boolean> {
  try {
    await lookUpIds(graph, type, ids, objects, signal)
    await lookUpNames(graph, type, unmatched(roster.of(type), objects), objects, signal)
    return true
  } catch (error) {
    if (isRefusal(error)) return false
    throw error
  }
}

const isRefusal = (error: unknown): boolean =>
  error instanceof AuditError && (error.reason === 'forbidden' || error.reason === 'bad-request')

/** Reads all objects of a type, page after page. */
export async function listTenant(
  graph: Graph,
  { type, objects }: Pick<Asked, 'type' | 'objects'>,
  signal: AbortSignal,
): Promise<void> {
  const query = { $select: SELECT[type], $top: String(PAGE_SIZE) }
  for await (const page of pages(graph, { call: `graph.${type}`, query, item: OBJECTS[type] }, signal))
    for (const object of page) objects.add(object)
}

/** A listing is no snapshot: before anything counts as absent, it is asked for by its id, if we may. */
async function confirm(...asked: Parameters<typeof lookUpIds>): Promise<void> {
  await lookUpIds(...asked).catch((error: unknown) => {
    if (!isRefusal(error)) throw error
  })
}

/** Adds those of the ids that are objects of the type. */
async function lookUpIds(
  graph: Graph,
  type: PrincipalType,
  ids: readonly string[],
  objects: DirectoryObjects,
  signal: AbortSignal,
): Promise<void> {
  const batches = Array.from({ length: Math.ceil(ids.length / IDS_PER_LOOK_UP) }, (_, at) =>
    ids.slice(at * IDS_PER_LOOK_UP, (at + 1) * IDS_PER_LOOK_UP),
  )
  await mapConcurrent([batches], {
    limit: AT_ONCE,
    map: (batch) => byIds(graph, type, batch, signal),
    take(found) {
      for (const object of found) objects.add(object)
    },
  })
}

/** Ids that are no object of the type are left out of the answer. https://learn.microsoft.com/graph/api/directoryobject-getbyids */
async function byIds(graph: Graph, type: PrincipalType, ids: readonly string[], signal: AbortSignal) {
  const call = 'graph.by-ids'
  const what = 'look up directory objects by id'
  const page: Page<ReturnType<(typeof OBJECTS)[PrincipalType]>> = await graph.ask(
    {
      call,
      url: graphUrlOf(call, graph.host, { $select: SELECT[type] }),
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ids, types: [GRAPH_TYPES[type]] }),
    },
    (json) => pageOf(json, OBJECTS[type], what),
    signal,
  )
  if (page.next === undefined) return page.items
  // Not documented to happen: fewer at a time leave nothing for a second page.
  if (ids.length === 1) throw unexpected(what, 'it is not whole')
  const middle = ids.length >> 1
  const halves: readonly (typeof page.items)[] = await Promise.all([
    byIds(graph, type, ids.slice(0, middle), signal),
    byIds(graph, type, ids.slice(middle), signal),
  ])
  return halves.flat()
}

/** Names that the linked object does not have, each once whatever its case. */
function unmatched(principals: Iterable<Principal>, objects: DirectoryObjects): string[] {
  const names = new Map<string, string>()
  for (const { type, name, externalId } of principals) {
    const found = externalId === '' ? undefined : objects.byId(externalId)
    const key = name.toLowerCase()
    // Of groups there may be more of that name.
    const isFound = type !== 'groups' && found?.name.toLowerCase() === key
    // Application ids are written one way only.
    if (name !== '' && !isFound) names.set(key, type === 'service-principals' ? key : name)
  }
  return [...names.values()]
}
