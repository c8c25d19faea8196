import { CLIENT_ID, TENANT_ID } from './account.ts'
import { type Answer, json, type Route, type SandboxRequest } from './exchange.ts'
import { GRAPH_HOSTS, LOGIN_HOSTS } from './hosts.ts'
import type { Tokens } from './tokens.ts'

/** Application id of Azure Databricks, for which Entra issues tokens in every cloud. */
export const AZURE_DATABRICKS = '2ff814a6-3304-4ab8-85cb-cd0e6f879c1d'

export interface EntraOptions {
  readonly tokens: Tokens
  /** Of the application's federated credential. */
  readonly subject: string
  readonly tokenLifetimeSeconds: number | undefined
}

/** The login hosts' token endpoint. */
export function entraRoutes(options: EntraOptions): Route[] {
  return [
    {
      ...{ call: 'entra.token', method: 'POST', hosts: Object.keys(LOGIN_HOSTS) },
      path: /^\/(?<tenant>[^/]+)\/oauth2\/v2\.0\/token$/,
      answer: (request) => tokenAnswer(options, request),
    },
  ]
}

const refuse = (status: number, error: string, code: number, text: string): Answer =>
  json(status, {
    error,
    error_description: `AADSTS${code}: ${text} Trace ID: 00000000-0000-0000-0000-000000000000`,
    error_codes: [code],
    timestamp: new Date().toISOString(),
    correlation_id: '00000000-0000-0000-0000-000000000000',
    error_uri: `https://login.microsoftonline.com/error?code=${code}`,
  })

function tokenAnswer({ tokens, subject, tokenLifetimeSeconds }: EntraOptions, request: SandboxRequest): Answer {
  const form = new URLSearchParams(request.body.toString())
  const clientId = form.get('client_id') ?? ''
  const { tenant = '' } = request.params
  if (tenant !== TENANT_ID) return refuse(400, 'invalid_request', 90002, `Tenant '${tenant}' not found.`)
  if (clientId !== CLIENT_ID)
    return refuse(400, 'unauthorized_client', 700016, `Application '${clientId}' was not found in the directory.`)
  if (form.get('grant_type') !== 'client_credentials')
    return refuse(400, 'unsupported_grant_type', 70003, 'The app requested an unsupported grant type.')
  if (form.get('client_assertion_type') !== 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer')
    return refuse(401, 'invalid_client', 7000216, "'client_assertion', 'client_secret' or 'request' is required.")
  const scope = form.get('scope')?.split(' ')[0] ?? ''
  const graph = GRAPH_HOSTS.map((host) => `https://${host}`).find((root) => scope === `${root}/.default`)
  if (graph === undefined && scope !== `${AZURE_DATABRICKS}/.default`)
    return refuse(400, 'invalid_resource', 500011, `The resource principal named ${scope} was not found.`)

  const assertion = tokens.assertions.get(form.get('client_assertion') ?? '')
  if (assertion === undefined) return refuse(401, 'invalid_client', 50027, 'JWT token is invalid or malformed.')
  if (assertion.expiresAt <= Date.now())
    return refuse(401, 'invalid_client', 700024, 'Client assertion is not within its valid time range.')
  const audience = LOGIN_HOSTS[request.host as keyof typeof LOGIN_HOSTS]
  if (assertion.audience !== audience)
    return refuse(
      400,
      'invalid_request',
      700212,
      `No matching federated identity record found for presented assertion audience '${assertion.audience}'.`,
    )
  if (assertion.subject !== subject)
    return refuse(
      400,
      'invalid_request',
      700213,
      `No matching federated identity record found for presented assertion subject '${assertion.subject}'.`,
    )
  assertion.uses++
  const lifetime = tokenLifetimeSeconds ?? 3599
  const access_token = tokens.issue('entra', clientId, graph ?? AZURE_DATABRICKS, lifetime)
  return json(200, { token_type: 'Bearer', expires_in: lifetime, ext_expires_in: lifetime, access_token })
}
