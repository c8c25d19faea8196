import type { Row } from '../domain/judgement/evidence.ts'
import type { PrincipalType } from '../domain/principal.ts'
import type { ResultRecord, ResultsLog, RosterEntry, Snapshot } from '../ports.ts'

/**
 * The listing of a type with what became of each identity, some hundred at a time: listing and results log joined by
 * position.
 */
export async function* rowsOf(
  type: PrincipalType,
  snapshot: Snapshot,
  results: ResultsLog,
): AsyncGenerator<readonly Row[]> {
  const records = results.read(type)[Symbol.asyncIterator]()
  const nextBlock = async (): Promise<readonly ResultRecord[]> => (await records.next()).value ?? []
  let [block, at] = [await nextBlock(), 0]
  for await (const entries of snapshot.roster(type)) {
    const rows: Row[] = []
    for (const entry of entries) {
      const record = block[at]
      if (record?.position === entry.position) {
        rows.push(rowOf(type, entry, record.outcome))
        if (++at === block.length) [block, at] = [await nextBlock(), 0]
      } else rows.push(rowOf(type, entry, results.isDone(type, entry.position) ? { kind: 'linked' } : undefined))
    }
    yield rows
  }
}

function rowOf(type: PrincipalType, { id, told }: RosterEntry, outcome: Row['outcome']): Row {
  const divergence = outcome?.kind === 'divergent' ? outcome.divergence : undefined
  const { name, externalId } = told ?? divergence ?? { name: '', externalId: '' }
  return { principal: { type, id, name, externalId, active: told?.active }, outcome }
}
