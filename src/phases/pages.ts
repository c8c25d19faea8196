import type { PrincipalType } from '../domain/principal.ts'
import type { Account, ListingPage } from '../ports.ts'

/** A page that is empty although more was promised is asked again this often. */
const EMPTY_PAGE_REPEATS = 3
/** Pages asked for ahead of the one that is read; how many of them are in flight, the limiter says. */
const AHEAD = 32

/**
 * The pages of one listing. Where the next page starts is only known when one has come in, but as long as pages are of
 * one size it can be foretold: the next few are asked for ahead, and forgotten when a page is shorter than foretold.
 */
export class Pages {
  readonly #account: Account
  readonly #type: PrincipalType
  readonly #signal: AbortSignal
  #ahead = new Map<number, Promise<ListingPage>>()

  constructor(account: Account, type: PrincipalType, signal: AbortSignal) {
    this.#account = account
    this.#type = type
    this.#signal = signal
  }

  /** Asks for the first page before anybody needs it. */
  begin(): void {
    this.#ahead.set(1, this.#asked(1))
  }

  /**
   * The page from `start`; an empty one only when it stays empty, or nothing more was promised: neither by itself nor by
   * the page before, since an empty answer that takes the promise back is no better than one that does not keep it.
   */
  async from(start: number, promisedBefore = 0): Promise<ListingPage> {
    let page = await (this.#ahead.get(start) ?? this.#ask(start))
    for (let repeat = 0; repeat < EMPTY_PAGE_REPEATS; repeat++) {
      if (page.principals.length > 0 || start > Math.max(page.promised, promisedBefore)) break
      page = await this.#ask(start)
    }
    this.#foretell(start, page)
    return page
  }

  #foretell(start: number, { principals, promised }: ListingPage): void {
    const foretold = new Map<number, Promise<ListingPage>>()
    for (let page = 1; page <= AHEAD && principals.length > 0; page++) {
      const next = start + page * principals.length
      if (next > promised) break
      foretold.set(next, this.#ahead.get(next) ?? this.#asked(next))
    }
    this.#ahead = foretold
  }

  #asked(start: number): Promise<ListingPage> {
    const page = this.#ask(start)
    // Whoever takes the page sees its failure; a page that is forgotten fails in silence.
    page.catch(() => {})
    return page
  }

  #ask(start: number): Promise<ListingPage> {
    return this.#account.page(this.#type, start, this.#signal)
  }
}
