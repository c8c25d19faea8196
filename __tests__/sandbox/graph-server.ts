import type { DirectoryObject, MakeBelieveAccount, PrincipalType } from './account.ts'
import { changingView, type DirectoryView } from './directory-view.ts'
import { type Answer, json, type Route, type SandboxRequest } from './exchange.ts'
import { byIds, filtered, GRAPH_TYPES, type GraphTenant, itemOf } from './graph-tenant.ts'
import { GRAPH_HOSTS } from './hosts.ts'
import type { Tokens } from './tokens.ts'

export interface GraphOptions {
  readonly account: MakeBelieveAccount
  readonly tenant: GraphTenant
  /** `undefined`: whoever asks is let in. */
  readonly tokens: Tokens | undefined
  /** How the directory is looked up; anew each time unless this says otherwise. */
  readonly view?: DirectoryView
}

/** Microsoft Graph v1.0 over the directory of the make-believe account, as far as an audit asks. */
export function graphRoutes(options: GraphOptions): Route[] {
  const { account, tenant, view = changingView(account) } = options
  const meter = meterOf(tenant)
  const route = (call: string, base: number, method: string, path: RegExp, answer: Route['answer']): Route => ({
    ...{ call, method, path, hosts: GRAPH_HOSTS },
    answer: async (request, distortion) => {
      const units = unitsOf(base, request)
      return refusalOf(options, request) ?? meter(units) ?? withUnits(await answer(request, distortion), units)
    },
  })
  const select = (request: SandboxRequest) => request.query.get('$select')?.split(',') ?? []

  const ofType = (type: PrincipalType, path: string): Route[] => [
    route(`graph.${type}`, type === 'users' ? 2 : 1, 'GET', new RegExp(`^/v1\\.0/${path}$`), (request) => {
      if (!tenant.permissions.has(type)) return graphError(403, 'Authorization_RequestDenied')
      const found = filtered(type, view.live(type), request.query.get('$filter'))
      return typeof found === 'string'
        ? graphError(400, found)
        : page(tenant, request, found, (object) => itemOf(tenant, object, select(request)))
    }),
    route(
      `graph.deleted-${type}`,
      1,
      'GET',
      new RegExp(`^/v1\\.0/directory/deletedItems/microsoft\\.graph\\.${GRAPH_TYPES[type]}$`),
      (request) => {
        if (!tenant.permissions.has(type)) return graphError(403, 'Authorization_RequestDenied')
        const former = account.directory.filter((one) => one.type === type && one.former)
        const inBin = [...former.map(({ objectId }) => objectId), ...(tenant.deleted.get(type) ?? [])]
        return page(tenant, request, inBin, (id) => ({ id, deletedDateTime: tenant.deletedAt }))
      },
    ),
  ]
  return [
    ...ofType('users', 'users'),
    ...ofType('groups', 'groups'),
    ...ofType('service-principals', 'servicePrincipals'),
    route('graph.by-ids', 5, 'POST', /^\/v1\.0\/directoryObjects\/getByIds$/, (request) => {
      const found = byIds(account, tenant, JSON.parse(request.body.toString()), select(request))
      return typeof found === 'string' ? graphError(400, found) : json(200, { value: found })
    }),
    route('graph.members', 3, 'GET', /^\/v1\.0\/groups\/(?<id>[^/]+)\/members$/, (request) => {
      const group = view.find('groups', request.params.id)
      if (group === undefined) return graphError(404, 'Request_ResourceNotFound')
      if (tenant.forbidden.has(group.objectId)) return graphError(403, 'Authorization_RequestDenied')
      const types = view.types()
      // As v1.0 does: service principals are left out.
      const shown = tenant.hidden.has(group.objectId)
        ? []
        : group.members.filter((id) => types.get(id) !== 'service-principals')
      const kindOf = (id: string) => `#microsoft.graph.${GRAPH_TYPES[types.get(id) ?? 'users']}`
      return page(tenant, request, shown, (id) => ({ '@odata.type': kindOf(id), id }))
    }),
    route('graph.memberships', 1, 'GET', /^\/v1\.0\/servicePrincipals\/(?<id>[^/]+)\/memberOf$/, (request) => {
      const { id = '' } = request.params
      if (!tenant.permissions.has('service-principals')) return graphError(403, 'Authorization_RequestDenied')
      if (view.find('service-principals', id) === undefined) return graphError(404, 'Request_ResourceNotFound')
      const itemOfGroup = ({ objectId }: DirectoryObject) => ({ '@odata.type': '#microsoft.graph.group', id: objectId })
      return page(tenant, request, view.groupsOf(id), itemOfGroup)
    }),
  ]
}

