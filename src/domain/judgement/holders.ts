import type { Divergence } from '../divergence.ts'

/** Enough ids of others to look at; a thousand principals with one external id would name each other a million times. */
const TOLD = 20

/** Ids by external id without letter case; most have one, so most need no list. */
class Ids {
  readonly #ids = new Map<string, string | string[]>()

  add(externalId: string, id: string): void {
    const key = externalId.toLowerCase()
    const there = this.#ids.get(key)
    if (there === undefined) this.#ids.set(key, id)
    else if (typeof there === 'string') this.#ids.set(key, there === id ? there : [there, id])
    else if (there.at(-1) !== id) there.push(id)
  }

  of(externalId: string): readonly string[] {
    const there = this.#ids.get(externalId.toLowerCase())
    return there === undefined ? [] : typeof there === 'string' ? [there] : there
  }
}

/**
 * Which principals of one type hold which external id, and to which one a change would link them. A principal takes some
 * 140 bytes, so it is meant for those that may have one in common.
 */
export class Holders {
  readonly #holding = new Ids()
  readonly #planned = new Ids()
  /** Holders of an external id that the IdP does not know. */
  readonly #lost = new Ids()

  /** `externalId`: `''` holds nothing. */
  add(id: string, externalId: string): void {
    if (externalId !== '') this.#holding.add(externalId, id)
  }

  diverges(divergence: Divergence): void {
    const { id, externalId, categories } = divergence
    if (categories.includes('EXTERNAL_ID_NOT_IN_IDP')) this.#lost.add(externalId, id)
    const target = targetOf(divergence)
    if (target !== undefined) this.#planned.add(target, id)
  }

  /** Other principals with that external id. */
  others(id: string, externalId: string): string[] {
    return externalId === '' ? [] : without(id, this.#holding.of(externalId))
  }

  /** Does the IdP know it for any holder? One that could not be checked is not known to be lost. */
  isKnown(externalId: string): boolean {
    return this.#lost.of(externalId).length < this.#holding.of(externalId).length
  }

  /** Other principals that hold the target of this one, or would get it as well. */
  rivals(divergence: Divergence): string[] {
    const target = targetOf(divergence)
    if (target === undefined) return []
    return without(divergence.id, new Set([...this.#holding.of(target), ...this.#planned.of(target)]))
  }
}

/** The one external id that a change would link to; with several candidates there is none yet. */
export function targetOf({
  categories,
  nameMatches,
}: Pick<Divergence, 'categories' | 'nameMatches'>): string | undefined {
  const [target, ...others] = nameMatches
  return categories.includes('NAME_MATCH_EXTERNAL_ID_MISMATCH') && others.length === 0 ? target : undefined
}

function without(id: string, ids: Iterable<string>): string[] {
  const others: string[] = []
  for (const other of ids) if (other !== id && others.push(other) === TOLD) break
  return others
}
