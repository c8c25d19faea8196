import { type Dispatcher, EnvHttpProxyAgent, Pool } from 'undici'
import { AuditError } from '../domain/failure.ts'

const CONNECT_MS = 10_000

/**
 * undici finds the way to a host anew for every request: whether by a proxy, by which, and what to add for it. That takes
 * longer than what the audit does with a small answer, and it comes out the same each time: at the connections to that
 * host. So once they are there they are asked themselves.
 *
 * Every request has to bring its `host`. On the way through a proxy undici would add it, and derive the name from it that
 * TLS asks for; straight to the connections it would not, and a connection whose name changes is closed.
 */
class ShortcutAgent extends EnvHttpProxyAgent {
  readonly #pools: Map<string, Pool>
  readonly #way: { to: string | undefined }

  constructor(options: EnvHttpProxyAgent.Options) {
    const pools = new Map<string, Pool>()
    const way: { to: string | undefined } = { to: undefined }
    super({
      ...options,
      factory(origin, given) {
        const pool = new Pool(origin, given)
        // A proxy that plain HTTP is sent to has connections of its own, to another origin than was asked for.
        if (String(origin) === way.to) pools.set(way.to, pool)
        return pool
      },
    })
    this.#pools = pools
    this.#way = way
  }

  override dispatch(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
    const origin = String(options.origin)
    const pool = this.#pools.get(origin)
    // Those that nobody needed for a while are closed.
    if (pool?.closed === false) return pool.dispatch(options, handler)
    this.#way.to = origin
    return super.dispatch(options, handler)
  }
}

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
    return new ShortcutAgent({
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
