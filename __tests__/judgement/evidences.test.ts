import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Row } from '../../src/domain/judgement/evidence.ts'
import { evidencesIn } from '../../src/files/evidences.ts'
import { A, evidencesIn as evidencesAtOnce, rowOf } from './cast.ts'

/** Many enough that most come up once. */
const known = [A, A.toUpperCase(), ...'bcdefghijk']
const externalId = fc.constantFrom('', ...known)

const row: fc.Arbitrary<Row> = fc
  .record({
    given: fc.record({
      externalId,
      idp: fc.option(fc.constantFrom('ada@example.com', 'other'), { nil: undefined }),
      // Candidates without one are left out when an answer is read.
      nameMatches: fc.array(fc.constantFrom(...known), { maxLength: 2 }),
    }),
    listedAs: fc.option(externalId, { nil: undefined, freq: 3 }),
    gone: fc.boolean(),
  })
  .map(({ given, listedAs, gone }) => {
    const { principal, outcome } = rowOf(given)
    const listed = { ...principal, externalId: listedAs ?? principal.externalId }
    return { principal: listed, outcome: gone ? { kind: 'gone' } : outcome }
  })

/** Blocks of rows, as they are read. */
const rows = fc.array(row, { maxLength: 12 }).chain((all) => {
  const named = all.map((one, index): Row => withId(one, String(index + 1)))
  return fc.nat(named.length).map((cut) => [named.slice(0, cut), named.slice(cut)])
})

function withId({ principal, outcome }: Row, id: string): Row {
  const own = outcome?.kind === 'divergent' ? { ...outcome, divergence: { ...outcome.divergence, id } } : outcome
  return { principal: { ...principal, id }, outcome: own }
}

test('evidence is the same as if every holder were remembered, and each row is noted once', async () => {
  await fc.assert(
    fc.asyncProperty(rows, async (blocks) => {
      const noted: Row[] = []
      const read = async function* () {
        yield* blocks
      }
      const context = { idpIsEntra: true, isGroup: () => false }
      const found = await Array.fromAsync(evidencesIn(read, context, (one) => noted.push(one)))
      expect(found.flat()).toEqual(evidencesAtOnce(blocks.flat()))
      expect(noted).toEqual(blocks.flat())
    }),
    { numRuns: 500 },
  )
})
