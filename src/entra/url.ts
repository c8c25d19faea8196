import { GRAPH_CALLS, type GraphCallName } from '../http/graph-calls.ts'

/** Values go encoded, names as they are: OData's own begin with `$`. */
export type Query = Readonly<Record<string, string>>

const suffixOf = (query: Query): string => {
  const pairs = Object.entries(query).map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
  return pairs.length === 0 ? '' : `?${pairs.join('&')}`
}

/** The address of a call, made from its row in the table of calls. `object`: an object id. */
export function graphUrlOf(call: GraphCallName, host: string, query: Query, object = ''): string {
  const path = GRAPH_CALLS[call].path.replace('{object}', encodeURIComponent(object))
  return `https://${host}${path}${suffixOf(query)}`
}
