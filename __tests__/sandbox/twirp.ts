import { type Answer, json, type Route } from './exchange.ts'
import { RESULTS_HOST } from './hosts.ts'

export type Message = Readonly<Record<string, unknown>>

export const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')

/** Makes the route of one method of a results service, open to whoever has the job's runtime token. */
export const twirp =
  (runtimeToken: string, service: 'ArtifactService' | 'CacheService') =>
  (method: string, answer: (message: Message) => Answer): Route => ({
    call: `${service === 'ArtifactService' ? 'artifact' : 'cache'}.${method}`,
    ...{ method: 'POST', hosts: [RESULTS_HOST] },
    path: new RegExp(`^/twirp/github\\.actions\\.results\\.api\\.v1\\.${service}/${method}$`),
    answer: ({ headers, body }) =>
      headers.authorization === `Bearer ${runtimeToken}`
        ? answer(JSON.parse(body.toString()) as Message)
        : json(401, { code: 'unauthenticated', msg: 'the runtime token is not valid' }),
  })

export const conflict = (what: string): Answer =>
  json(409, { code: 'already_exists', msg: `an ${what} with this name already exists on the workflow run` })

export const missing: Answer = json(404, { code: 'not_found', msg: 'not found' })
