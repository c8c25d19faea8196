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

/** The first page of a collection, with the number of all its objects where Graph tells it. */
export function firstPage<T>(
  { ask, host }: Graph,
  { call, query, item, object }: Collection<T>,
  signal: AbortSignal,
): Promise<Page<T>> {
  const url = graphUrlOf(call, host, { ...query, $count: 'true' }, object)
  return ask({ call, url, headers: EVENTUAL }, (json) => pageOf(json, item, GRAPH_CALLS[call].what), signal)
}

/**
 * Every page of a collection, one after the other, by the links that the server gives. A collection that had to be begun
 * anew gives its first pages again.
 */
export async function* pages<T>(
  { ask, host }: Graph,
  { call, query, item, object }: Collection<T>,
  signal: AbortSignal,
): AsyncGenerator<readonly T[]> {
  const { what } = GRAPH_CALLS[call]
  const start = graphUrlOf(call, host, query, object)
  for (let restarts = 0; ; restarts++) {
    const seen = new Set<string>()
    try {
      for (let url: string | undefined = start; url !== undefined; ) {
        seen.add(url)
        const page: Page<T> = await ask({ call, url }, (json) => pageOf(json, item, what), signal)
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
