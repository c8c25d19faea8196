import type { SubjectType } from './category.ts'
import type { Evidence, FindingType, Mark } from './finding.ts'
import { SUBJECT_OF } from './finding.ts'

/** One exception: somebody accepts one category or reason of one principal or workspace, until a day. */
export interface AllowEntry {
  readonly type: FindingType
  readonly id: string
  readonly mark: Mark
  readonly reason: string
  readonly owner: string
  /** `2027-03-31`; the last day on which it counts. */
  readonly expires: string
  /** Where it stands in the file, from 1. */
  readonly line: number
}

/** What is to be told of the list. */
export interface AllowListUse {
  /** Findings of which something was accepted. */
  readonly accepted: number
  /** No longer in force; `matches`: there is such a finding, which counts again. */
  readonly expired: readonly { readonly entry: AllowEntry; readonly matches: boolean }[]
  /** In force, but there is no such finding. */
  readonly unused: readonly AllowEntry[]
  /** In force and used, for no longer than `EXPIRES_SOON_DAYS`. */
  readonly expiring: readonly AllowEntry[]
}

export const EXPIRES_SOON_DAYS = 14

/** Whole days from one date to another, both `2027-03-31`. */
export const daysBetween = (from: string, to: string): number => (Date.parse(to) - Date.parse(from)) / 86_400_000

const keyOf = (type: FindingType, id: string, mark: Mark): string => `${type} ${id} ${mark}`

/** Applies an allow-list to findings one by one, and remembers what it was good for. */
export class Acceptance {
  readonly #entries: ReadonlyMap<string, AllowEntry>
  readonly #today: string
  readonly #matched = new Set<string>()
  #accepted = 0

  /** `today`: `2026-11-22`, UTC. */
  constructor(entries: readonly AllowEntry[], today: string) {
    this.#entries = new Map(entries.map((entry) => [keyOf(entry.type, entry.id, entry.mark), entry]))
    this.#today = today
  }

  /** Which of the marks are accepted today. Exact matches only. */
  acceptedOf({ type, id }: Pick<Evidence, 'type' | 'id'>, marks: readonly Mark[]): Mark[] {
    if (this.#entries.size === 0) return []
    const accepted = marks.filter((mark) => {
      const key = keyOf(type, id, mark)
      const entry = this.#entries.get(key)
      if (entry === undefined) return false
      this.#matched.add(key)
      return !this.#isExpired(entry)
    })
    if (accepted.length > 0) this.#accepted++
    return accepted
  }

  /** After the last finding. `seen`: the types that were looked at; an entry of another one may still be of use. */
  use(seen: readonly SubjectType[]): AllowListUse {
    const entries = [...this.#entries].map(([key, entry]) => ({ entry, matches: this.#matched.has(key) }))
    const inForce = entries.filter(({ entry }) => !this.#isExpired(entry))
    return {
      accepted: this.#accepted,
      expired: entries.filter(({ entry }) => this.#isExpired(entry)),
      unused: inForce
        .filter(({ entry, matches }) => !matches && seen.includes(SUBJECT_OF[entry.type]))
        .map(({ entry }) => entry),
      expiring: inForce
        .filter(({ entry, matches }) => matches && daysBetween(this.#today, entry.expires) <= EXPIRES_SOON_DAYS)
        .map(({ entry }) => entry),
    }
  }

  #isExpired({ expires }: AllowEntry): boolean {
    return expires < this.#today
  }
}
