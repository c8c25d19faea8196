import type { Divergence } from '../domain/divergence.ts'
import { type Failure, failureText } from '../domain/failure.ts'
import { PRINCIPAL_TYPES, type PrincipalType } from '../domain/principal.ts'
import type { Workspace } from '../domain/workspace.ts'
import { FINDINGS_FILE } from './findings-json.ts'

/** One CSV file: its columns, in the order of the KB script, and how a row fills them. */
export interface Table<Row> {
  readonly file: string
  readonly header: readonly string[]
  readonly cells: (row: Row) => string[]
}

type Columns<Row> = Readonly<Record<string, (row: Row) => string>>

function table<Row>(file: string, columns: Columns<Row>): Table<Row> {
  const formulas = Object.values(columns)
  return { file, header: Object.keys(columns), cells: (row) => formulas.map((formula) => formula(row)) }
}

const listed = (values: readonly string[]): string => values.join(';')

export const WORKSPACES_TABLE: Table<Pick<Workspace, 'id'>> = table('divergence_workspaces.csv', {
  workspaceId: ({ id }) => id,
  errorCategories: () => 'IDENTITY_FEDERATION_DISABLED',
})

/** What was listed: one id a row. */
export const IDENTITIES_TABLES: Readonly<Record<PrincipalType, Table<string>>> = {
  users: table('identities_to_process_users.csv', { id: (id) => id }),
  groups: table('identities_to_process_groups.csv', { id: (id) => id }),
  'service-principals': table('identities_to_process_service_principals.csv', { id: (id) => id }),
}

export const DIVERGENCES_TABLES: Readonly<Record<PrincipalType, Table<Divergence>>> = {
  users: table('idp_divergence_users.csv', {
    id: ({ id }) => id,
    username: ({ name }) => name,
    externalId: ({ externalId }) => externalId,
    externalIdWithUsernameMatch: ({ nameMatches }) => listed(nameMatches),
    errorCategories: ({ categories }) => listed(categories),
  }),
  groups: table('idp_divergence_groups.csv', {
    id: ({ id }) => id,
    groupName: ({ name }) => name,
    externalId: ({ externalId }) => externalId,
    externalIdsWithGroupnameMatch: ({ nameMatches }) => listed(nameMatches),
    localMembersNotInIdpInternalIds: ({ localMembers }) => listed(localMembers),
    externalMembersNotInIdpInternalIds: ({ externalMembers }) => listed(externalMembers),
    errorCategories: ({ categories }) => listed(categories),
  }),
  'service-principals': table('idp_divergence_service_principals.csv', {
    id: ({ id }) => id,
    applicationId: ({ name }) => name,
    externalId: ({ externalId }) => externalId,
    externalIdWithAppIdMatch: ({ nameMatches }) => listed(nameMatches),
    errorCategories: ({ categories }) => listed(categories),
  }),
}

/** The KB script's word for a type, in the `type` column. */
export const TYPE_CODES: Readonly<Record<PrincipalType, string>> = {
  users: 'USER',
  groups: 'GROUP',
  'service-principals': 'SERVICE_PRINCIPAL',
}

export const FAILURES_TABLE: Table<Failure> = table('idp_divergence_failures.csv', {
  id: ({ id }) => id,
  type: ({ type }) => TYPE_CODES[type],
  error: (failure) => failureText(failure),
})

export const REPORT_FILE = 'report.json'

/** There while an audit is unfinished, as the KB script calls it; it is no result and goes into no artifact. */
export const PROGRESS_FILE = 'idp_divergence_progress.json'

/** Files that exist only when the type is included. */
export const filesOf = (type: PrincipalType): string[] => [IDENTITIES_TABLES[type].file, DIVERGENCES_TABLES[type].file]

/** Every name that is ours in the results folder, in the order in which an audit writes them. */
export const FILE_NAMES: readonly string[] = [
  WORKSPACES_TABLE.file,
  ...PRINCIPAL_TYPES.map((type) => IDENTITIES_TABLES[type].file),
  ...PRINCIPAL_TYPES.map((type) => DIVERGENCES_TABLES[type].file),
  FAILURES_TABLE.file,
  FINDINGS_FILE,
  REPORT_FILE,
  PROGRESS_FILE,
]
