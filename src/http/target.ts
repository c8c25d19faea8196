/** Where a request goes, as undici wants it told. */
export interface Target {
  readonly origin: string
  /** With the port, if it is not the usual one. */
  readonly host: string
  readonly path: string
}

/**
 * Takes addresses apart. Most go to where the last one went, to a path that a URL parser leaves as it is; to parse each
 * takes longer.
 */
export function urlSplitter(): (url: string) => Target {
  let [origin, host] = ['', '']
  return (url) => {
    if (origin !== '' && url.startsWith(origin)) {
      const path = url.slice(origin.length)
      if (/^\/[\w/-]*$/.test(path)) return { origin, host, path }
    }
    const parsed = new URL(url)
    origin = parsed.origin
    host = parsed.host
    return { origin, host, path: `${parsed.pathname}${parsed.search}` }
  }
}
