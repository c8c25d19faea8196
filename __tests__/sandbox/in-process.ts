import { EVERY_CALL } from '../../src/http/calls.ts'
import type { Send } from '../../src/http/send.ts'
import { json, type Route } from './exchange.ts'

/** Asks the make-believe hosts without a network. Calls are written down as they come. */
export function sendTo(routes: readonly Route[], calls: string[] = []): Send {
  return async ({ call, url, headers, body }) => {
    const { method } = EVERY_CALL[call]
    const { host, pathname, searchParams } = new URL(url)
    calls.push(call)
    const route = routes.find((one) => one.method === method && one.hosts.includes(host) && one.path.test(pathname))
    const request = {
      ...{ host, method, path: pathname, query: searchParams },
      headers: headers ?? {},
      body: Buffer.from(body ?? ''),
      params: route?.path.exec(pathname)?.groups ?? {},
    }
    const answer = (await route?.answer(request)) ?? json(404, { error_code: 'ENDPOINT_NOT_FOUND', message: 'No API' })
    return {
      status: answer.status,
      headers: { 'content-type': 'application/json', ...answer.headers },
      text: (answer.body ?? '').toString(),
    }
  }
}
