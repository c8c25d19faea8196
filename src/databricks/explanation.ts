import { AuditError, type Reason } from '../domain/failure.ts'
import { type Claims, claimsText, SUBJECT_NOTE } from '../http/claims.ts'
import { type Refusal, transientRefusal } from '../http/token-answer.ts'

/** What the audit signed in with, as far as it helps to say. */
export type Credential =
  | { readonly type: 'github-oidc'; readonly clientId: string | undefined; readonly claims: Claims | undefined }
  | { readonly type: 'oauth-m2m'; readonly clientId: string }

/** Why Databricks did not sign us in, and what to change. */
export function explainDatabricksRefusal(refusal: Refusal, credential: Credential): AuditError {
  const { status, error } = refusal
  const passing = transientRefusal(refusal, 'Databricks')
  if (passing !== undefined) return passing
  const fault = error === '' ? `HTTP ${status}` : `${error}, HTTP ${status}`
  return new AuditError('sign-in', `Databricks refused the sign-in (${fault}). ${adviceOf(refusal, credential)}`, {
    code: status,
    action: '',
  })
}

function adviceOf({ status, error }: Refusal, credential: Credential): string {
  if (error === '' && status === 404) return 'Check "databricks-account-id" and "databricks-host"'
  // An IP access list answers in its own words, not in OAuth's.
  if (error === '')
    return (
      'The answer is no OAuth error, as when an IP access list of the account blocks the caller: GitHub-hosted runners ' +
      'have changing addresses; use a runner whose address is allowed'
    )
  if (credential.type === 'oauth-m2m')
    return (
      'Check "databricks-client-id" (the application id of a service principal of this account) and ' +
      '"databricks-client-secret" (its Databricks OAuth secret, not expired; on Azure, not a secret of Entra)'
    )
  const policy =
    credential.clientId === undefined
      ? 'the federation policy of the account'
      : `the federation policy of the service principal "${credential.clientId}" ("databricks-client-id", its application id)`
  return `Check that ${policy} has what the GitHub token has: ${claimsText(credential.claims)}. ${SUBJECT_NOTE}`
}

/** Whom Databricks knows the audit as, as far as it can be told. */
export interface Caller {
  /** The application id; `undefined` when an account-wide policy decides. */
  readonly clientId: string | undefined
  readonly claims: Claims | undefined
}

const callerText = ({ clientId, claims }: Caller): string => {
  const who =
    clientId === undefined ? 'the service principal' : `the service principal with application id "${clientId}"`
  return claims === undefined ? who : `${who} (GitHub subject "${claims.subject}")`
}

const FORBIDDEN = (caller: Caller): string =>
  `Databricks does not let ${callerText(caller)} read the account. It must be in the account and have the role of ` +
  'account admin; an IP access list of the account may block the runner, too'

const UNAUTHORIZED = (caller: Caller): string =>
  `Databricks does not accept the token of ${callerText(caller)}. Check "databricks-account-id" and "databricks-host", ` +
  'and that the service principal is in this account'

const NO_ACCOUNT =
  'Databricks knows no such account (HTTP 404): check "databricks-account-id" and "databricks-host". The account console ' +
  'shows the id of the account under its user menu'

/** SCIM knows the identity, but its match is not found. */
const MATCH_API_MISSING =
  'Databricks has no "matchWithIdp" for this account: it knows the identities, but answers their match with 404. ' +
  'The call is unlisted and may not be offered here; ask the Databricks account team'

/** What a fault that ended the audit means, and what to change; itself where somebody has said so, or nothing is to be added. */
export function explained(fault: AuditError, caller: Caller): AuditError {
  if (fault.action !== undefined) return fault
  const as = (reason: Reason, message: string) =>
    new AuditError(reason, message, { code: fault.code, action: '', cause: fault })
  switch (fault.reason) {
    // A token that Databricks, or Entra for it, had just given.
    case 'sign-in':
      return fault.code === '401' ? as('unauthorized', UNAUTHORIZED(caller)) : fault
    case 'forbidden':
      return as('forbidden', FORBIDDEN(caller))
    case 'unauthorized':
      return as('unauthorized', UNAUTHORIZED(caller))
    // Of a single identity it would be a failure; what ended the audit is about all.
    case 'not-found':
      return as('configuration', NO_ACCOUNT)
    case 'endpoint-not-found':
      return as('endpoint-not-found', MATCH_API_MISSING)
    default:
      return fault
  }
}
