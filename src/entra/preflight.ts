import { AuditError } from '../domain/failure.ts'
import { type PrincipalType, TYPE_LABELS } from '../domain/principal.ts'
import { OBJECTS, type Page, SELECT } from './decode.ts'
import { firstPage, type Graph, pages } from './pages.ts'

/** The least application permission for each type. https://learn.microsoft.com/graph/permissions-reference */
export const PERMISSIONS: Readonly<Record<PrincipalType, string>> = {
  users: 'User.Read.All',
  groups: 'GroupMember.Read.All',
  'service-principals': 'Application.Read.All',
}

/**
 * Reads one object of a type, to find out whether we may before anything is judged by it. Gives the number of them in the
 * tenant, where Graph tells it. Throws `AuditError` that names the permission when we may not.
 */
export async function preflight(graph: Graph, type: PrincipalType, signal: AbortSignal): Promise<number | undefined> {
  const { items, count } = await onePage(graph, type, signal).catch((error: unknown) => {
    throw error instanceof AuditError && error.reason === 'forbidden' ? missing(type, error.code) : error
  })
  // Without the permission an object may come all the same, with its id and type only.
  if (items.some(({ name }) => name === '')) throw missing(type, 'unreadable')
  return count
}

async function onePage(graph: Graph, type: PrincipalType, signal: AbortSignal) {
  const collection = {
    call: `graph.${type}`,
    query: { $select: SELECT[type], $top: '1' },
    item: OBJECTS[type],
  } as const
  try {
    return await firstPage(graph, collection, signal)
  } catch (error) {
    // The number is worth something, but the preflight does not depend on it.
    if (!(error instanceof AuditError) || error.reason !== 'bad-request') throw error
    for await (const items of pages(graph, collection, signal))
      return { items, count: undefined } satisfies Partial<Page<unknown>>
    return { items: [], count: undefined }
  }
}

const missing = (type: PrincipalType, code: string): AuditError =>
  new AuditError(
    'forbidden',
    `Microsoft Graph does not let the application read the ${TYPE_LABELS[type]} of the tenant. It needs the application ` +
      `permission ${PERMISSIONS[type]} of Microsoft Graph, with admin consent`,
    { code },
  )
