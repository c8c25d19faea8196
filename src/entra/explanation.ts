import { AuditError } from '../domain/failure.ts'
import { type Claims, claimsText, SUBJECT_NOTE } from '../http/claims.ts'
import { type Refusal, transientRefusal } from '../http/token-answer.ts'

/** The number of an `AADSTS` error, of which each has its meaning; `''` when there is none. */
export const errorNumberOf = ({ description }: Refusal): string => /AADSTS(\d{4,8})\b/.exec(description)?.[1] ?? ''

/** The assertion had expired on its way; a fresh one may not. */
export const ASSERTION_EXPIRED = 'AADSTS700024'

const CREDENTIAL =
  'The application needs a federated credential with the issuer, subject and audience of the GitHub token ' +
  '(one that was just made takes a few minutes to work)'
const TENANT = 'Check "azure-tenant-id" and "azure-environment": Entra does not know the tenant'
const RESOURCE =
  'The tenant does not have what the sign-in is for: check that "azure-tenant-id" is the tenant of Azure Databricks and ' +
  'that the application has a service principal in it'
const CONDITIONAL_ACCESS =
  'A Conditional Access policy for workload identities blocks the runner: allow its address, or exclude the application'

const AUDIENCE_DIFFERS = '700212'

/** What to change, by error number. https://learn.microsoft.com/entra/identity-platform/reference-error-codes */
const ADVICE: Readonly<Record<string, string>> = {
  '70021': CREDENTIAL,
  '700213': `${CREDENTIAL}: its subject differs`,
  '7002131': `${CREDENTIAL}: its subject expression does not match`,
  '700211': `${CREDENTIAL}: its issuer differs`,
  [AUDIENCE_DIFFERS]: `${CREDENTIAL}: its audience differs; check "azure-environment"`,
  '700024': 'The GitHub token is outside its life time: check the clock of the runner',
  '700016': 'Check "azure-client-id" and "azure-tenant-id": the tenant does not have this application',
  '7000112': 'The application is disabled in the tenant',
  '90002': TENANT,
  '900023': TENANT,
  '500011': RESOURCE,
  '65001': RESOURCE,
  '7000229': RESOURCE,
  '53003': CONDITIONAL_ACCESS,
  '530035': CONDITIONAL_ACCESS,
  '50196': 'Entra saw the same sign-in too often in a short time: wait some minutes',
}

/** What a token is for. `oidc-audience` is about Databricks alone. */
export type EntraResource = 'Azure Databricks' | 'Microsoft Graph'

function adviceOf(number: string, resource: EntraResource): string {
  const advice = ADVICE[number]
  if (advice === undefined) return number === '' ? '' : `See https://login.microsoftonline.com/error?code=${number}`
  return number === AUDIENCE_DIFFERS && resource === 'Azure Databricks' ? `${advice} and "oidc-audience"` : advice
}

/** Numbers of what passes by itself although the status does not say so. */
const TRANSIENT = new Set(['90033', '90055', '900971'])

/** Errors that are about the federated credential: then the claims are what to compare it with. */
const claimsHelp = (number: string): boolean => number === '' || (ADVICE[number]?.startsWith(CREDENTIAL) ?? true)

/** Why Entra did not sign us in, and what to change. */
export function explainEntraRefusal(refusal: Refusal, resource: EntraResource, claims: Claims | undefined): AuditError {
  const { status, error } = refusal
  const number = errorNumberOf(refusal)
  const passing = transientRefusal(refusal, 'Entra')
  if (passing !== undefined) return passing
  if (TRANSIENT.has(number))
    return new AuditError('unavailable', `Entra cannot sign anybody in at the moment (AADSTS${number})`, {
      code: status,
    })
  const code = number === '' ? error || `HTTP ${status}` : `AADSTS${number}`
  const sent = claimsHelp(number) ? `The GitHub token has ${claimsText(claims)}. ${SUBJECT_NOTE}` : ''
  const message = [`Entra refused the sign-in to ${resource} (${code})`, adviceOf(number, resource), sent]
    .filter((part) => part !== '')
    .join('. ')
  return new AuditError('sign-in', message, { code, action: '' })
}
