import { once } from 'node:events'
import { type AddressInfo, createServer, Socket as NetSocket, type Server, type Socket } from 'node:net'

export interface Loopback extends AsyncDisposable {
  readonly url: string
  readonly port: number
  /** Heads of the requests that came, as sent. */
  readonly heads: readonly string[]
  /** How many connections were opened, ever. */
  connections(): number
  /** How many are open now. */
  open(): number
}

/** A server that says byte by byte what it is told to; `answer` is called at the end of every request's head. */
export async function loopback(answer: (socket: Socket, count: number) => void): Promise<Loopback> {
  const sockets = new Set<Socket>()
  const heads: string[] = []
  let connections = 0
  const server = createServer((socket) => {
    connections++
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket)).on('error', () => {})
    let text = ''
    socket.on('data', (data) => {
      text += data
      for (let end = text.indexOf('\r\n\r\n'); end >= 0; end = text.indexOf('\r\n\r\n')) {
        heads.push(text.slice(0, end))
        text = text.slice(end + 4)
        answer(socket, heads.length)
      }
    })
  })
  await listening(server)
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/x`,
    port,
    heads,
    connections: () => connections,
    open: () => sockets.size,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

async function listening(server: Server): Promise<void> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
}

/** A port on which nobody listens. */
export async function closedPort(): Promise<number> {
  const server = createServer()
  await listening(server)
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

/** Ends a connection by RST, not FIN. */
export const reset = (socket: Socket): void => {
  if (socket instanceof NetSocket) socket.resetAndDestroy()
}

export const http = (status: string, headers: Readonly<Record<string, string | number>>, body = ''): string =>
  [`HTTP/1.1 ${status}`, ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`), '', body].join('\r\n')

export const json = (body: string, headers: Readonly<Record<string, string | number>> = {}): string =>
  http('200 OK', { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body), ...headers }, body)
