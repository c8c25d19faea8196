import { type Dispatcher, EnvHttpProxyAgent } from 'undici'
import { AuditError } from '../domain/failure.ts'

const CONNECT_MS = 10_000

/**
 * The connections of one run: kept alive, at most `connections` to a host, one request at a time on each, by way of
 * HTTPS_PROXY unless NO_PROXY says otherwise. Throws `AuditError` when the proxy's URL is none.
 */
export function agentOf(
  env: Readonly<Record<string, string | undefined>>,
  { connections = 64, connectMs = CONNECT_MS }: { connections?: number; connectMs?: number } = {},
): Dispatcher {
  const of = (name: string) => env[name.toLowerCase()] ?? env[name] ?? ''
  try {
    return new EnvHttpProxyAgent({
      httpProxy: of('HTTP_PROXY'),
      httpsProxy: of('HTTPS_PROXY'),
      noProxy: of('NO_PROXY'),
      connections,
      pipelining: 1,
      connectTimeout: connectMs,
      // These two are for the way through a proxy; undici does not hand connectTimeout on to all of it.
      proxyTls: { timeout: connectMs },
      requestTls: { timeout: connectMs, allowH2: false },
      // One request per connection: what fails, fails alone.
      allowH2: false,
      keepAliveTimeout: 4_000,
      keepAliveMaxTimeout: 60_000,
    })
  } catch (cause) {
    throw new AuditError('configuration', 'Cannot use the proxy: HTTPS_PROXY or HTTP_PROXY is not a URL', { cause })
  }
}
