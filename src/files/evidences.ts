import type { Evidence } from '../domain/finding.ts'
import { type EvidenceContext, evidenceOf, externalIdsOf, noteHolder, type Row } from '../domain/judgement/evidence.ts'
import { Holders } from '../domain/judgement/holders.ts'
import { Repeats } from '../domain/repeats.ts'

/**
 * The evidence in the rows of one type, in their order; both come some hundred at a time. `rows` is read two or three times, for who holds an external id is
 * only remembered of those that come up more than once; most come up once. `note` is told of each row before the first
 * evidence.
 */
export async function* evidencesIn(
  rows: () => AsyncIterable<readonly Row[]>,
  context: EvidenceContext,
  note: (row: Row) => void = () => {},
): AsyncGenerator<readonly Evidence[]> {
  const repeats = new Repeats()
  for await (const block of rows())
    for (const row of block) {
      note(row)
      for (const externalId of externalIdsOf(row)) repeats.add(externalId)
    }
  const holders = new Holders()
  if (repeats.any)
    for await (const block of rows())
      for (const row of block)
        if (externalIdsOf(row).some((externalId) => repeats.has(externalId))) noteHolder(row, holders)
  for await (const block of rows())
    yield block.map((row) => evidenceOf(row, holders, context)).filter((evidence) => evidence !== undefined)
}
