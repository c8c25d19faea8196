import { beginsSmall, isFew, type LargeShare, PAGE_SIZE, SMALL_PAGE_SIZE, withGroupRead } from '../domain/load-plan.ts'
import { ID_ONLY } from './decode.ts'
import { firstPage, type Graph, pages } from './pages.ts'

/** Reads the members of groups, page by page; those of small groups at half the price. */
export class GroupMembers {
  readonly #graph: Graph
  #largeShare: LargeShare = 0

  constructor(graph: Graph) {
    this.#graph = graph
  }

  /** Object ids. `wanted`: whom the caller looks for; it reads on until all of them were there. An id may come twice. */
  async *pages(groupId: string, wanted: ReadonlySet<string>, signal: AbortSignal): AsyncGenerator<readonly string[]> {
    const isSmall = beginsSmall(wanted.size, this.#largeShare)
    if (isSmall) {
      const { items, next } = await firstPage(this.#graph, membersOf(groupId, SMALL_PAGE_SIZE), signal)
      const isEnough = next === undefined || isAmong(wanted, items)
      this.#learn(!isEnough)
      yield items
      if (next === undefined) return
    }
    let learns = !isSmall && isFew(wanted.size)
    for await (const items of pages(this.#graph, membersOf(groupId, PAGE_SIZE), signal)) {
      if (learns) this.#learn(items.length > SMALL_PAGE_SIZE && !isAmong(wanted, items.slice(0, SMALL_PAGE_SIZE)))
      learns = false
      yield items
    }
  }

  #learn(isLarge: boolean): void {
    this.#largeShare = withGroupRead(this.#largeShare, isLarge)
  }
}

const membersOf = (object: string, top: number) =>
  ({ call: 'graph.members', query: { $select: 'id', $top: String(top) }, item: ID_ONLY, object }) as const

function isAmong(wanted: ReadonlySet<string>, items: readonly string[]): boolean {
  const present = new Set(items)
  return [...wanted].every((id) => present.has(id))
}
