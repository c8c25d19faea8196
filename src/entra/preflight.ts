import { AuditError } from '../domain/failure.ts'
import { type PrincipalType, TYPE_LABELS } from '../domain/principal.ts'
import { OBJECTS, SELECT } from './decode.ts'
import { countedPage, firstPage, type Graph } from './pages.ts'

/** The least application permission for each type. https://learn.microsoft.com/graph/permissions-reference */
export const PERMISSIONS: Readonly<Record<PrincipalType, string>> = {
  users: 'User.Read.All',
  groups: 'GroupMember.Read.All',
  'service-principals': 'Application.Read.All',
}

/** What the preflight found out about one type. */
interface Found {
  readonly type: PrincipalType
  /** Objects in the tenant, where Graph tells it. */
  readonly count: number | undefined
  /** The code with which Graph did not let us read it; `undefined`: it did. */
  readonly refusal: string | undefined
}

/**
 * Reads one object of each type, to find out whether we may before anything is judged by it. Gives the number of them in
 * the tenant, where Graph tells it. Throws `AuditError` that names every permission that is missing.
 */
export async function preflight(
  graph: Graph,
  types: readonly PrincipalType[],
  signal: AbortSignal,
): Promise<ReadonlyMap<PrincipalType, number | undefined>> {
  const found = await Promise.all(types.map((type) => tried(graph, type, signal)))
  const refused = found.filter(({ refusal }) => refusal !== undefined)
  if (refused.length > 0) throw missing(refused)
  return new Map(found.map(({ type, count }) => [type, count]))
}

async function tried(graph: Graph, type: PrincipalType, signal: AbortSignal): Promise<Found> {
  try {
    const { items, count } = await onePage(graph, type, signal)
    // Without the permission an object may come all the same, with its id and type only.
    return { type, count, refusal: items.some(({ name }) => name === '') ? 'unreadable' : undefined }
  } catch (error) {
    if (error instanceof AuditError && error.reason === 'forbidden')
      return { type, count: undefined, refusal: error.code }
    throw error
  }
}

async function onePage(graph: Graph, type: PrincipalType, signal: AbortSignal) {
  const collection = {
    call: `graph.${type}`,
    query: { $select: SELECT[type], $top: '1' },
    item: OBJECTS[type],
  } as const
  try {
    return await countedPage(graph, collection, signal)
  } catch (error) {
    // The number is worth something, but the preflight does not depend on it.
    if (!(error instanceof AuditError) || error.reason !== 'bad-request') throw error
    return await firstPage(graph, collection, signal)
  }
}

function missing(refused: readonly Found[]): AuditError {
  const listed = (texts: readonly string[]) => texts.join(', ').replace(/, (?=[^,]*$)/, ' and ')
  const labels = listed(refused.map(({ type }) => TYPE_LABELS[type]))
  const permissions = listed(refused.map(({ type }) => PERMISSIONS[type]))
  return new AuditError(
    'forbidden',
    `Microsoft Graph does not let the application read the ${labels} of the tenant. It needs the application ` +
      `${refused.length === 1 ? 'permission' : 'permissions'} ${permissions} of Microsoft Graph, with admin consent`,
    { code: refused[0]?.refusal ?? '', action: '' },
  )
}
