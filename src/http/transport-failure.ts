import { AuditError, type Reason } from '../domain/failure.ts'

const REASONS: readonly (readonly [RegExp, Reason])[] = [
  [/^ENOTFOUND$/, 'name-not-resolved'],
  [/^(ETIMEDOUT|ERR_TLS_HANDSHAKE_TIMEOUT|UND_ERR_(CONNECT|HEADERS|BODY)_TIMEOUT)$/, 'timeout'],
  // A connection that broke inside TLS says nothing about the certificate.
  [/^ERR_SSL_.*(BAD_RECORD_MAC|UNEXPECTED_EOF)/, 'network'],
  [/^(CERT_|CRL_|SELF_SIGNED_|DEPTH_ZERO_|UNABLE_TO_|ERR_TLS_|ERR_SSL_|UND_ERR_PRX_TLS$|EPROTO$)/, 'certificate'],
  [/^(HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH_EXCEEDED|ERROR_IN_CERT|ERROR_IN_CRL)/, 'certificate'],
  // Of our own making: a wrong argument, a client that was closed.
  [/^(UND_ERR_(INVALID_ARG|NOT_SUPPORTED|CLOSED|DESTROYED|INVALID_RETURN_VALUE)|ERR_INVALID_[A-Z_]+)$/, 'internal'],
  [/^(E[A-Z0-9]{3,}$|EAI_|HPE_|UND_ERR_)/, 'network'],
]

const HINTS: Readonly<Partial<Record<Reason, string>>> = {
  certificate:
    '; the TLS certificate was not accepted. Behind a proxy that inspects TLS, set NODE_EXTRA_CA_CERTS to its CA certificate',
  'name-not-resolved': '; the host name could not be resolved. Check the DNS, HTTPS_PROXY and firewall of the runner',
  proxy: '; the proxy refused the connection. Check HTTPS_PROXY, NO_PROXY and what the proxy allows',
}

/** undici gives these no code. */
const NAMES: Readonly<Record<string, string>> = { HTTPParserError: 'HPE_INVALID' }

/** What the proxy answered to CONNECT, as undici words it. */
const TUNNEL_REFUSED = /^Proxy response \((\d{3})\)/

/** An error of the HTTP client or of the system below it, as one of our own. `what`: the action, "list users". */
export function transportFailure(error: unknown, what: string): AuditError {
  if (error instanceof AuditError) return error
  const chain = chainOf(error)
  const refused = chain.map(({ message }) => TUNNEL_REFUSED.exec(message)?.[1]).find((status) => status !== undefined)
  if (refused !== undefined) return transportFault(tunnelReason(Number(refused)), refused, what, error)
  for (const { code } of chain) {
    const reason = REASONS.find(([pattern]) => pattern.test(code))?.[1]
    if (reason !== undefined) return transportFault(reason, code, what, error)
  }
  // What cannot be told apart is taken for a fault of the line: that costs an item, not the run.
  return transportFault(error instanceof TypeError ? 'internal' : 'network', '', what, error)
}

/** A gateway that is away for a moment must not end the run; a proxy that does not let us through does. */
const tunnelReason = (status: number): Reason => ([429, 502, 503, 504].includes(status) ? 'unavailable' : 'proxy')

/** A fault on the way to a host, told with what may help. */
export const transportFault = (reason: Reason, code: string, what: string, cause: unknown): AuditError =>
  new AuditError(reason, `Cannot ${what}: ${code || 'fault in the HTTP client'}${HINTS[reason] ?? ''}`, { code, cause })

/** The error, what it gathers and what caused it, outermost first. */
function chainOf(error: unknown, depth = 5): { code: string; message: string }[] {
  if (!(error instanceof Error) || depth === 0) return []
  const code = 'code' in error && typeof error.code === 'string' ? error.code : (NAMES[error.name] ?? '')
  const inner = error instanceof AggregateError ? [...error.errors, error.cause] : [error.cause]
  return [{ code, message: error.message }, ...inner.flatMap((each) => chainOf(each, depth - 1))]
}
