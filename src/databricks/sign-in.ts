import type { SignIn } from '../config.ts'
import { claimsOf } from '../http/claims.ts'
import type { HttpAnswer, Send } from '../http/send.ts'
import { type AccessToken, accessTokenOf, refusalOf } from '../http/token-answer.ts'
import type { Clock } from '../ports.ts'
import { type Credential, explainDatabricksRefusal } from './explanation.ts'
import { type AccountAddress, urlOf } from './url.ts'

/** What a sign-in needs of the world. */
export interface SignInPorts {
  /** Gives answers of any status. */
  readonly send: Send
  /** Keeps a secret out of the log from now on. */
  readonly mask: (secret: string) => void
  readonly clock: Pick<Clock, 'date'>
}

type Form = Readonly<Record<string, string>>

/** Databricks token federation: a fresh GitHub token for a Databricks token (RFC 8693). */
export function githubOidcSignIn(
  ports: SignInPorts &
    AccountAddress & { readonly idToken: (audience: string, signal: AbortSignal) => Promise<string> },
  { clientId, audience }: Extract<SignIn, { type: 'github-oidc' }>,
): (signal: AbortSignal) => Promise<AccessToken> {
  return async (signal) => {
    // Lives five minutes, and so does what it is exchanged for: never kept.
    const subjectToken = await ports.idToken(audience, signal)
    const form = {
      // An account-wide policy names no service principal.
      ...(clientId === undefined ? {} : { client_id: clientId }),
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
      subject_token: subjectToken,
      scope: 'all-apis',
    }
    const answer = await post(ports, signal, form)
    return accepted(ports, answer, { type: 'github-oidc', clientId, claims: claimsOf(subjectToken) })
  }
}

/** The client secret of a service principal. */
export function oauthM2mSignIn(
  ports: SignInPorts & AccountAddress,
  { clientId, clientSecret }: Extract<SignIn, { type: 'oauth-m2m' }>,
): (signal: AbortSignal) => Promise<AccessToken> {
  const encoded = encodeURIComponent(clientSecret)
  const basic = base64(`${encodeURIComponent(clientId)}:${encoded}`)
  return async (signal) => {
    for (const secret of new Set([clientSecret, encoded, base64(clientSecret), basic])) ports.mask(secret)
    const form = { grant_type: 'client_credentials', scope: 'all-apis' }
    return accepted(ports, await post(ports, signal, form, { authorization: `Basic ${basic}` }), {
      type: 'oauth-m2m',
      clientId,
    })
  }
}

const base64 = (text: string): string => Buffer.from(text).toString('base64')

const post = (
  { send, ...address }: SignInPorts & AccountAddress,
  signal: AbortSignal,
  form: Form,
  headers: Readonly<Record<string, string>> = {},
): Promise<HttpAnswer> =>
  send(
    {
      call: 'databricks.token',
      url: urlOf('databricks.token', address),
      headers: { ...headers, 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams(form).toString(),
    },
    signal,
  )

function accepted({ mask, clock }: SignInPorts, answer: HttpAnswer, credential: Credential): AccessToken {
  if (answer.status !== 200) throw explainDatabricksRefusal(refusalOf(answer, clock.date()), credential)
  const accessToken = accessTokenOf(answer, 'Databricks')
  mask(accessToken.token)
  return accessToken
}
