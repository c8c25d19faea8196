import { PRINCIPAL_TYPES, type PrincipalType } from './principal.ts'

/** The KB's closed set, in the order in which they stand within a cell. */
export const ERROR_CATEGORIES = [
  'EXTERNAL_ID_NOT_IN_IDP',
  'EXTERNAL_ID_MATCH_NAME_MISMATCH',
  'NAME_MATCH_EXTERNAL_ID_MISMATCH',
  'GROUP_HAS_LOCAL_MEMBERS_WITHOUT_EXTERNAL_ID',
  'GROUP_HAS_LOCAL_MEMBERS_WITH_EXTERNAL_ID',
  'IDENTITY_FEDERATION_DISABLED',
] as const
export type ErrorCategory = (typeof ERROR_CATEGORIES)[number]

/** What a rule can be about: workspaces, and each type of principal. */
export const SUBJECT_TYPES = ['workspaces', ...PRINCIPAL_TYPES] as const
export type SubjectType = 'workspaces' | PrincipalType

const identity: readonly ErrorCategory[] = ERROR_CATEGORIES.slice(0, 3)

/** Which categories can occur in which type. */
export const CATEGORIES_OF: Readonly<Record<SubjectType, readonly ErrorCategory[]>> = {
  workspaces: ['IDENTITY_FEDERATION_DISABLED'],
  users: identity,
  groups: ERROR_CATEGORIES.slice(0, 5),
  'service-principals': identity,
}
