import type { DirectoryObject, DirectoryObjects } from '../domain/directory.ts'
import { isObjectId } from '../domain/directory.ts'
import { NAMES_PER_LOOK_UP, PAGE_SIZE } from '../domain/load-plan.ts'
import type { PrincipalType } from '../domain/principal.ts'
import { mapConcurrent } from '../stream.ts'
import { OBJECTS, SELECT } from './decode.ts'
import { type Graph, pages } from './pages.ts'
import { graphUrlOf } from './url.ts'

const AT_ONCE = 32
/** What servers and proxies take of an address, and Graph of an advanced query. */
const MOST_URL = 2048

/** Longer than any that the directory can hold: nothing has them, and the server would refuse the question. */
const MOST_CHARS: Readonly<Record<PrincipalType, number>> = { users: 320, groups: 256, 'service-principals': 36 }

const PROPERTIES = { users: 'userPrincipalName', groups: 'displayName', 'service-principals': 'appId' } as const

/** Adds the objects of the type that have one of the names; of guests also by their address. */
export async function lookUpNames(
  graph: Graph,
  type: PrincipalType,
  names: readonly string[],
  objects: DirectoryObjects,
  signal: AbortSignal,
): Promise<void> {
  const possible = names.filter((name) => isPossible(type, name))
  await lookUp(graph, type, PROPERTIES[type], possible, objects, signal)
  if (type !== 'users') return
  const left = possible.filter((name) => objects.idsByName(name).length === 0)
  await lookUp(graph, type, 'mail', left, objects, signal)
}

const isPossible = (type: PrincipalType, name: string): boolean =>
  name.length <= MOST_CHARS[type] && name.isWellFormed() && (type !== 'service-principals' || isObjectId(name))

async function lookUp(
  graph: Graph,
  type: PrincipalType,
  property: string,
  names: readonly string[],
  objects: DirectoryObjects,
  signal: AbortSignal,
): Promise<void> {
  const batches = batchesOf(names, graphUrlOf(`graph.${type}`, graph.host, queryOf(type, property, [])).length)
  await mapConcurrent([batches], {
    limit: AT_ONCE,
    map: (batch) => named(graph, type, property, batch, signal),
    take(found) {
      for (const object of found) objects.add(object)
    },
  })
}

const queryOf = (type: PrincipalType, property: string, names: readonly string[]) => ({
  $select: SELECT[type],
  $top: String(PAGE_SIZE),
  $filter: `${property} in (${names.map(literalOf).join(',')})`,
})

/** https://learn.microsoft.com/graph/query-parameters#escaping-single-quotes */
const literalOf = (text: string): string => `'${text.replaceAll("'", "''")}'`

function batchesOf(names: readonly string[], emptyUrl: number): string[][] {
  const batches: string[][] = []
  let room = 0
  for (const name of names) {
    const length = encodeURIComponent(`${literalOf(name)},`).length
    const last = batches.at(-1)
    if (last !== undefined && last.length < NAMES_PER_LOOK_UP && length <= room) {
      last.push(name)
      room -= length
    } else {
      batches.push([name])
      room = MOST_URL - emptyUrl - length
    }
  }
  return batches
}

async function named(
  graph: Graph,
  type: PrincipalType,
  property: string,
  names: readonly string[],
  signal: AbortSignal,
): Promise<readonly DirectoryObject[]> {
  const collection = { call: `graph.${type}`, query: queryOf(type, property, names), item: OBJECTS[type] } as const
  const found: DirectoryObject[] = []
  for await (const page of pages(graph, collection, signal)) found.push(...page)
  return found
}
