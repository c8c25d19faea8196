/** Who an id token says it is for; what a federation policy or credential is matched against. `''` when not told. */
export interface Claims {
  readonly issuer: string
  readonly subject: string
  readonly audience: string
}

/** Reads the claims of a JWT without checking it: only to tell people what was sent. `undefined` when it is no JWT. */
export function claimsOf(jwt: string): Claims | undefined {
  try {
    const claims: unknown = JSON.parse(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString('utf8'))
    if (typeof claims !== 'object' || claims === null) return undefined
    const { iss, sub, aud } = claims as Record<string, unknown>
    return { issuer: textOf(iss), subject: textOf(sub), audience: textOf(aud) }
  } catch {
    return undefined
  }
}

const textOf = (value: unknown): string =>
  Array.isArray(value) ? value.join(', ') : typeof value === 'string' ? value : ''

/** The claims as a clause of a message. */
export const claimsText = (claims: Claims | undefined): string =>
  claims === undefined
    ? 'the GitHub token could not be read'
    : `issuer "${claims.issuer}", subject "${claims.subject}", audience "${claims.audience}"`

/**
 * Repositories made, renamed or transferred since July 2026 carry ids in the subject; a policy written the old way then
 * no longer matches. https://docs.github.com/actions/reference/security/oidc
 */
export const SUBJECT_NOTE =
  'The subject must match character by character, and newer repositories have ids in it (repo:OWNER@ID/REPO@ID:...): ' +
  'copy it from this message'
