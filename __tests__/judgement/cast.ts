import type { Unchecked } from '../../src/domain/baseline.ts'
import type { ErrorCategory, SubjectType } from '../../src/domain/category.ts'
import { type Details, type Divergence, divergenceOf } from '../../src/domain/divergence.ts'
import type { Evidence } from '../../src/domain/finding.ts'
import { isProblem, type Rule, ruleOf } from '../../src/domain/gate.ts'
import { evidenceOf, noteHolder, type Row } from '../../src/domain/judgement/evidence.ts'
import { EvidenceTally } from '../../src/domain/judgement/evidence-tally.ts'
import { Holders } from '../../src/domain/judgement/holders.ts'
import { Judge, type Policy } from '../../src/domain/judgement/judge.ts'
import { PRINCIPAL_TYPES, type PrincipalType } from '../../src/domain/principal.ts'
import type { Tally } from '../../src/domain/tally.ts'

export const EVERYTHING_CHECKED: Unchecked = { ids: new Set(), types: new Set() }

export const GUIDS = [
  '00000000-0000-4000-8000-00000000000a',
  '00000000-0000-4000-8000-00000000000b',
  '00000000-0000-4000-8000-00000000000c',
] as const
export const [A, B, C] = GUIDS

export const TODAY = '2026-11-22'

export const policyOf = (changes: Partial<Policy> = {}): Policy => ({
  primaryDomains: [],
  rules: [],
  allowList: [],
  today: TODAY,
  newOnly: false,
  ratchet: false,
  ...changes,
})

const ALL: readonly SubjectType[] = ['workspaces', ...PRINCIPAL_TYPES]

export function rule(key: string, limit = '0', included: readonly SubjectType[] = ALL): Rule {
  const read = ruleOf(key, limit, included)
  if (isProblem(read)) throw new Error(read.problem)
  return read
}

/** What is known of one principal; the rest is as if it were nobody special. */
export interface Given extends Details {
  readonly type?: PrincipalType
  readonly id?: string
  readonly name?: string
  readonly externalId?: string
  readonly active?: boolean | undefined
  /** `undefined`: the IdP does not know the external id. */
  readonly idp?: string | undefined
  readonly nameMatches?: readonly string[]
  readonly localMembers?: readonly string[]
  readonly externalMembers?: readonly string[]
}

/** A row as an audit would make it. */
export function rowOf(given: Given): Row {
  const { type = 'users', id = '1', name = 'ada@example.com', externalId = A, active } = given
  const { nameMatches = [], localMembers = [], externalMembers = [], idpName, isGuest, groupMembers } = given
  const principal = { type, id, name, externalId, active }
  const byExternalId = given.idp === undefined ? undefined : { name: given.idp }
  const divergence: Divergence | undefined = divergenceOf({
    principal: { type, id, name, externalId },
    byExternalId,
    nameMatches,
    localMembers,
    externalMembers,
  })
  if (divergence === undefined) return { principal, outcome: { kind: externalId === '' ? 'local-only' : 'linked' } }
  const told = byExternalId !== undefined && byExternalId.name !== name ? { idpName: byExternalId.name } : {}
  const details: Details = {
    ...told,
    ...(idpName === undefined ? {} : { idpName }),
    ...(isGuest === undefined ? {} : { isGuest }),
    ...(groupMembers === undefined ? {} : { groupMembers }),
  }
  return { principal, outcome: { kind: 'divergent', divergence: { ...divergence, ...details } } }
}

/** All evidence in rows of one type, in their order. */
export function evidencesIn(rows: readonly Row[], groups: readonly string[] = [], idpIsEntra = true): Evidence[] {
  const holders = new Holders()
  for (const row of rows) noteHolder(row, holders)
  const context = { idpIsEntra, isGroup: (id: string) => groups.includes(id) }
  return rows.flatMap((row) => evidenceOf(row, holders, context) ?? [])
}

export const evidencesOf = (...given: readonly Given[]): Evidence[] =>
  evidencesIn(given.map((one, index) => rowOf({ id: String(index + 1), ...one })))

/** The tally of an account of so many identities of each type, of which these differ. */
export function tallyWith(evidences: readonly Evidence[], listed = 1_000): Tally {
  const counted = new EvidenceTally()
  for (const evidence of evidences) counted.add(evidence)
  const of = (type: PrincipalType) => counted.tally(type, { listed, checked: listed, failed: 0, gone: 0, localOnly: 0 })
  const divergent = counted.divergent('workspaces')
  return {
    workspaces: { listed: 20, telling: 20, federated: 20 - divergent, divergent },
    principals: { users: of('users'), groups: of('groups'), 'service-principals': of('service-principals') },
  }
}

export function judged(
  evidences: readonly Evidence[],
  policy: Policy,
  baseline?: ConstructorParameters<typeof Judge>[1],
) {
  const judge = new Judge(policy, baseline)
  const findings = evidences.flatMap((evidence) => judge.add(evidence) ?? [])
  return { findings, result: judge.result(tallyWith(evidences), { ids: new Set(), types: new Set() }) }
}

export const categories = (evidence: Evidence | undefined): readonly ErrorCategory[] => evidence?.categories ?? []
