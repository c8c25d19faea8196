/** The three kinds of Databricks principals, in the order in which everything lists them. */
export const PRINCIPAL_TYPES = ['users', 'groups', 'service-principals'] as const
export type PrincipalType = (typeof PRINCIPAL_TYPES)[number]

/** A principal as Databricks knows it. Absent, null and empty text are the same: `''`. */
export interface Principal {
  readonly type: PrincipalType
  /** Databricks' internal id, decimal digits; never a number, since it may pass 2^53. */
  readonly id: string
  /** The unique name: a user's username, a group's name, a service principal's application id. */
  readonly name: string
  /** The id of the directory object it is linked to; `''` when it is not linked. */
  readonly externalId: string
}

/** One principal that the user asked for by id. */
export interface Target {
  readonly type: PrincipalType
  readonly id: string
}

/** How a person calls a type: what labels, headings and messages say. */
export const TYPE_LABELS: Readonly<Record<PrincipalType | 'workspaces', string>> = {
  workspaces: 'workspaces',
  users: 'users',
  groups: 'groups',
  'service-principals': 'service principals',
}

/** One of them. */
export const TYPE_SINGULARS: Readonly<Record<PrincipalType | 'workspaces', string>> = {
  workspaces: 'workspace',
  users: 'user',
  groups: 'group',
  'service-principals': 'service principal',
}

export const isId = (text: string): boolean => /^\d{1,20}$/.test(text)
