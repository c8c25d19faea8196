import type { Ask } from '../http/ask.ts'
import type { MatchSource } from '../ports.ts'
import { matchOf } from './decode-match.ts'
import { type AccountAddress, urlOf } from './url.ts'

/**
 * `matchWithIdp`, the call of the KB script: unlisted, one identity a call, and asked with an empty body. On an account
 * where AIM is on, Databricks syncs the identity before it answers.
 */
export function matchSourceOf({ ask, ...address }: AccountAddress & { readonly ask: Ask }): MatchSource {
  return {
    match(type, id, signal) {
      const call = `${type}.match` as const
      const asked = { accountId: address.accountId, id }
      return ask(
        { call, url: urlOf(call, address, id), headers: { 'content-type': 'application/json' } },
        (json) => matchOf(type, json, asked, `the match of ${type} ${id}`),
        signal,
      )
    },
  }
}
