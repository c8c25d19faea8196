import { AuditError } from '../domain/failure.ts'
import { type PrincipalType, TYPE_LABELS } from '../domain/principal.ts'
import type { Ask } from '../http/ask.ts'
import type { Account } from '../ports.ts'
import { confirmResource, pageOf, workspacesOf } from './decode.ts'
import { type AccountAddress, urlOf } from './url.ts'

/** The vendor's documentation calls both 10,000 and 100 the most; the KB script asks for 100. */
const PAGE_SIZE = 100

/** Only what is read: roles cost the server time, and say something of service principals only. */
export const ATTRIBUTES: Readonly<Record<PrincipalType, string>> = {
  users: 'id,userName,externalId,active',
  groups: 'id,displayName,externalId',
  'service-principals': 'id,applicationId,externalId,active,roles',
}

/** The Databricks account over its account API: workspaces, and principals by SCIM 2.1 as the KB script reads them. */
export function accountOf({ ask, ...address }: AccountAddress & { readonly ask: Ask }): Account {
  return {
    workspaces: (signal) =>
      ask({ call: 'workspaces.list', url: urlOf('workspaces.list', address) }, workspacesOf, signal),

    page(type, startIndex, signal) {
      const call = `${type}.list` as const
      const query = { startIndex: String(startIndex), count: String(PAGE_SIZE), attributes: ATTRIBUTES[type] }
      const what = `the list of ${TYPE_LABELS[type]} from ${startIndex}`
      return ask({ call, url: urlOf(call, address, '', query) }, (json) => pageOf(type, json, startIndex, what), signal)
    },

    async exists(type, id, signal) {
      const call = `${type}.get` as const
      const url = urlOf(call, address, id, { attributes: 'id' })
      try {
        await ask({ call, url }, (json) => confirmResource(json, id, `the look-up of ${type} ${id}`), signal)
        return true
      } catch (error) {
        if (error instanceof AuditError && error.reason === 'not-found') return false
        throw error
      }
    },
  }
}
