import { once } from 'node:events'
import { createServer as createProxy, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { generate } from 'selfsigned'
import { dispatch, type ServiceOptions } from './dispatch.ts'
import type { RequestRecord } from './exchange.ts'
import { KNOWN_HOSTS } from './hosts.ts'

export interface NetworkOptions extends ServiceOptions {
  /** What the proxy answers to everything, when it does not let anybody through. */
  readonly proxyStatus: number | undefined
}

export interface Network {
  readonly proxyUrl: string
  /** The throw-away certificate, PEM: its own authority. */
  readonly certificate: string
  readonly requests: readonly RequestRecord[]
  /** `host:port` of every connection that the proxy did not let through. */
  readonly refused: readonly string[]
  close(): Promise<void>
}

/** One certificate for all hosts; making it is the slow part, so a process makes one. */
let made: ReturnType<typeof generate> | undefined
const certificate = () => {
  made ??= generate([{ name: 'commonName', value: 'make-believe account' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, digitalSignature: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      { name: 'subjectAltName', altNames: KNOWN_HOSTS.map((value) => ({ type: 2, value })) },
    ],
  })
  return made
}

/** Starts the TLS server behind all known hosts and the proxy which leads to it; both on loopback, on ports of their own. */
export async function startNetwork(options: NetworkOptions): Promise<Network> {
  const { private: key, cert } = await certificate()
  const requests: RequestRecord[] = []
  const refused: string[] = []
  const serve = dispatch(options, requests)

  const server = createTlsServer({ key, cert, keepAliveTimeout: 60_000 })
  server.on('request', (request, response) => void serve(request, response).catch(() => response.destroy()))
  server.on('tlsClientError', () => {})
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const tlsPort = (server.address() as AddressInfo).port

  const tunnels = new Set<Socket>()
  const proxy = createProxy((request: IncomingMessage, response: ServerResponse) => {
    // Plain http through a proxy: nothing of ours speaks it.
    refused.push(request.url ?? '')
    response.writeHead(403).end('refused')
  })
  proxy.on('connect', (request, client: Socket, head: Buffer) => {
    client.on('error', () => client.destroy())
    const target = request.url ?? ''
    if (options.proxyStatus !== undefined || !target.endsWith(':443') || !KNOWN_HOSTS.includes(target.slice(0, -4))) {
      refused.push(target)
      client.end(`HTTP/1.1 ${options.proxyStatus ?? 403} Refused\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`)
      return
    }
    tunnels.add(tunnel(client, head, tlsPort))
  })
  proxy.listen(0, '127.0.0.1')
  await once(proxy, 'listening')

  return {
    proxyUrl: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    certificate: cert,
    requests,
    refused,
    async close() {
      for (const socket of tunnels) socket.destroy()
      const closed = [once(server, 'close'), once(proxy, 'close')]
      server.close()
      proxy.close()
      server.closeAllConnections()
      proxy.closeAllConnections()
      await Promise.all(closed)
    },
  }
}

function tunnel(client: Socket, head: Buffer, port: number): Socket {
  const upstream = connect(port, '127.0.0.1', () => {
    client.write('HTTP/1.1 200 Connection established\r\n\r\n')
    upstream.write(head)
    upstream.pipe(client)
    client.pipe(upstream)
  })
  // Not `resetAndDestroy`: on a socket that was already ended Node never closes its handle, and the process never ends.
  upstream.on('error', () => client.destroy())
  upstream.on('close', () => client.destroy())
  client.on('close', () => upstream.destroy())
  return client
}
