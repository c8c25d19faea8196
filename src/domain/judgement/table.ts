import { CATEGORIES_OF } from '../category.ts'
import {
  type Evidence,
  FINDING_CLASSES,
  FINDING_TYPES,
  type FindingClass,
  type FindingReason,
  type FindingType,
  MARKS,
  type Mark,
  principalCompared,
  SUBJECT_OF,
} from '../finding.ts'

/** How one category or reason weighs. */
export interface Judgement {
  /** For readers: when it holds. */
  readonly when: string
  readonly types: readonly FindingType[]
  readonly class: FindingClass
  /** What lightens it, and to which class. */
  readonly lighter?: {
    readonly by: readonly FindingReason[] | 'unknown-to-idp'
    readonly class: FindingClass
  }
}

const principals: readonly FindingType[] = ['user', 'group', 'service-principal']
const having = (mark: Mark): FindingType[] =>
  FINDING_TYPES.filter((type) => (CATEGORIES_OF[SUBJECT_OF[type]] as readonly Mark[]).includes(mark))

/** The one table that decides which findings block, and which do not. The README shows it. */
export const JUDGEMENTS: Readonly<Record<Mark, Judgement>> = {
  EXTERNAL_ID_NOT_IN_IDP: {
    when: 'the external id is set, and the identity provider has no identity of that type with it',
    types: having('EXTERNAL_ID_NOT_IN_IDP'),
    class: 'hygiene',
    lighter: { by: ['FOREIGN_DOMAIN'], class: 'out-of-scope' },
  },
  EXTERNAL_ID_MATCH_NAME_MISMATCH: {
    when: 'the identity with that external id has another unique name',
    types: having('EXTERNAL_ID_MATCH_NAME_MISMATCH'),
    class: 'blocker',
    lighter: { by: ['SAME_OBJECT', 'CASE_ONLY', 'GUEST'], class: 'review' },
  },
  NAME_MATCH_EXTERNAL_ID_MISMATCH: {
    when: 'the identity provider knows the name under another external id',
    types: having('NAME_MATCH_EXTERNAL_ID_MISMATCH'),
    class: 'blocker',
  },
  GROUP_HAS_LOCAL_MEMBERS_WITHOUT_EXTERNAL_ID: {
    when: 'direct members without external id are not in the IdP group',
    types: ['group'],
    class: 'review',
  },
  GROUP_HAS_LOCAL_MEMBERS_WITH_EXTERNAL_ID: {
    when: 'direct members with external id are not in the IdP group',
    types: ['group'],
    class: 'review',
  },
  IDENTITY_FEDERATION_DISABLED: {
    when: 'the workspace has no identity federation',
    types: ['workspace'],
    class: 'review',
  },
  SAME_OBJECT: {
    when: 'the name differs, yet the look-up by name gives the very object of the external id: no ticket needed',
    types: principals,
    class: 'review',
  },
  CASE_ONLY: { when: 'the names differ by letter case only', types: principals, class: 'review' },
  GUEST: { when: 'a name with `#EXT#`, or a guest of another tenant', types: ['user'], class: 'review' },
  CONFLICT: {
    when: 'the external id leads to one object, the name to another: never plan a change',
    types: principals,
    class: 'blocker',
  },
  DUPLICATE_EXTERNAL_ID: {
    when: 'two or more principals of a type hold one external id, compared without letter case',
    types: principals,
    class: 'blocker',
    lighter: { by: 'unknown-to-idp', class: 'hygiene' },
  },
  TARGET_TAKEN: {
    when: 'another principal holds the external id to link to, or two would be linked to it',
    types: principals,
    class: 'blocker',
  },
  AMBIGUOUS_NAME: { when: 'several IdP groups have the name of the group', types: ['group'], class: 'blocker' },
  FOREIGN_DOMAIN: {
    when: "not in the identity provider, and the username's domain is not one of `primary-domains`",
    types: ['user'],
    class: 'out-of-scope',
  },
  MALFORMED_EXTERNAL_ID: {
    when: 'the external id is not a GUID, where the identity provider is Entra',
    types: principals,
    class: 'hygiene',
  },
  STALE_SERVICE_PRINCIPAL: {
    when: 'not known to be inactive, and the identity provider does not know its external id: its jobs may stop',
    types: ['service-principal'],
    class: 'blocker',
  },
  NESTED_GROUP_MEMBER: {
    when: 'a member outside the IdP group is a group: link and nest it, do not flatten it',
    types: ['group'],
    class: 'review',
  },
}

/**
 * The class of one mark. What lightens it does so even when it was itself accepted: to accept a fact does not make it
 * untrue.
 */
export function classOfMark(mark: Mark, evidence: Pick<Evidence, 'reasons' | 'compared'>): FindingClass {
  const { class: usual, lighter } = JUDGEMENTS[mark]
  if (lighter === undefined) return usual
  const holds =
    lighter.by === 'unknown-to-idp'
      ? principalCompared(evidence)?.idp.knowsExternalId === false
      : lighter.by.some((reason) => evidence.reasons.includes(reason))
  return holds ? lighter.class : usual
}

/** The most severe class of what remains; `undefined` when nothing does. */
export function classOf(
  remaining: readonly Mark[],
  evidence: Pick<Evidence, 'reasons' | 'compared'>,
): FindingClass | undefined {
  const classes = remaining.map((mark) => classOfMark(mark, evidence))
  return FINDING_CLASSES.find((one) => classes.includes(one))
}

/** The classes that a mark of a type may have. */
export function classesOfMark(mark: Mark, type: FindingType): FindingClass[] {
  const { types, class: usual, lighter } = JUDGEMENTS[mark]
  if (!types.includes(type)) return []
  const canBeLighter =
    lighter?.by === 'unknown-to-idp' || lighter?.by.some((reason) => JUDGEMENTS[reason].types.includes(type))
  return lighter !== undefined && canBeLighter ? [usual, lighter.class] : [usual]
}

/** The types in which a class can occur. */
export const typesOfClass = (wanted: FindingClass): FindingType[] =>
  FINDING_TYPES.filter((type) => MARKS.some((mark) => classesOfMark(mark, type).includes(wanted)))
