import type { Ask } from '../http/ask.ts'
import type { MatchSource } from '../ports.ts'
import { matchOf } from './decode-match.ts'
import { type AccountAddress, urlsOf } from './url.ts'

/**
 * `matchWithIdp`, the call of the KB script: unlisted, one identity a call, and asked with an empty body. On an account
 * where AIM is on, Databricks syncs the identity before it answers.
 */
export function matchSourceOf({ ask, ...address }: AccountAddress & { readonly ask: Ask }): MatchSource {
  const urls = {
    users: urlsOf('users.match', address),
    groups: urlsOf('groups.match', address),
    'service-principals': urlsOf('service-principals.match', address),
  }
  const headers = { 'content-type': 'application/json' }
  return {
    match(type, id, signal) {
      const asked = { accountId: address.accountId, id }
      return ask(
        { call: `${type}.match`, url: urls[type](id), headers },
        (json) => matchOf(type, json, asked, `the match of ${type} ${id}`),
        signal,
      )
    },
  }
}
