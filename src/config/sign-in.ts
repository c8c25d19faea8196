import type { Problem } from '../domain/gate.ts'
import { type AccountHost, AZURE_ENVIRONMENTS, type AzureEnvironment, azureEnvironmentOf } from './host.ts'
import type { InputName } from './inputs.ts'
import type { Reading } from './reading.ts'
import { oneOf, shown, uuidOf } from './values.ts'

/** How the audit signs in to Databricks; each carries exactly what it needs. */
export type SignIn =
  | {
      readonly type: 'github-oidc-azure'
      readonly tenantId: string
      readonly clientId: string
      readonly environment: AzureEnvironment
      /** Of the GitHub token: the input, else the environment's. */
      readonly audience: string
    }
  | {
      readonly type: 'github-oidc'
      /** `undefined` for an account-wide federation policy. */
      readonly clientId: string | undefined
      /** The input, else the account id. */
      readonly audience: string
    }
  | { readonly type: 'oauth-m2m'; readonly clientId: string; readonly clientSecret: string }

export const AUTH_TYPES = ['github-oidc-azure', 'github-oidc', 'oauth-m2m'] as const satisfies readonly SignIn['type'][]

/** What Entra expects of a token for a federated credential, by cloud. */
export const AZURE_AUDIENCES: Readonly<Record<AzureEnvironment, string>> = {
  public: 'api://AzureADTokenExchange',
  usgovernment: 'api://AzureADTokenExchangeUSGov',
  china: 'api://AzureADTokenExchangeChina',
}

const UNUSED: Readonly<Record<SignIn['type'], readonly InputName[]>> = {
  'github-oidc-azure': ['databricks-client-id', 'databricks-client-secret'],
  'github-oidc': ['azure-tenant-id', 'azure-client-id', 'azure-environment', 'databricks-client-secret'],
  'oauth-m2m': ['azure-tenant-id', 'azure-client-id', 'azure-environment', 'oidc-audience'],
}

/** `undefined` when something is wrong with it, which the reading then holds; so may `host` and `accountId` be. */
export function signInOf(
  reading: Reading,
  host: AccountHost | undefined,
  accountId: string | undefined,
): SignIn | undefined {
  const environment = reading.read('azure-environment', oneOf(AZURE_ENVIRONMENTS))
  const type = reading.read('auth-type', oneOf(AUTH_TYPES))
  if (type === undefined) return undefined
  const isGraph = reading.text('match-source') === 'graph'
  const unused = UNUSED[type].filter((name) => !(isGraph && name.startsWith('azure-')))
  reading.noteUnused(unused, `with auth-type ${type}`)
  switch (type) {
    case 'github-oidc-azure':
      return azureSignInOf(reading, host, environment)
    case 'github-oidc':
      return federatedSignInOf(reading, accountId)
    case 'oauth-m2m':
      return secretSignInOf(reading)
  }
}

function azureSignInOf(
  reading: Reading,
  host: AccountHost | undefined,
  environment: AzureEnvironment | undefined,
): SignIn | undefined {
  const fitting = host && azureEnvironmentOf(host)
  if (host !== undefined && fitting === undefined) {
    reading.refuse(
      'auth-type',
      `github-oidc-azure works on Azure only, and databricks-host is ${host}; write github-oidc or oauth-m2m`,
    )
    return undefined
  }
  if (host !== undefined && environment !== undefined && environment !== fitting)
    reading.refuse('azure-environment', `${shown(environment)} does not fit databricks-host ${host}; write ${fitting}`)
  const why = 'which auth-type github-oidc-azure requires'
  const tenantId = reading.readRequired('azure-tenant-id', `the id of the Entra tenant (directory), ${why}`, uuidOf)
  const clientId = reading.readRequired('azure-client-id', `the application (client) id in Entra, ${why}`, uuidOf)
  const audience = reading.readOptional('oidc-audience', audienceOf) ?? AZURE_AUDIENCES[environment ?? 'public']
  if (tenantId === undefined || clientId === undefined || environment === undefined) return undefined
  return { type: 'github-oidc-azure', tenantId, clientId, environment, audience }
}

function federatedSignInOf(reading: Reading, accountId: string | undefined): SignIn {
  const clientId = reading.readOptional('databricks-client-id', uuidOf)
  const audience = reading.readOptional('oidc-audience', audienceOf) ?? accountId ?? ''
  return { type: 'github-oidc', clientId, audience }
}

function secretSignInOf(reading: Reading): SignIn | undefined {
  const why = 'which auth-type oauth-m2m requires'
  const clientId = reading.readRequired(
    'databricks-client-id',
    `the application id of the Databricks service principal, ${why}`,
    uuidOf,
  )
  const clientSecret = reading.readRequired(
    'databricks-client-secret',
    `an OAuth secret of the service principal, ${why}; a repository secret that does not exist is empty`,
    secretOf,
  )
  return clientId === undefined || clientSecret === undefined
    ? undefined
    : { type: 'oauth-m2m', clientId, clientSecret }
}

const audienceOf = (text: string): string | Problem =>
  /^[\x21-\x7e]{1,255}$/.test(text)
    ? text
    : { problem: `${shown(text)} is not an audience; write at most 255 printable characters without spaces` }

// Never quoted: what is wrong with a secret may still be most of it.
const secretOf = (text: string): string | Problem =>
  /^[\x21-\x7e]+$/.test(text)
    ? text
    : { problem: 'the secret holds a space, a line break or a character that is not ASCII; store it again' }
