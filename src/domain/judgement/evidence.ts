import type { Details, Divergence } from '../divergence.ts'
import { type Compared, type Evidence, FINDING_TYPE_OF } from '../finding.ts'
import type { Outcome } from '../outcome.ts'
import type { Principal } from '../principal.ts'
import type { Workspace } from '../workspace.ts'
import { type Holders, targetOf } from './holders.ts'
import { reasonsOf } from './reasons.ts'

/** A principal as it was listed; `active` and `externalId` as far as the listing told. */
export interface ListedPrincipal extends Principal {
  readonly active: boolean | undefined
}

/** One listed principal and what became of it; no outcome: not reached. */
export interface Row {
  readonly principal: ListedPrincipal
  readonly outcome:
    | Exclude<Outcome, { kind: 'divergent' }>
    | { readonly kind: 'divergent'; readonly divergence: Divergence }
    | undefined
}

export interface EvidenceContext {
  readonly idpIsEntra: boolean
  /** Is this principal a group? For members whose type the match did not tell. */
  readonly isGroup: (id: string) => boolean
}

/** One row of a pass before: who holds what. Identities that are gone hold nothing any more. */
export function noteHolder({ principal, outcome }: Row, holders: Holders): void {
  if (outcome?.kind === 'gone') return
  const divergence = outcome?.kind === 'divergent' ? outcome.divergence : undefined
  holders.add(principal.id, principal.externalId || (divergence?.externalId ?? ''))
  if (divergence !== undefined) holders.diverges(divergence)
}

/** The external ids by which a row may have to do with another one, each once, in lower case. */
export function externalIdsOf({ principal, outcome }: Row): string[] {
  if (outcome?.kind === 'gone') return []
  const found: string[] = []
  const find = (externalId = '') => {
    const key = externalId.toLowerCase()
    if (key !== '' && !found.includes(key)) found.push(key)
  }
  find(principal.externalId)
  if (outcome?.kind !== 'divergent') return found
  // What the match tells may differ from what the listing told before.
  find(outcome.divergence.externalId)
  find(targetOf(outcome.divergence))
  return found
}

/**
 * One row of the last pass, all being noted that have an external id of it too; `undefined`: nothing is wrong with it, as
 * far as is known.
 */
export function evidenceOf(
  { principal, outcome }: Row,
  holders: Holders,
  context: EvidenceContext,
): Evidence | undefined {
  if (outcome?.kind === 'gone') return undefined
  if (outcome?.kind === 'divergent') return evidenceOfDivergence(outcome.divergence, principal, holders, context)
  const { type, id, name, externalId } = principal
  const sharedWith = holders.others(id, externalId)
  if (sharedWith.length === 0) return undefined
  const compared: Compared = {
    databricks: { name, externalId, active: principal.active ?? null },
    idp: { name: null, externalIds: [], knowsExternalId: holders.isKnown(externalId) },
    sharedWith,
  }
  return withReasons({ type, id, name }, [], compared, {}, context)
}

function evidenceOfDivergence(
  divergence: Divergence,
  { active }: Pick<ListedPrincipal, 'active'>,
  holders: Holders,
  context: EvidenceContext,
): Evidence {
  const { type, id, name, externalId, categories, nameMatches, localMembers, externalMembers } = divergence
  const sharedWith = holders.others(id, externalId)
  const targetOf = holders.rivals(divergence)
  const members = [...localMembers, ...externalMembers]
  const groupMembers = divergence.groupMembers ?? members.filter(context.isGroup)
  const compared: Compared = {
    databricks: { name, externalId, active: active ?? null },
    idp: {
      name: divergence.idpName ?? null,
      externalIds: nameMatches,
      knowsExternalId: externalId === '' ? null : isKnown(divergence, sharedWith, holders),
    },
    ...(type === 'groups' ? { localMembers, externalMembers, groupMembers } : {}),
    ...(sharedWith.length > 0 ? { sharedWith } : {}),
    ...(targetOf.length > 0 ? { targetOf } : {}),
  }
  return withReasons({ type, id, name }, categories, compared, divergence, context)
}

/** By itself, or for another holder of the same id in another spelling. */
const isKnown = ({ externalId, categories }: Divergence, sharedWith: readonly string[], holders: Holders): boolean =>
  !categories.includes('EXTERNAL_ID_NOT_IN_IDP') || (sharedWith.length > 0 && holders.isKnown(externalId))

function withReasons(
  { type: subject, id, name }: Pick<Principal, 'type' | 'id' | 'name'>,
  categories: Evidence['categories'],
  compared: Compared,
  { isGuest = false }: Details,
  { idpIsEntra }: EvidenceContext,
): Evidence {
  const type = FINDING_TYPE_OF[subject]
  const reasons = reasonsOf({ type, name, categories, compared, isGuest, idpIsEntra })
  return { type, id, name, categories, reasons, compared }
}

/** `undefined` for a workspace with identity federation. */
export const evidenceOfWorkspace = ({ id, federation }: Pick<Workspace, 'id' | 'federation'>): Evidence | undefined =>
  federation === 'enabled'
    ? undefined
    : {
        type: 'workspace',
        id,
        name: '',
        categories: ['IDENTITY_FEDERATION_DISABLED'],
        reasons: [],
        compared: { federation },
      }
