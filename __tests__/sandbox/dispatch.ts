import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import type { TLSSocket } from 'node:tls'
import { type Answer, json, type RequestRecord, type Route, type SandboxRequest } from './exchange.ts'
import type { Fault, FaultPlan } from './faults.ts'

export interface ServiceOptions {
  readonly routes: readonly Route[]
  readonly faults: FaultPlan
  /** How long the work on a request takes, in ms. */
  readonly latencyMs: (call: string, target: string) => number
  readonly tokenOf: (authorization: string | undefined) => string
  /** Keeps the bodies of requests in the log. */
  readonly keepsBodies: boolean
}

/** Leads every request to the host that it names, and puts in what is to go wrong. */
export function dispatch(options: ServiceOptions, requests: RequestRecord[]) {
  const started = performance.now()
  const times = new Map<string, number>()

  return async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const at = performance.now() - started
    const host = incoming.headers.host ?? ''
    const url = new URL(incoming.url ?? '/', `https://${host}`)
    const [route, params] = routeOf(options.routes, host, incoming.method ?? '', url.pathname)
    const call = route?.call ?? 'unknown'
    const target = params.id ?? params.name ?? url.searchParams.get('startIndex') ?? ''
    const token = options.tokenOf(incoming.headers.authorization)
    const of = { call, target, method: incoming.method ?? '', host, path: url.pathname, token }
    const record: RequestRecord = { ...of, query: url.search, status: 0, fault: '', at, answeredAt: undefined }
    const nth = times.get(`${call} ${target}`) ?? 0
    times.set(`${call} ${target}`, nth + 1)
    const fault = options.faults({ ...of, nth }, requests.push(record) - 1)
    record.fault = fault?.name ?? ''

    const body = Buffer.concat(await Array.fromAsync(incoming as AsyncIterable<Buffer>))
    if (options.keepsBodies) record.body = body.toString()
    const request: SandboxRequest = {
      ...{
        host,
        method: of.method,
        path: url.pathname,
        query: url.searchParams,
        headers: incoming.headers,
        body,
        params,
      },
    }
    const latency = options.latencyMs(call, target)
    if (latency > 0) await sleep(latency)
    const answer = await answerOf(route, request, fault, (incoming.socket as TLSSocket).servername || host)
    await send(response, request, answer, fault, record)
    record.answeredAt = performance.now() - started
  }
}

function routeOf(
  routes: readonly Route[],
  host: string,
  method: string,
  path: string,
): [Route | undefined, Record<string, string>] {
  for (const route of routes) {
    if (route.method !== method || !route.hosts.includes(host)) continue
    const match = route.path.exec(path)
    if (match !== null)
      return [route, Object.fromEntries(Object.entries(match.groups ?? {}).map(([k, v]) => [k, decodeURIComponent(v)]))]
  }
  return [undefined, {}]
}

async function answerOf(
  route: Route | undefined,
  request: SandboxRequest,
  fault: Fault | undefined,
  servername: string,
): Promise<Answer> {
  if (fault?.kind === 'answer') return fault.answer
  // Sent into the wrong tunnel: a token for one host would reach another.
  if (servername !== request.host) return json(421, { message: 'misdirected request' })
  if (route === undefined)
    return json(404, {
      error_code: 'ENDPOINT_NOT_FOUND',
      message: `No API found for '${request.method} ${request.path}'`,
    })
  const distortion = fault?.kind === 'wrong-id' || fault?.kind === 'missing-identity' ? fault.kind : undefined
  const answer = await route.answer(request, distortion)
  return fault?.kind === 'rewrite' ? fault.rewrite(answer) : answer
}

async function send(
  response: ServerResponse,
  request: SandboxRequest,
  answer: Answer,
  fault: Fault | undefined,
  record: RequestRecord,
) {
  if (fault?.kind === 'reset') return void response.socket?.destroy()
  if (fault?.kind === 'hang') return void (response.destroyed || (await once(response, 'close')))
  const body = Buffer.isBuffer(answer.body) ? answer.body : Buffer.from(answer.body ?? '')
  record.status = answer.status
  response.writeHead(answer.status, {
    'content-type': 'application/json',
    'content-length': body.length,
    ...answer.headers,
  })
  if (fault?.kind === 'truncated') {
    response.write(body.subarray(0, body.length >> 1))
    await sleep(5)
    return void response.socket?.destroy()
  }
  if (fault?.kind === 'drip') {
    for (const byte of body) {
      if (response.destroyed) return
      response.write(Buffer.of(byte))
      await sleep(1000, undefined, { ref: false })
    }
  }
  response.end(request.method === 'HEAD' || fault?.kind === 'drip' ? undefined : body)
}
