import { createHash } from 'node:crypto'
import { AuditError } from '../../src/domain/failure.ts'
import type { Match } from '../../src/domain/match.ts'
import type { PrincipalType } from '../../src/domain/principal.ts'
import type { Account, MatchSource } from '../../src/ports.ts'

const PAGE = 25

const hash = (text: string): number => createHash('sha256').update(text).digest().readUInt32BE(0)
const uuid = (text: string): string => {
  const hex = createHash('sha256').update(text).digest('hex')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join('-')
}

/** What identities there are, what the IdP says of each, and how often it was asked. */
export class MakeBelieveDirectory {
  readonly ids: ReadonlyMap<PrincipalType, readonly string[]>
  readonly asked = new Map<string, number>()
  readonly #flawed: boolean

  /** `flawed`: some cannot be checked. */
  constructor(counts: Readonly<Partial<Record<PrincipalType, number>>>, flawed = true) {
    this.#flawed = flawed
    this.ids = new Map(
      Object.entries(counts).map(([type, count]) => [
        type as PrincipalType,
        Array.from({ length: count }, (_, index) => `${hash(`${type} ${index}`)}${String(index).padStart(6, '0')}`),
      ]),
    )
  }

  get size(): number {
    return [...this.ids.values()].reduce((sum, { length }) => sum + length, 0)
  }

  /** Asked more often than once, in all. */
  get again(): number {
    return [...this.asked.values()].reduce((sum, times) => sum + times - 1, 0)
  }

  /** How many cannot be checked. */
  get failing(): number {
    return [...this.ids.values()].flat().filter(this.isFailing).length
  }

  /** How many have another name in the IdP, which no listing tells again: without a key they are not saved. */
  get renamed(): number {
    return [...this.ids].flatMap(([type, ids]) =>
      ids.filter((id) => this.match(type, id).byExternalId?.name === `${this.name(id)}!`),
    ).length
  }

  readonly name = (id: string): string => `${['Pat, "Q"', 'Zoë\r\n', '=cmd', '陳'][hash(id) % 4]} ${id}@example.com`
  readonly isFailing = (id: string): boolean => this.#flawed && hash(`flaw ${id}`) % 31 === 0

  readonly account: Account = {
    workspaces: async () => [],
    page: async (type, start) => {
      const ids = this.ids.get(type) ?? []
      const principals = ids.slice(start - 1, start - 1 + PAGE).map((id) => ({
        ...{ id, name: this.name(id), externalId: '', active: true, roles: [] },
      }))
      return { principals, promised: ids.length }
    },
    exists: async () => false,
  }

  readonly source: MatchSource = {
    match: async (type, id, signal) => {
      signal.throwIfAborted()
      this.asked.set(id, (this.asked.get(id) ?? 0) + 1)
      // Answers come back in another order than they were asked for.
      for (let turns = hash(id) % 7; turns > 0; turns--) await Promise.resolve()
      if (this.isFailing(id)) throw new AuditError('bad-request', 'Made up', { code: 400 })
      if (hash(`gone ${id}`) % 23 === 0) throw new AuditError('not-found', 'Made up', { code: 404 })
      return this.match(type, id)
    },
  }

  match(type: PrincipalType, id: string): Match {
    const name = this.name(id)
    const kind = hash(`kind ${id}`) % 10
    const externalId = kind === 0 ? '' : uuid(id)
    const byExternalId = kind === 1 ? undefined : { name: kind === 2 ? `${name}!` : name }
    const members = type === 'groups' && kind === 4 ? [`${hash(id)}`, '17'] : []
    return {
      principal: { type, id, name, externalId },
      byExternalId: externalId === '' ? undefined : byExternalId,
      nameMatches: kind === 3 ? [uuid(`${id} other`)] : [],
      localMembers: members,
      externalMembers: [],
    }
  }
}
