import { type CallName, EVERY_CALL } from '../http/calls.ts'

/** Where the account is reached, and as which. */
export interface AccountAddress {
  /** Host name of the account console. */
  readonly host: string
  readonly accountId: string
}

/** The address of a call, made from its row in the table of calls; every value is encoded as one path segment. */
export function urlOf(
  call: CallName,
  { host, accountId }: AccountAddress,
  id = '',
  query?: Readonly<Record<string, string>>,
): string {
  const template: string = EVERY_CALL[call].path
  const path = template.replace('{account}', encodeURIComponent(accountId)).replace('{id}', encodeURIComponent(id))
  return `https://${host}${path}${query === undefined ? '' : `?${new URLSearchParams(query)}`}`
}
