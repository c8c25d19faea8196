import { AuditError, type Failure, type Reason } from '../../src/domain/failure.ts'
import type { Match } from '../../src/domain/match.ts'
import type { PrincipalType } from '../../src/domain/principal.ts'
import type {
  Account,
  Clock,
  Finished,
  ListedId,
  ListedPrincipal,
  ListingPage,
  MatchSource,
  ResultRecord,
  ResultsLog,
  RosterEntry,
  Snapshot,
} from '../../src/ports.ts'

/** Ports as plain objects: what the phases see of the world, without files, network or waiting. */

/** Time stands still: whoever sleeps sleeps for ever. */
export const stillClock: Clock = { now: () => 0, date: () => new Date(0), sleep: () => new Promise(() => {}) }

export const failing = (reason: Reason, code: string | number = ''): AuditError =>
  new AuditError(reason, `Made up: ${reason}`, { code })

export const pageOf = (ids: readonly string[], promised: number): ListingPage => ({
  principals: ids.map((id) => ({ id, name: '', externalId: '', active: undefined, roles: [] })),
  promised,
})

/**
 * An account whose listing is a script: the pages that one reading after another takes, from the start again after a last
 * page, a broken one, or the fourth empty one. A page may be asked for before its turn; what no reading takes is empty.
 */
export function scriptedAccount(
  pages: readonly (ListingPage | AuditError)[],
  exists: (id: string) => boolean = () => false,
) {
  const asked: number[] = []
  const answers = new Map<number, (ListingPage | AuditError)[]>()
  let [start, empty] = [1, 0]
  for (const page of pages) {
    answers.set(start, [...(answers.get(start) ?? []), page])
    if (page instanceof AuditError) [start, empty] = [1, 0]
    else if (page.principals.length > 0) [start, empty] = [start + page.principals.length, 0]
    else empty++
    const isLast = !(page instanceof AuditError) && page.principals.length > 0 && start > page.promised
    if (page instanceof AuditError || isLast || empty === 4) [start, empty] = [1, 0]
  }
  const account: Account = {
    workspaces: async () => [],
    page: async (_, startIndex) => {
      asked.push(startIndex)
      const page = answers.get(startIndex)?.shift() ?? pageOf([], 0)
      if (page instanceof AuditError) throw page
      return page
    },
    exists: async (_, id) => exists(id),
  }
  return { account, asked }
}

export const linkedMatch = (type: PrincipalType, id: string): Match => ({
  principal: { type, id, name: `name ${id}`, externalId: `e${id}` },
  byExternalId: { name: `name ${id}` },
  nameMatches: [],
  localMembers: [],
  externalMembers: [],
})

export type Answer = Match | AuditError

/** A match source that answers by id; an array gives one answer a call, its last one for ever. */
export function answeringSource(answers: (id: string) => Answer | readonly Answer[]) {
  const asked: string[] = []
  const calls = new Map<string, number>()
  const source: MatchSource = {
    match: async (_, id, signal) => {
      signal.throwIfAborted()
      asked.push(id)
      const call = calls.get(id) ?? 0
      calls.set(id, call + 1)
      const given = answers(id)
      const list = Array.isArray(given) ? (given as readonly Answer[]) : [given as Answer]
      const answer = list[Math.min(call, list.length - 1)] as Answer
      if (answer instanceof AuditError) throw answer
      return answer
    },
  }
  return { source, asked }
}

export class MemorySnapshot implements Snapshot {
  readonly lists = new Map<PrincipalType, string[]>()

  static of(type: PrincipalType, ids: readonly string[]): MemorySnapshot {
    const snapshot = new MemorySnapshot()
    snapshot.lists.set(type, [...ids])
    return snapshot
  }

  async write(type: PrincipalType) {
    const ids: string[] = []
    return {
      get count() {
        return ids.length
      },
      add: async (more: readonly string[]) => {
        for (const id of more) if (!ids.includes(id)) ids.push(id)
      },
      close: async () => {
        this.lists.set(type, ids)
      },
    }
  }

  listed(): PrincipalType[] {
    return [...this.lists.keys()]
  }

  count(type: PrincipalType): number {
    return this.lists.get(type)?.length ?? 0
  }

  readonly rosters = new Map<PrincipalType, ListedPrincipal[]>()

  async writeRoster(type: PrincipalType) {
    const all: ListedPrincipal[] = []
    this.rosters.set(type, all)
    return {
      add: async (principals: readonly ListedPrincipal[]) => void all.push(...principals),
      close: async () => {},
    }
  }

  async *roster(type: PrincipalType): AsyncGenerator<readonly RosterEntry[]> {
    const told = this.rosters.get(type)
    for await (const listed of this.ids(type))
      yield listed.map((one) => ({ ...one, told: told?.find(({ id }) => id === one.id) }))
  }

  async *ids(type: PrincipalType): AsyncGenerator<readonly ListedId[]> {
    yield (this.lists.get(type) ?? []).map((id, position) => ({ position, id }))
  }
}

export class MemoryLog implements ResultsLog {
  readonly records: ResultRecord[] = []

  readonly finished = new Set<string>()

  async commit(finished: readonly Finished[]): Promise<void> {
    for (const { type, position, outcome } of finished) {
      if (this.isDone(type, position)) throw new Error(`${type} ${position} was finished twice`)
      this.finished.add(`${type} ${position}`)
      if (outcome.kind !== 'linked') this.records.push({ type, position, outcome })
    }
  }

  isDone(type: PrincipalType, position: number): boolean {
    return this.finished.has(`${type} ${position}`)
  }

  doneCount(type: PrincipalType): number {
    return [...this.finished].filter((key) => key.startsWith(`${type} `)).length
  }

  async *read(type: PrincipalType): AsyncGenerator<readonly ResultRecord[]> {
    yield this.records.filter((record) => record.type === type).sort((a, b) => a.position - b.position)
  }

  async *failures(type: PrincipalType): AsyncGenerator<Failure> {
    for await (const records of this.read(type))
      for (const { outcome } of records) if (outcome.kind === 'failed') yield outcome.failure
  }
}
