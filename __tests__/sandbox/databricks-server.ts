import {
  type AccountPrincipal,
  type AccountWorkspace,
  CLIENT_ID,
  CLIENT_SECRET,
  type MakeBelieveAccount,
  type PrincipalType,
} from './account.ts'
import { hashOf } from './chance.ts'
import { AZURE_DATABRICKS } from './entra-server.ts'
import { type Answer, json, type Route, rawNumber, type SandboxRequest } from './exchange.ts'
import { directMembers, scimMembersOf } from './group-members.ts'
import { ACCOUNT_HOSTS } from './hosts.ts'
import { bothSidesOf } from './idp-answer.ts'
import type { Tokens } from './tokens.ts'

export interface DatabricksOptions {
  readonly account: MakeBelieveAccount
  readonly tokens: Tokens
  /** The one console that has the account. */
  readonly host: string
  /** Of the account's federation policy. */
  readonly audience: string
  readonly subject: string
  /** Of access tokens; without it a federated token lives as long as what it was exchanged for, a client's own an hour. */
  readonly tokenLifetimeSeconds: number | undefined
  /** Whether IAM v2 is offered; it is unless this says otherwise. */
  readonly hasIam?: boolean
  /** Whether the caller is an account admin, now. */
  readonly isAdmin: () => boolean
}

/** The account console's API: workspaces, account SCIM, `matchWithIdp` and its own token endpoint. */
export function databricksRoutes(options: DatabricksOptions): Route[] {
  const { account } = options
  const sides = bothSidesOf(account)
  const route = (call: string, method: string, path: string, answer: Route['answer']): Route => ({
    ...{ call, method, hosts: ACCOUNT_HOSTS },
    path: new RegExp(`^${path.replace('{account}', '(?<account>[^/]+)').replace('{id}', '(?<id>[^/]+)')}$`),
    answer,
  })
  const guarded =
    (answer: Route['answer']): Route['answer'] =>
    (request, distortion) =>
      refusalOf(options, request) ?? answer(request, distortion)

  const ofType = (type: PrincipalType, scim: string, match: string): Route[] => [
    route(
      `${type}.list`,
      'GET',
      `/api/2.1/accounts/{account}/scim/v2/${scim}`,
      guarded((request) => page(account, type, request)),
    ),
    route(
      `${type}.get`,
      'GET',
      `/api/2.1/accounts/{account}/scim/v2/${scim}/{id}`,
      guarded(({ params: { id = '' }, query }) => {
        const found = sides.principal(type, id)
        return found === undefined
          ? scimError(404, `${type} with id ${id} not found.`)
          : json(200, { ...resourceOf(found, query), ...scimMembersOf(sides, found, query) })
      }),
    ),
    route(
      `${type}.match`,
      'POST',
      `/api/2.0/identity/accounts/{account}/${match}/{id}/matchWithIdp`,
      guarded(({ params: { id = '' } }, distortion) => {
        const found = sides.principal(type, id)
        if (found === undefined) return apiError(404, 'RESOURCE_DOES_NOT_EXIST', `Principal ${id} does not exist.`)
        return { status: 200, body: sides.match(found, distortion) }
      }),
    ),
  ]
  return [
    route(
      'workspaces.list',
      'GET',
      '/api/2.0/accounts/{account}/workspaces',
      guarded(() =>
        json(
          200,
          account.workspaces.map((one) => workspaceOf(account, one)),
        ),
      ),
    ),
    ...(options.hasIam === false
      ? []
      : [
          route(
            'groups.members',
            'GET',
            '/api/2.0/identity/accounts/{account}/groups/{id}/direct-members',
            guarded((request) => directMembers(sides, request)),
          ),
        ]),
    ...ofType('users', 'Users', 'users'),
    ...ofType('groups', 'Groups', 'groups'),
    ...ofType('service-principals', 'ServicePrincipals', 'servicePrincipals'),
    route('databricks.token', 'POST', '/oidc/accounts/{account}/v1/token', (request) => tokenAnswer(options, request)),
  ]
}

