import { AuthError, ConfidentialClientApplication, type INetworkModule } from '@azure/msal-node'
import { AZURE_AUDIENCES } from '../config/sign-in.ts'
import type { AzureEnvironment, SignIn } from '../config.ts'
import { AuditError } from '../domain/failure.ts'
import { type Claims, claimsOf } from '../http/claims.ts'
import type { HttpAnswer, Send } from '../http/send.ts'
import { type AccessToken, accessTokenOf, refusalOf } from '../http/token-answer.ts'
import type { Clock } from '../ports.ts'
import { ASSERTION_EXPIRED, type EntraResource, explainEntraRefusal } from './explanation.ts'

/** Entra's authorities. https://learn.microsoft.com/entra/identity-platform/authentication-national-cloud */
export const LOGIN_HOSTS: Readonly<Record<AzureEnvironment, string>> = {
  public: 'login.microsoftonline.com',
  usgovernment: 'login.microsoftonline.us',
  china: 'login.chinacloudapi.cn',
}

/** Microsoft Graph. https://learn.microsoft.com/graph/deployments */
export const GRAPH_HOSTS: Readonly<Record<AzureEnvironment, string>> = {
  public: 'graph.microsoft.com',
  usgovernment: 'graph.microsoft.us',
  china: 'microsoftgraph.chinacloudapi.cn',
}

/** Azure Databricks, in every cloud. */
const DATABRICKS_SCOPE = '2ff814a6-3304-4ab8-85cb-cd0e6f879c1d/.default'

export interface EntraPorts {
  /** Gives answers of any status. */
  readonly send: Send
  readonly idToken: (audience: string, signal: AbortSignal) => Promise<string>
  /** Keeps a secret out of the log from now on. */
  readonly mask: (secret: string) => void
  readonly clock: Pick<Clock, 'date'>
}

/** An application of a tenant. */
export interface EntraApplication {
  readonly tenantId: string
  readonly clientId: string
  readonly environment: AzureEnvironment
}

interface EntraSignIn extends EntraApplication {
  /** Of the GitHub token. */
  readonly audience: string
  /** What the token is for. */
  readonly resource: EntraResource
  readonly scope: string
}

type SigningIn = (signal: AbortSignal) => Promise<AccessToken>

/** Entra federated credential: a fresh GitHub token for an Entra token of Azure Databricks, by msal-node. */
export const githubOidcAzureSignIn = (
  ports: EntraPorts,
  signIn: Extract<SignIn, { type: 'github-oidc-azure' }>,
): SigningIn => signingIn(ports, { ...signIn, resource: 'Azure Databricks', scope: DATABRICKS_SCOPE })

/** The same for Microsoft Graph. The audience is always the cloud's: `oidc-audience` is about Databricks alone. */
export const githubOidcGraphSignIn = (ports: EntraPorts, application: EntraApplication): SigningIn =>
  signingIn(ports, {
    ...application,
    audience: AZURE_AUDIENCES[application.environment],
    resource: 'Microsoft Graph',
    scope: `https://${GRAPH_HOSTS[application.environment]}/.default`,
  })

function signingIn(ports: EntraPorts, signIn: EntraSignIn): SigningIn {
  return (signal) =>
    exchange(ports, signIn, signal).catch((error: unknown) => {
      if (error instanceof AuditError && error.code === ASSERTION_EXPIRED) return exchange(ports, signIn, signal)
      throw error
    })
}

/** What one exchange learns on its way through msal, which keeps neither causes nor life times as they came. */
interface Exchange {
  claims: Claims | undefined
  token: AccessToken | undefined
  failure: unknown
}

async function exchange(ports: EntraPorts, signIn: EntraSignIn, signal: AbortSignal): Promise<AccessToken> {
  const seen: Exchange = { claims: undefined, token: undefined, failure: undefined }
  // A new application for each exchange. A kept one holds tokens we hold ourselves, answers from a lock of a minute or more
  // after any 429 or 5xx without asking again, and asks for an assertion even when it has a token.
  const application = new ConfidentialClientApplication({
    auth: {
      clientId: signIn.clientId,
      ...authorityOf(signIn),
      clientAssertion: async () => {
        const assertion = await ports.idToken(signIn.audience, signal)
        seen.claims = claimsOf(assertion)
        return assertion
      },
    },
    system: { networkClient: networkOf(ports, signIn, seen, signal) },
  })
  try {
    // The region could come from MSAL_FORCE_REGION, and would change the host.
    await application.acquireTokenByClientCredential({
      scopes: [signIn.scope],
      azureRegion: 'DisableMsalForceRegion',
    })
  } catch (error) {
    throw failureOf(seen.failure ?? error)
  }
  if (seen.token === undefined) throw failureOf(undefined)
  return seen.token
}

/** Pins the host, which msal would look up or, in China, rewrite: nothing but the token is asked for, and only there. */
function authorityOf({ tenantId, environment }: EntraSignIn) {
  const host = LOGIN_HOSTS[environment]
  const authority = `https://${host}/${encodeURIComponent(tenantId)}`
  return {
    authority,
    knownAuthorities: [host],
    authorityMetadata: JSON.stringify({
      issuer: `${authority}/v2.0`,
      authorization_endpoint: `${authority}/oauth2/v2.0/authorize`,
      token_endpoint: `${authority}/oauth2/v2.0/token`,
      jwks_uri: `${authority}/discovery/v2.0/keys`,
    }),
  }
}

/** msal's network: our own client, so that its proxy, time limits and table of calls hold here too. */
function networkOf(
  { send, mask, clock }: EntraPorts,
  { resource }: EntraSignIn,
  seen: Exchange,
  signal: AbortSignal,
): INetworkModule {
  return {
    sendGetRequestAsync: () => Promise.reject(new AuditError('internal', 'msal-node tried a call it was not to make')),
    async sendPostRequestAsync<T>(url: string, options: { headers?: Record<string, string>; body?: string } = {}) {
      try {
        const answer = await send(
          { call: 'entra.token', url, headers: options.headers ?? {}, body: options.body ?? '' },
          signal,
        )
        seen.token = tokenOf(answer, resource, seen.claims, clock.date())
        mask(seen.token.token)
        const { token, lifetimeMs } = seen.token
        const body = { token_type: 'Bearer', access_token: token, expires_in: lifetimeMs / 1000 }
        return { status: answer.status, headers: {}, body: body as T }
      } catch (error) {
        seen.failure = error
        throw error
      }
    },
  }
}

function tokenOf(answer: HttpAnswer, resource: EntraResource, claims: Claims | undefined, now: Date): AccessToken {
  if (answer.status !== 200) throw explainEntraRefusal(refusalOf(answer, now), resource, claims)
  return accessTokenOf(answer, 'Entra')
}

function failureOf(error: unknown): AuditError {
  if (error instanceof AuditError) return error
  const code = error instanceof AuthError ? error.errorCode : ''
  return new AuditError('sign-in', `The sign-in at Entra could not be made${code === '' ? '' : ` (${code})`}`, {
    code,
    cause: error,
  })
}
