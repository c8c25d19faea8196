import type { Dispatcher } from 'undici'
import type { HttpAnswer } from './send.ts'

/** An answer, read to its last byte. */
export interface WholeAnswer {
  readonly status: number
  readonly headers: HttpAnswer['headers']
  readonly bytes: Buffer
}

/** May refuse what comes by throwing: then nothing more of it is read. */
export interface Checks {
  onHead(status: number, headers: HttpAnswer['headers']): void
  /** `size`: bytes of the body so far. */
  onBody(size: number): void
}

/** Learns how an exchange ended: one of the two, once. */
export interface Outcome {
  ended(answer: WholeAnswer): void
  /** With what the checks threw, what it was stopped with, or what undici found. */
  failed(error: unknown): void
}

/**
 * One exchange over undici's own interface. `request` makes a stream and an iterator for every body, which costs more than
 * all that the audit itself does with a small answer.
 */
export class Exchange implements Dispatcher.DispatchHandler {
  readonly #checks: Checks
  readonly #outcome: Outcome
  #isOver = false
  readonly #chunks: Buffer[] = []
  #size = 0
  #status = 0
  #headers: HttpAnswer['headers'] = {}
  #controller: Dispatcher.DispatchController | undefined
  #stopped: Error | undefined

  constructor(checks: Checks, outcome: Outcome) {
    this.#checks = checks
    this.#outcome = outcome
  }

  /** Ends it now. undici says nothing of a request that still waits for its connection; that one ends when it gets it. */
  stop(reason: Error): void {
    this.#stopped = reason
    this.fail(reason)
    this.#controller?.abort(reason)
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller
    if (this.#stopped !== undefined) controller.abort(this.#stopped)
  }

  onResponseStart(_: unknown, status: number, headers: HttpAnswer['headers']): void {
    // 1xx: the answer is still to come.
    if (status < 200) return
    this.#checks.onHead(status, headers)
    this.#status = status
    this.#headers = headers
  }

  onResponseData(_: unknown, chunk: Buffer): void {
    this.#size += chunk.length
    this.#checks.onBody(this.#size)
    this.#chunks.push(chunk)
  }

  onResponseEnd(): void {
    if (this.#isOver) return
    this.#isOver = true
    const [first] = this.#chunks
    const bytes = first !== undefined && this.#chunks.length === 1 ? first : Buffer.concat(this.#chunks, this.#size)
    this.#outcome.ended({ status: this.#status, headers: this.#headers, bytes })
  }

  onResponseError(_: unknown, error: Error): void {
    this.fail(error)
  }

  /** It ends with this, unless it has ended. */
  fail(error: unknown): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#outcome.failed(error)
  }
}
