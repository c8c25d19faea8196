import { ERROR_CATEGORIES, type ErrorCategory, type SubjectType } from './category.ts'

/** What a finding is about: the singular of `SubjectType`, as `findings.json` and the allow-list write it. */
export const FINDING_TYPES = ['user', 'group', 'service-principal', 'workspace'] as const
export type FindingType = (typeof FINDING_TYPES)[number]

export const SUBJECT_OF: Readonly<Record<FindingType, SubjectType>> = {
  user: 'users',
  group: 'groups',
  'service-principal': 'service-principals',
  workspace: 'workspaces',
}

export const FINDING_TYPE_OF: Readonly<Record<SubjectType, FindingType>> = {
  users: 'user',
  groups: 'group',
  'service-principals': 'service-principal',
  workspaces: 'workspace',
}

/** What the KB's categories do not tell; `JUDGEMENTS` says when each holds. */
export const FINDING_REASONS = [
  'SAME_OBJECT',
  'CASE_ONLY',
  'GUEST',
  'CONFLICT',
  'DUPLICATE_EXTERNAL_ID',
  'TARGET_TAKEN',
  'AMBIGUOUS_NAME',
  'FOREIGN_DOMAIN',
  'MALFORMED_EXTERNAL_ID',
  'STALE_SERVICE_PRINCIPAL',
  'NESTED_GROUP_MEMBER',
] as const
export type FindingReason = (typeof FINDING_REASONS)[number]

/** The most severe first. */
export const FINDING_CLASSES = ['blocker', 'review', 'out-of-scope', 'hygiene'] as const
export type FindingClass = (typeof FINDING_CLASSES)[number]

/** What can be accepted, counted and compared one by one: a category or a reason. */
export type Mark = ErrorCategory | FindingReason
export const MARKS: readonly Mark[] = [...ERROR_CATEGORIES, ...FINDING_REASONS]

/** Who has to act. */
export const OWNERS = ['databricks-admin', 'entra-admin', 'support', 'security'] as const
export type Owner = (typeof OWNERS)[number]

/** Both sides' values. What does not apply to the type is left out. */
export interface Compared {
  readonly databricks: {
    readonly name: string
    readonly externalId: string
    /** `null`: the listing does not tell. */
    readonly active: boolean | null
  }
  readonly idp: {
    /** Of the directory object with that external id; `null` when there is none, or it was not told. */
    readonly name: string | null
    /** Of the directory objects of that name. */
    readonly externalIds: readonly string[]
    /** Is there a directory object with that external id, for this principal or one that shares it? `null`: not known. */
    readonly knowsExternalId: boolean | null
  }
  /** Ids of direct members outside the IdP group, and which of them are groups. */
  readonly localMembers?: readonly string[]
  readonly externalMembers?: readonly string[]
  readonly groupMembers?: readonly string[]
  /** Ids of other principals of the type that hold the same external id; the first ones of very many. */
  readonly sharedWith?: readonly string[]
  /** Ids of other principals of the type that hold the external id to link to, or would be linked to it as well. */
  readonly targetOf?: readonly string[]
}

export interface WorkspaceCompared {
  readonly federation: 'disabled' | 'unknown'
}

/** What is known of one principal or workspace before any policy: the same for whoever judges it, whenever. */
export interface Evidence {
  readonly type: FindingType
  readonly id: string
  /** `''` for workspaces. */
  readonly name: string
  /** In the order of `ERROR_CATEGORIES`; none where only the listing tells that something is wrong. */
  readonly categories: readonly ErrorCategory[]
  /** In the order of `FINDING_REASONS`; without those that depend on a policy. */
  readonly reasons: readonly FindingReason[]
  readonly compared: Compared | WorkspaceCompared
}

/** One entry of `findings.json`. */
export interface Finding extends Evidence {
  readonly class: FindingClass
  readonly action: string
  readonly owner: Owner
  /** False where undoing would need an external id cleared, which is possible for groups only. */
  readonly reversible: boolean
}

export const marksOf = ({ categories, reasons }: Pick<Evidence, 'categories' | 'reasons'>): Mark[] => [
  ...categories,
  ...reasons,
]

/** Of a principal; `undefined` for a workspace. */
export const principalCompared = ({ compared }: Pick<Evidence, 'compared'>): Compared | undefined =>
  'databricks' in compared ? compared : undefined
