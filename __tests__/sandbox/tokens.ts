import { randomBytes, randomUUID } from 'node:crypto'

/** A token of GitHub's OIDC provider, to be exchanged for another. */
export interface Assertion {
  readonly audience: string
  readonly subject: string
  /** Epoch ms. */
  readonly expiresAt: number
  /** How often it was exchanged. */
  uses: number
}

export interface AccessToken {
  /** Name in the log: `entra-1`, `databricks-2`. */
  readonly id: string
  readonly token: string
  readonly issuer: 'entra' | 'databricks'
  /** Application that it was issued to; `''` when an account-wide policy did not say. */
  readonly clientId: string
  /** Host or resource that accepts it. */
  readonly audience: string
  /** Epoch ms; put it in the past to have it refused. */
  expiresAt: number
}

/** Everything that was issued, so that only what is ours and still good is accepted. */
export interface Tokens {
  readonly assertions: ReadonlyMap<string, Assertion>
  readonly issued: readonly AccessToken[]
  assert(audience: string, subject: string, lifetimeSeconds: number): string
  issue(issuer: AccessToken['issuer'], clientId: string, audience: string, lifetimeSeconds: number): string
  /** The token of an `Authorization` header. */
  of(authorization: string | undefined): AccessToken | undefined
}

const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')

/** Three parts, the last of them nobody's signature. */
export const jwt = (claims: object): string =>
  `${part({ alg: 'RS256', typ: 'JWT', kid: 'make-believe' })}.${part(claims)}.${randomBytes(32).toString('base64url')}`

export function makeTokens(): Tokens {
  const assertions = new Map<string, Assertion>()
  const byToken = new Map<string, AccessToken>()
  const issued: AccessToken[] = []
  const times = (lifetimeSeconds: number) => {
    const now = Math.floor(Date.now() / 1000)
    return { iat: now, nbf: now - 600, exp: now + lifetimeSeconds, jti: randomUUID() }
  }
  return {
    assertions,
    issued,
    assert(aud, sub, lifetimeSeconds) {
      const token = jwt({ iss: 'https://token.actions.githubusercontent.com', sub, aud, ...times(lifetimeSeconds) })
      assertions.set(token, { audience: aud, subject: sub, expiresAt: Date.now() + lifetimeSeconds * 1000, uses: 0 })
      return token
    },
    issue(issuer, clientId, audience, lifetimeSeconds) {
      const token = jwt({
        iss: `https://${issuer}.example/`,
        appid: clientId,
        aud: audience,
        ...times(lifetimeSeconds),
      })
      const id = `${issuer}-${issued.length + 1}`
      const access: AccessToken = {
        ...{ id, token, issuer, clientId, audience },
        expiresAt: Date.now() + lifetimeSeconds * 1000,
      }
      byToken.set(token, access)
      issued.push(access)
      return token
    },
    of: (authorization) => byToken.get(/^Bearer (.+)$/.exec(authorization ?? '')?.[1] ?? ''),
  }
}
