import type { Attempt } from '../admission.ts'

/** Of the refused requests that were sent again, which share was refused again; the last few count most. */
const MEMORY = 0.2
const MOSTLY = 0.5

/**
 * Tells apart the refusals that say something of one request from those that say something of the server. A request that
 * is refused again while others pass says something of itself; and as long as most of those that were refused are refused
 * again, so does every first refusal.
 */
export class OwnRefusals {
  readonly #refused = new Set<string>()
  #share = 0

  /** How an attempt is to be read. `othersPass`: something was accepted since the pace last reacted. */
  read(url: string, result: Attempt['result'], othersPass: boolean): Attempt['result'] {
    if (result !== 'answered' && result !== 'throttled') return result
    const again = this.#refused.has(url)
    if (result === 'answered') this.#refused.delete(url)
    else this.#refused.add(url)
    if (again && othersPass) this.#share += MEMORY * ((result === 'throttled' ? 1 : 0) - this.#share)
    const isOwn = result === 'throttled' && othersPass && (again || this.#share > MOSTLY)
    return isOwn ? 'void' : result
  }
}
