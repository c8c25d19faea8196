import fc from 'fast-check'
import type { AllowEntry } from '../../src/domain/allow-list.ts'
import { type Evidence, MARKS } from '../../src/domain/finding.ts'
import type { Rule } from '../../src/domain/gate.ts'
import { JUDGEMENTS } from '../../src/domain/judgement/table.ts'
import { PRINCIPAL_TYPES } from '../../src/domain/principal.ts'
import { A, B, C, evidencesIn, type Given, rowOf, rule } from './cast.ts'

const ids = fc.constantFrom('', A, B, C, A.toUpperCase(), '00u1')

/** Principals in all states, few enough ids that they get into each other's way. */
const given: fc.Arbitrary<Given> = fc.record({
  type: fc.constantFrom(...PRINCIPAL_TYPES),
  name: fc.constantFrom('ada@example.com', 'bob@example.net', 'x#EXT#@t.onmicrosoft.com', 'plain'),
  externalId: ids,
  active: fc.constantFrom(true, false, undefined),
  idp: fc.option(fc.constantFrom('ada@example.com', 'ADA@example.com', 'other'), { nil: undefined }),
  nameMatches: fc.array(fc.constantFrom(A, B, C), { maxLength: 2 }),
  localMembers: fc.array(fc.constantFrom('7', '8'), { maxLength: 1 }),
})

/** The principals of an account, each with its id. */
export const accounts: fc.Arbitrary<Given[]> = fc
  .array(given, { maxLength: 12 })
  .map((all) => all.map((one, index) => ({ ...one, id: String(index + 1) })))

/** All that is wrong with them, in listing order. */
export const evidencesOfAccount = (account: readonly Given[]): Evidence[] =>
  PRINCIPAL_TYPES.flatMap((type) => {
    const ofType = account.filter((one) => one.type === type)
    return evidencesIn(
      ofType.map((one) => rowOf(type === 'groups' ? one : { ...one, localMembers: [] })),
      ['8'],
    )
  })

export const evidences: fc.Arbitrary<Evidence[]> = accounts.map(evidencesOfAccount)

const KEYS = ['*', 'users.*', 'blockers', 'review', 'hygiene', 'out-of-scope', 'groups.blockers', ...MARKS]
const LIMITS = ['0', '1', '0.1%', '3 or 1%']

export const rules: fc.Arbitrary<Rule[]> = fc
  .uniqueArray(fc.constantFrom(...KEYS), { minLength: 1, maxLength: 6 })
  .chain((keys) =>
    fc
      .array(fc.constantFrom(...LIMITS), { minLength: keys.length, maxLength: keys.length })
      .map((limits) => keys.map((key, index) => rule(key, limits[index]))),
  )

export const domains = fc.constantFrom<string[][]>([], ['example.com'], ['example.com', 'example.net'])

export const allowList: fc.Arbitrary<AllowEntry[]> = fc.array(
  fc
    .record({
      mark: fc.constantFrom(...MARKS),
      id: fc.integer({ min: 1, max: 12 }),
      expires: fc.constantFrom('2026-11-01', '2027-01-01'),
    })
    .chain(({ mark, id, expires }) =>
      fc
        .constantFrom(...JUDGEMENTS[mark].types)
        .map((type) => ({ type, id: String(id), mark, reason: 'r', owner: 'o', expires, line: 1 })),
    ),
  { maxLength: 8 },
)

/** Findings, and exceptions of which some are about them. */
export const accepted: fc.Arbitrary<[Evidence[], AllowEntry[]]> = evidences.chain((found) => {
  const fitting = found.flatMap(({ type, id, categories, reasons }) =>
    [...categories, ...reasons].map((mark) => ({
      type,
      id,
      mark,
      reason: 'r',
      owner: 'o',
      expires: '2027-01-01',
      line: 1,
    })),
  )
  return fc.tuple(fc.constant(found), fc.subarray(fitting), allowList).map(([all, some, others]) => {
    const isNamed = (one: AllowEntry) => some.some((other) => keyOf(other) === keyOf(one))
    return [all, [...some, ...others.filter((one) => !isNamed(one))]]
  })
})

const keyOf = ({ type, id, mark }: AllowEntry): string => [type, id, mark].join()
