import type { Call } from './calls.ts'

const graph = { method: 'GET', host: 'graph', domain: 'graph', linksBelow: '/v1.0/' } as const

/**
 * The calls of `match-source: graph`; all of them read. `{object}` is an object id of the directory.
 * https://learn.microsoft.com/graph/api/overview
 */
export const GRAPH_CALLS = {
  'groups.members': {
    method: 'GET',
    host: 'account',
    path: '/api/2.0/identity/accounts/{account}/groups/{id}/direct-members',
    domain: 'match',
    what: 'list the members of a group',
  },
  'graph.users': { ...graph, path: '/v1.0/users', what: 'read the users of the tenant' },
  'graph.groups': { ...graph, path: '/v1.0/groups', what: 'read the groups of the tenant' },
  'graph.service-principals': {
    ...graph,
    path: '/v1.0/servicePrincipals',
    what: 'read the service principals of the tenant',
  },
  // A POST because of its long list of ids: it reads and changes nothing.
  'graph.by-ids': {
    method: 'POST',
    host: 'graph',
    path: '/v1.0/directoryObjects/getByIds',
    domain: 'graph',
    what: 'look up directory objects by id',
  },
  'graph.members': {
    ...graph,
    path: '/v1.0/groups/{object}/members',
    what: 'read the members of a group of the tenant',
  },
  'graph.memberships': {
    ...graph,
    path: '/v1.0/servicePrincipals/{object}/memberOf',
    what: 'read the groups of a service principal of the tenant',
  },
  'graph.deleted-users': {
    ...graph,
    path: '/v1.0/directory/deletedItems/microsoft.graph.user',
    what: 'read the deleted users of the tenant',
  },
  'graph.deleted-groups': {
    ...graph,
    path: '/v1.0/directory/deletedItems/microsoft.graph.group',
    what: 'read the deleted groups of the tenant',
  },
  'graph.deleted-service-principals': {
    ...graph,
    path: '/v1.0/directory/deletedItems/microsoft.graph.servicePrincipal',
    what: 'read the deleted service principals of the tenant',
  },
} as const satisfies Record<string, Call>

export type GraphCallName = Extract<keyof typeof GRAPH_CALLS, `graph.${string}`>
