/** As Node, undici and the toolkit of Actions read them. */
const NAMES = ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy'] as const

/** Variables of the environment that should name a proxy, but hold something that not everybody who reads them understands. */
export const unusableProxies = (env: Readonly<Record<string, string | undefined>>): readonly string[] =>
  NAMES.filter((name) => env[name] && !isProxyUrl(env[name]))

/** The value may hold a password, so it is not repeated. */
export const proxyProblem = (name: string): string =>
  `${name}: this is not the URL of a proxy; write http://host:port (characters other than letters and digits in a name or password percent-encoded)`

function isProxyUrl(text: string): boolean {
  try {
    const { protocol, hostname, username, password } = new URL(text)
    // Both are decoded by whoever uses them.
    decodeURIComponent(username + password)
    return /^https?:$/.test(protocol) && hostname !== ''
  } catch {
    return false
  }
}
