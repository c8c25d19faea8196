import type { AuditError, Reason } from '../domain/failure.ts'
import type { Incompleteness } from '../domain/gate.ts'
import type { Fault } from './model.ts'

/** What happened, and what to do about it; our words, plain Markdown. */
export interface Cause {
  readonly what: string
  readonly action: string
}

const transient = 'Usually passes; run the audit again.'

/** By the reason why a call, or the whole audit, did not succeed. */
export const REASONS: Readonly<Record<Reason, Cause>> = {
  configuration: {
    what: 'the configuration is wrong',
    // Each message names what is wrong, be it an input, a file, the event or the environment.
    action: '',
  },
  internal: {
    what: 'the audit ran into a fault of its own',
    action: 'This is a bug: please report it with the log of this run.',
  },
  disk: {
    what: 'the runner could not read or write a file',
    action: 'Make room on the disk of the runner, check the rights of its folders, and run the audit again.',
  },
  cancelled: { what: 'the run was cancelled', action: 'Run the audit again.' },
  unauthorized: {
    what: 'the sign-in was not accepted',
    action:
      'Check that the service principal belongs to this Databricks account, that account id and host fit each other, and that the federation policy or secret is still valid.',
  },
  forbidden: {
    what: 'access was refused',
    action: 'Make the service principal an account admin of this Databricks account.',
  },
  'sign-in': {
    what: 'signing in failed',
    action: 'Check the inputs that say how to sign in, and run the audit again.',
  },
  'not-found': {
    what: 'there is no such identity',
    action: 'Check the ids of `target-identities`, or run the audit again if it was deleted meanwhile.',
  },
  'endpoint-not-found': {
    what: 'the API is not there',
    action:
      'Check account id and host. If they are right, the API that compares with the identity provider is not switched on for this account: ask Databricks.',
  },
  'bad-request': {
    what: 'Databricks did not accept the request',
    action: 'Look at the identity in the account console; if it looks sound, ask Databricks support.',
  },
  throttled: {
    what: 'Databricks kept asking to slow down',
    action: 'Run the audit again at a quieter time, or with a lower `max-concurrency`.',
  },
  'server-error': {
    what: 'Databricks failed to answer for this identity (500)',
    action: 'If it fails again, look at the identity in the account console or ask Databricks support.',
  },
  unavailable: { what: 'the service was unavailable', action: transient },
  outage: {
    what: 'the service was away for too long',
    action: 'See whether an outage is reported, and run the audit again.',
  },
  network: { what: 'the connection broke', action: transient },
  timeout: { what: 'no answer came in time', action: transient },
  'name-not-resolved': {
    what: 'the host name could not be resolved',
    action: 'Check the DNS of the runner, and whether it needs a proxy (`HTTPS_PROXY`).',
  },
  certificate: {
    what: 'the TLS certificate is not trusted',
    action: 'If a proxy inspects TLS, give its certificate authority to the runner by `NODE_EXTRA_CA_CERTS`.',
  },
  proxy: {
    what: 'the proxy refused the connection',
    action: 'Check `HTTPS_PROXY`, its credentials, and that it lets the Databricks and login hosts through.',
  },
  redirect: {
    what: 'a request was redirected elsewhere, which is never followed',
    action: 'Check the host, and whether a proxy or sign-in page stands in between.',
  },
  'too-large': {
    what: 'an answer was too large to be read',
    action: 'Look at the identity in the account console: a group with very many members may be the cause.',
  },
  'not-json': {
    what: 'an answer was not JSON, or not whole',
    action: 'Check whether a proxy or sign-in page stands in between; otherwise run the audit again.',
  },
  'unexpected-answer': {
    what: 'an answer did not have the known form',
    action: 'Run the audit again; if it stays so, the API has changed: please report it.',
  },
  'wrong-identity': {
    what: 'an answer was about another identity',
    action: 'Check whether a proxy or cache mixes up answers, then run the audit again.',
  },
  unreadable: {
    what: 'the tenant has the object, but does not let the application read it',
    action:
      'Grant the application `User.Read.All`, `GroupMember.Read.All` and `Application.Read.All` of Microsoft Graph with admin consent; for groups with hidden membership `Member.Read.Hidden` as well.',
  },
}

/** What is told of a fault. */
export const toldFault = ({ reason, message, action }: AuditError): Fault => ({
  reason,
  message,
  action: action ?? REASONS[reason].action,
})

/** Faults that an audit tells as an incompleteness as well. */
export const STOPPED: readonly Reason[] = ['cancelled', 'outage']

/** Why a result cannot be relied on; `what` ends a sentence that begins with the figures. */
export const INCOMPLETENESS: Readonly<Record<Incompleteness, Cause>> = {
  'too-many-failures': {
    what: 'more identities could not be checked than `max-failures` allows',
    action: 'Settle what caused the failures and run the audit again; or raise `max-failures` if you can accept them.',
  },
  cancelled: {
    what: 'the run was cancelled before everything was checked',
    action: 'Run the audit again; it goes on where this run stopped, as far as its progress was saved.',
  },
  'time-up': {
    what: '`max-duration` was over before everything was checked',
    action: 'Run the audit again; it goes on where this run stopped, as far as its progress was saved.',
  },
  'access-lost': {
    what: 'Databricks refused access half-way; what was checked until then is kept',
    action:
      'Check that the service principal is still an account admin and that its credentials are still valid, then run the audit again.',
  },
  'wrong-identities': {
    what: 'several answers in a row were about other identities than asked for, so none can be trusted',
    action: 'Check whether a proxy or cache mixes up answers; if there is none, ask Databricks support.',
  },
  unavailable: {
    what: 'a service that the audit depends on stopped answering, or could not be read',
    action: 'See whether Databricks or Microsoft reports an outage, and run the audit again.',
  },
  'listing-untrusted': {
    what: 'a listing could not be read, or gave less than it promised, so something may be missing',
    action:
      'Run the audit again, best when nothing is being provisioned; a listing that fails every time is a matter for Databricks support.',
  },
  'nothing-listed': {
    what: 'the account lists no identity at all, although the caller is one itself',
    action: 'Check the account id, and that the service principal is an account admin.',
  },
  'nothing-checked': {
    what: 'not one identity could be checked',
    action: 'Settle what caused the failures and run the audit again.',
  },
  'idp-unreadable': {
    what: 'every link came back as not in the identity provider and no name was known there, so it was most likely not readable at all',
    action:
      'Check that the account is connected to its identity provider (single sign-on in the right tenant) before believing any of these findings.',
  },
  'federation-unknown': {
    what: 'a rule is about workspaces, but the API does not tell which of them have identity federation',
    action: 'See the account console for it, and take the `workspaces` rule out of `thresholds` meanwhile.',
  },
}