const apiError = (status: number, code: string, message: string): Answer => json(status, { error_code: code, message })
const scimError = (status: number, detail: string): Answer =>
  json(status, { schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'], detail, status: String(status) })

function refusalOf({ account, tokens, host, isAdmin }: DatabricksOptions, request: SandboxRequest): Answer | undefined {
  const token = tokens.of(request.headers.authorization)
  const accepted = token?.issuer === 'databricks' ? [request.host] : [AZURE_DATABRICKS]
  if (token === undefined || token.expiresAt <= Date.now() || !accepted.includes(token.audience))
    return apiError(401, 'UNAUTHENTICATED', 'Credential was not sent or was of an unsupported type for this API.')
  if (request.host !== host || request.params.account !== account.accountId)
    return apiError(404, 'RESOURCE_DOES_NOT_EXIST', `Account ${request.params.account} does not exist.`)
  if (!isAdmin()) return apiError(403, 'PERMISSION_DENIED', 'This API is only available to account admins.')
  return undefined
}

/** At most 100 a page, whatever is asked for; `Resources` is left out of an empty page. */
function page(account: MakeBelieveAccount, type: PrincipalType, { query }: SandboxRequest): Answer {
  const all = account.principals[type]
  const startIndex = Math.max(1, Number(query.get('startIndex') ?? 1))
  const count = Math.min(100, Math.max(0, Number(query.get('count') ?? 100)))
  const some = all.slice(startIndex - 1, startIndex - 1 + count)
  return json(200, {
    schemas: ['urn:ietf:params:scim:api:messages:2.0:ListResponse'],
    ...{ totalResults: all.length, startIndex, itemsPerPage: some.length },
    ...(some.length > 0 && { Resources: some.map((one) => resourceOf(one, query)) }),
  })
}

function resourceOf(principal: AccountPrincipal, query: URLSearchParams): object {
  const { type, id, name, displayName, externalId, active, roles } = principal
  const empty = [undefined, '', null][hashOf(`scim ${id}`) % 3]
  const resource: Record<string, unknown> = {
    ...{ id, displayName, externalId: externalId || empty },
    ...(type === 'users' && { userName: name, active, emails: [{ value: name, primary: true, type: 'work' }] }),
    ...(type === 'service-principals' && { applicationId: name, active }),
    ...(roles.length > 0 && { roles: roles.map((value) => ({ value })) }),
  }
  const attributes = query.get('attributes')?.split(',')
  if (attributes === undefined) return resource
  return Object.fromEntries(Object.entries(resource).filter(([key]) => key === 'id' || attributes.includes(key)))
}

const workspaceOf = (
  { accountId }: MakeBelieveAccount,
  { id, name, status, pricingTier, federation }: AccountWorkspace,
) => ({
  workspace_id: rawNumber(id),
  workspace_name: name,
  workspace_status: status,
  account_id: accountId,
  deployment_name: `adb-${id}`,
  pricing_tier: pricingTier,
  location: 'westeurope',
  creation_time: 1_700_000_000_000,
  ...(federation !== undefined && { identity_federation_info: { enable_identity_federation: federation } }),
})

/** Token exchange for a federated GitHub token, or a client's own credentials. */
function tokenAnswer(options: DatabricksOptions, request: SandboxRequest): Answer {
  const { account, tokens, host, audience, subject, tokenLifetimeSeconds } = options
  const refuse = (status: number, error: string, description: string) =>
    json(status, { error, error_description: description })
  if (request.host !== host || request.params.account !== account.accountId)
    return refuse(404, 'invalid_request', 'unknown account')
  const form = new URLSearchParams(request.body.toString())
  const issue = (clientId: string, seconds: number) => {
    const lifetime = tokenLifetimeSeconds ?? seconds
    const access_token = tokens.issue('databricks', clientId, request.host, lifetime)
    return json(200, {
      access_token,
      token_type: 'Bearer',
      expires_in: lifetime,
      scope: form.get('scope') ?? 'all-apis',
    })
  }

  if (form.get('grant_type') === 'client_credentials') {
    const basic = `Basic ${Buffer.from(`${CLIENT_ID}:${CLIENT_SECRET}`).toString('base64')}`
    if (request.headers.authorization !== basic) return refuse(401, 'invalid_client', 'Client authentication failed')
    return issue(CLIENT_ID, 3600)
  }
  if (form.get('grant_type') !== 'urn:ietf:params:oauth:grant-type:token-exchange')
    return refuse(400, 'unsupported_grant_type', 'unsupported grant type')
  if (form.get('subject_token_type') !== 'urn:ietf:params:oauth:token-type:jwt')
    return refuse(400, 'invalid_request', 'unsupported subject token type')
  const assertion = tokens.assertions.get(form.get('subject_token') ?? '')
  if (assertion === undefined || assertion.expiresAt <= Date.now())
    return refuse(400, 'invalid_grant', 'the subject token is not valid')
  const clientId = form.get('client_id') ?? ''
  if (assertion.audience !== audience || assertion.subject !== subject || !['', CLIENT_ID].includes(clientId))
    return refuse(400, 'invalid_grant', 'no federation policy accepts this subject token')
  assertion.uses++
  return issue(clientId, Math.floor((assertion.expiresAt - Date.now()) / 1000))
}
