import { AuditError } from '../domain/failure.ts'
import type { Ask } from '../http/ask.ts'
import { EXPIRED_LINK } from '../http/graph-answers.ts'
import { GRAPH_CALLS, type GraphCallName } from '../http/graph-calls.ts'
import type { Read } from '../http/shape.ts'
import { type Page, pageOf, unexpected } from './decode.ts'
import { graphUrlOf, type Query } from './url.ts'

/** Where Graph is, and how it is asked. */
export interface Graph {
  readonly ask: Ask
  /** Host name of the cloud's Graph. */
  readonly host: string
}

/** Links expire while a long collection is read: then it is read anew, this often. */
const RESTARTS = 3

interface Collection<T> {
  readonly call: GraphCallName
  readonly query: Query
  readonly item: Read<T>
  /** Of the object that the collection belongs to; `''`: none. */
  readonly object?: string
}

/** A count is only given over an index that may lag behind. https://learn.microsoft.com/graph/aad-advanced-queries */
const EVENTUAL = { consistencylevel: 'eventual' }

const pageAt = <T>({ ask }: Graph, { call, item }: Collection<T>, url: string, signal: AbortSignal, headers = {}) =>
  ask({ call, url, headers }, (json): Page<T> => pageOf(json, item, GRAPH_CALLS[call].what), signal)

/** The first page of a collection, with a link to the next one if there is more. */
export function firstPage<T>(graph: Graph, collection: Collection<T>, signal: AbortSignal): Promise<Page<T>> {
  const { call, query, object } = collection
  return pageAt(graph, collection, graphUrlOf(call, graph.host, query, object), signal)
}

/** The same, with the number of all its objects where Graph tells it. */
export function countedPage<T>(graph: Graph, collection: Collection<T>, signal: AbortSignal): Promise<Page<T>> {
  const { call, query, object } = collection
  const url = graphUrlOf(call, graph.host, { ...query, $count: 'true' }, object)
  return pageAt(graph, collection, url, signal, EVENTUAL)
}

/**
 * Every page of a collection, one after the other, by the links that the server gives. A collection that had to be begun
 * anew gives its first pages again.
 */
export async function* pages<T>(
  graph: Graph,
  collection: Collection<T>,
  signal: AbortSignal,
): AsyncGenerator<readonly T[]> {
  const { host } = graph
  const { call, query, object } = collection
  const { what } = GRAPH_CALLS[call]
  const start = graphUrlOf(call, host, query, object)
  for (let restarts = 0; ; restarts++) {
    const seen = new Set<string>()
    try {
      for (let url: string | undefined = start; url !== undefined; ) {
        seen.add(url)
        const page: Page<T> = await pageAt(graph, collection, url, signal)
        if (page.next !== undefined) refuseStrayLink(page.next, host, seen, what)
        yield page.items
        url = page.next
      }
      return
    } catch (error) {
      if (!(error instanceof AuditError) || !EXPIRED_LINK.has(error.code) || restarts === RESTARTS) throw error
    }
  }
}

/** A link that leads elsewhere would carry the token there; one that leads back would never end. */
function refuseStrayLink(link: string, host: string, seen: ReadonlySet<string>, what: string): void {
  const url = URL.canParse(link) ? new URL(link) : undefined
  const isOwn = url?.origin === `https://${host}` && url.username === '' && url.password === '' && url.hash === ''
  if (!isOwn || !url.pathname.startsWith('/v1.0/')) throw unexpected(what, 'the link to the next page leads elsewhere')
  if (seen.has(link)) throw unexpected(what, 'its pages go in a circle')
}
