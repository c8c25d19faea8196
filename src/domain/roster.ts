import { PRINCIPAL_TYPES, type Principal, type PrincipalType } from './principal.ts'
import { TextIndex, Texts } from './texts.ts'

interface Columns {
  readonly ids: TextIndex
  readonly names: Texts
  readonly externalIds: Texts
}

const columns = (): Columns => ({ ids: new TextIndex(), names: new Texts(), externalIds: new Texts() })

/** Databricks' side, whole: every principal that is known, each once, in little memory. */
export class Roster {
  readonly #byType: Readonly<Record<PrincipalType, Columns>> = {
    users: columns(),
    groups: columns(),
    'service-principals': columns(),
  }

  /** Of a principal that comes again, what was told first stands. */
  add({ type, id, name, externalId }: Principal): void {
    const { ids, names, externalIds } = this.#byType[type]
    if (ids.rowOf(id) !== undefined) return
    ids.add(id)
    names.add(name)
    externalIds.add(externalId)
  }

  count(type: PrincipalType): number {
    return this.#byType[type].ids.length
  }

  find(type: PrincipalType, id: string): Principal | undefined {
    const row = this.#byType[type].ids.rowOf(id)
    return row === undefined ? undefined : this.#at(type, row)
  }

  /** A member is known by its internal id alone. */
  findOfAnyType(id: string): Principal | undefined {
    for (const type of PRINCIPAL_TYPES) {
      const found = this.find(type, id)
      if (found !== undefined) return found
    }
    return undefined
  }

  *of(type: PrincipalType): Generator<Principal> {
    for (let row = 0; row < this.count(type); row++) yield this.#at(type, row)
  }

  /** Each once; principals without one are left out. */
  *externalIds(type: PrincipalType): Generator<string> {
    const seen = new Set<string>()
    const { externalIds } = this.#byType[type]
    for (let row = 0; row < externalIds.length; row++) {
      const externalId = externalIds.at(row)
      if (externalId === '' || seen.has(externalId)) continue
      seen.add(externalId)
      yield externalId
    }
  }

  #at(type: PrincipalType, row: number): Principal {
    const { ids, names, externalIds } = this.#byType[type]
    return { type, id: ids.at(row), name: names.at(row), externalId: externalIds.at(row) }
  }
}
