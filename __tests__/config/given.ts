import { type AuditConfig, configOf } from '../../src/config.ts'

export const ACCOUNT = '0b3c9f5e-1c2d-4e3f-8a4b-5c6d7e8f9a0b'
export const TENANT = '11111111-2222-4333-8444-555555555555'
export const CLIENT = '99999999-8888-4777-8666-555555555555'

const COMPLETE = { 'databricks-account-id': ACCOUNT, 'azure-tenant-id': TENANT, 'azure-client-id': CLIENT }

/** A complete set of inputs, with these on top; an empty text takes one away. */
export const given = (inputs: Readonly<Record<string, string>> = {}): ReadonlyMap<string, string> =>
  new Map(Object.entries({ ...COMPLETE, ...inputs }))

/** What is wrong with these inputs; nothing when they are accepted. */
export function problemsWith(inputs: Readonly<Record<string, string>>): readonly string[] {
  const result = configOf(given(inputs), 'workflow_dispatch')
  return 'problems' in result ? result.problems : []
}

export function configWith(inputs: Readonly<Record<string, string>> = {}): AuditConfig {
  const result = configOf(given(inputs), 'workflow_dispatch')
  if ('problems' in result) throw new Error(result.problems.join('\n'))
  if (result.config.mode !== 'audit') throw new Error('this is no audit')
  return result.config
}
