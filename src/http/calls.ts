import { GRAPH_CALLS } from './graph-calls.ts'

/**
 * Every call that an audit makes by its own client, in one table. The transport refuses whatever is not in it, and a test
 * holds the table against what a whole run really sent. `{name}` stands for one path segment.
 */
export const CALLS = {
  'workspaces.list': {
    method: 'GET',
    host: 'account',
    path: '/api/2.0/accounts/{account}/workspaces',
    domain: 'list',
    what: 'list workspaces',
  },
  'users.list': {
    method: 'GET',
    host: 'account',
    path: '/api/2.1/accounts/{account}/scim/v2/Users',
    domain: 'list',
    what: 'list users',
  },
  'groups.list': {
    method: 'GET',
    host: 'account',
    path: '/api/2.1/accounts/{account}/scim/v2/Groups',
    domain: 'list',
    what: 'list groups',
  },
  'service-principals.list': {
    method: 'GET',
    host: 'account',
    path: '/api/2.1/accounts/{account}/scim/v2/ServicePrincipals',
    domain: 'list',
    what: 'list service principals',
  },
  'users.get': {
    method: 'GET',
    host: 'account',
    path: '/api/2.1/accounts/{account}/scim/v2/Users/{id}',
    domain: 'list',
    what: 'look up a user',
  },
  'groups.get': {
    method: 'GET',
    host: 'account',
    path: '/api/2.1/accounts/{account}/scim/v2/Groups/{id}',
    domain: 'list',
    what: 'look up a group',
  },
  'service-principals.get': {
    method: 'GET',
    host: 'account',
    path: '/api/2.1/accounts/{account}/scim/v2/ServicePrincipals/{id}',
    domain: 'list',
    what: 'look up a service principal',
  },
  // On an account where AIM is already on, Databricks syncs the identity before it answers these three.
  'users.match': {
    method: 'POST',
    host: 'account',
    path: '/api/2.0/identity/accounts/{account}/users/{id}/matchWithIdp',
    domain: 'match',
    what: 'match a user with the IdP',
  },
  'groups.match': {
    method: 'POST',
    host: 'account',
    path: '/api/2.0/identity/accounts/{account}/groups/{id}/matchWithIdp',
    domain: 'match',
    what: 'match a group with the IdP',
  },
  'service-principals.match': {
    method: 'POST',
    host: 'account',
    path: '/api/2.0/identity/accounts/{account}/servicePrincipals/{id}/matchWithIdp',
    domain: 'match',
    what: 'match a service principal with the IdP',
  },
  'databricks.token': {
    method: 'POST',
    host: 'account',
    path: '/oidc/accounts/{account}/v1/token',
    domain: 'sign-in',
    what: 'sign in to Databricks',
  },
  'entra.token': {
    method: 'POST',
    host: 'login',
    path: '/{tenant}/oauth2/v2.0/token',
    domain: 'sign-in',
    what: 'sign in to Entra',
  },
} as const satisfies Record<string, Call>

export interface Call {
  readonly method: 'GET' | 'POST'
  /** `account`: the Databricks account console; `login`: the Entra authority of the cloud; `graph`: Microsoft Graph. */
  readonly host: 'account' | 'login' | 'graph'
  readonly path: string
  /** Under which the server itself links to the next page; `undefined`: it does not. */
  readonly linksBelow?: string
  /** Calls of one domain share a limit on the server, so they pause and slow down together. */
  readonly domain: LimitDomain
  /** For messages: "Cannot list users". */
  readonly what: string
}

export type LimitDomain = 'list' | 'match' | 'sign-in' | 'graph'
export type CallName = keyof typeof EVERY_CALL

export const EVERY_CALL = { ...CALLS, ...GRAPH_CALLS } as const satisfies Record<string, Call>

/** How often each call was sent, retries included. */
export type CallCounts = Readonly<Partial<Record<CallName, number>>>
