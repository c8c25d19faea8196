import type { CallName } from './calls.ts'

export interface HttpRequest {
  /** Its row in the table of calls; what is not in the table is not sent. */
  readonly call: CallName
  readonly url: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

export interface HttpAnswer {
  readonly status: number
  /** Lower-case names; a header that came twice is an array. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
  /** The body, decoded as UTF-8; a body that is not whole never gets here. */
  readonly text: string
}

/** Sends one request. Throws `AuditError` only. */
export type Send = (request: HttpRequest, signal: AbortSignal) => Promise<HttpAnswer>
export type Layer = (next: Send) => Send

/** Wraps the transport from the inside out: the last layer is the one that callers meet. */
export const layered = (transport: Send, ...layers: readonly Layer[]): Send =>
  layers.reduce((send, layer) => layer(send), transport)
