import type { IncomingHttpHeaders } from 'node:http'

/** One request, read whole. */
export interface SandboxRequest {
  readonly host: string
  readonly method: string
  /** Without query. */
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
  /** The named groups of the route's path. */
  readonly params: Readonly<Record<string, string>>
}

export interface Answer {
  readonly status: number
  /** `content-type` is JSON when it is not given. */
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Buffer
}

/** A wrong answer that only the one who answers can give. */
export type Distortion = 'wrong-id' | 'missing-identity'

/** One call that a make-believe host answers. */
export interface Route {
  /** Its name in the log and for faults: `users.match`. */
  readonly call: string
  readonly hosts: readonly string[]
  readonly method: string
  readonly path: RegExp
  readonly answer: (request: SandboxRequest, distortion?: Distortion) => Answer | Promise<Answer>
}

/** One entry of the log of what was really asked, in order of arrival. */
export interface RequestRecord {
  readonly call: string
  /** What the call is about: an id, the first index of a page, an artifact's name; `''` otherwise. */
  readonly target: string
  readonly method: string
  readonly host: string
  readonly path: string
  readonly query: string
  /** Only where bodies are kept. */
  body?: string
  /** Which of the issued tokens came with it; `''` for none, `?` for one that is not ours. */
  readonly token: string
  /** Of the answer; 0 while there is none, and for good when the connection was cut or left hanging. */
  status: number
  /** Name of the fault that was put in, `''` for none. */
  fault: string
  /** Ms since the sandbox started. */
  readonly at: number
  /** Ms since the sandbox started when the answer was sent; `undefined` while there is none. */
  answeredAt: number | undefined
}

export const json = (status: number, value: unknown, headers?: Record<string, string>): Answer => ({
  status,
  body: JSON.stringify(value),
  ...(headers && { headers }),
})

/** A number with all its digits: a double would round it. */
export const rawNumber = (digits: string): unknown =>
  (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON(digits)