export const graphError = (status: number, code: string, headers?: Record<string, string>): Answer =>
  json(
    status,
    { error: { code, message: 'No.', innerError: { date: '2026-01-05T08:00:00', 'request-id': 'r' } } },
    headers,
  )

const withUnits = (answer: Answer, units: number): Answer => ({
  ...answer,
  headers: { 'content-type': 'application/json', ...answer.headers, 'x-ms-resource-unit': String(units) },
})

function refusalOf({ tokens }: GraphOptions, { headers, host }: SandboxRequest): Answer | undefined {
  if (tokens === undefined) return undefined
  const token = tokens.of(headers.authorization)
  const isGood = token !== undefined && token.expiresAt > Date.now() && token.audience === `https://${host}`
  return isGood ? undefined : graphError(401, 'InvalidAuthenticationToken')
}

/** `base`: units of the call as it is listed. https://learn.microsoft.com/graph/throttling-limits#resource-unit-cost */
function unitsOf(base: number, { method, query }: SandboxRequest): number {
  const selects = query.has('$select')
  // Of all calls, looking up by ids alone is a POST.
  if (method === 'POST') return selects ? 2 : base
  const isSmall = query.has('$top') && Number(query.get('$top')) < 20
  return Math.max(1, base - Number(selects) - Number(isSmall))
}

/** A bucket of resource units, as full as a second gives it. */
function meterOf(tenant: GraphTenant): (units: number) => Answer | undefined {
  let [left, last] = [tenant.unitsPerSecond ?? 0, performance.now()]
  return (units) => {
    const most = tenant.unitsPerSecond
    if (most === undefined) return undefined
    const now = performance.now()
    left = Math.min(most, left + ((now - last) / 1000) * most)
    last = now
    if (left < units)
      return graphError(429, 'TooManyRequests', {
        'retry-after': '1',
        'x-ms-throttle-information': 'ResourceUnitLimitExceeded',
      })
    left -= units
    return undefined
  }
}

/** A page, with a link to the next one. `shown`: how an item looks; asked of those on the page only. */
function page<Item>(
  tenant: GraphTenant,
  request: SandboxRequest,
  items: readonly Item[],
  shown: (item: Item) => object,
): Answer {
  const { query, host, path, headers } = request
  const top = Number(query.get('$top') ?? 100)
  if (!(top >= 1 && top <= 999)) return graphError(400, 'Request_BadRequest')
  const counts = query.get('$count') === 'true'
  if (counts && headers.consistencylevel !== 'eventual') return graphError(400, 'Request_UnsupportedQuery')
  const token = query.get('$skiptoken')
  if (token !== null && tenant.expiredLinks > 0) {
    tenant.expiredLinks--
    return graphError(400, 'Directory_ExpiredPageToken')
  }
  const from = token === null ? 0 : Number(Buffer.from(token, 'base64url').toString())
  const next = new URLSearchParams(query)
  next.set('$skiptoken', Buffer.from(String(from + top)).toString('base64url'))
  return json(200, {
    '@odata.context': `https://${host}/v1.0/$metadata#${path.split('/').at(-1)}`,
    ...(counts && { '@odata.count': items.length }),
    ...(from + top < items.length && { '@odata.nextLink': `https://${host}${path}?${next}` }),
    value: items.slice(from, from + top).map(shown),
  })
}
