import type { Row } from '../domain/judgement/evidence.ts'
import type { PrincipalType } from '../domain/principal.ts'
import type { ResultRecord, ResultsLog, Snapshot } from '../ports.ts'

/** The listing of a type with what became of each identity: listing and results log joined by position. */
export async function* rowsOf(type: PrincipalType, snapshot: Snapshot, results: ResultsLog): AsyncGenerator<Row> {
  const records = results.read(type)[Symbol.asyncIterator]()
  let next: ResultRecord | undefined = (await records.next()).value
  for await (const { position, id, told } of snapshot.roster(type)) {
    let outcome: Row['outcome'] = results.isDone(type, position) ? { kind: 'linked' } : undefined
    if (next?.position === position) {
      outcome = next.outcome
      next = (await records.next()).value
    }
    const divergence = outcome?.kind === 'divergent' ? outcome.divergence : undefined
    const { name, externalId } = told ?? divergence ?? { name: '', externalId: '' }
    yield { principal: { type, id, name, externalId, active: told?.active }, outcome }
  }
}
