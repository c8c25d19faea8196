import { type CallName, EVERY_CALL } from '../http/calls.ts'

/** Where the account is reached, and as which. */
export interface AccountAddress {
  /** Host name of the account console. */
  readonly host: string
  readonly accountId: string
}

/** The addresses of a call, made from its row in the table of calls; every value is encoded as one path segment. */
export function urlsOf(call: CallName, { host, accountId }: AccountAddress): (id: string) => string {
  const template: string = EVERY_CALL[call].path
  const [before, after] = `https://${host}${template.replace('{account}', encodeURIComponent(accountId))}`.split('{id}')
  return (id) => (after === undefined ? `${before}` : `${before}${encodeURIComponent(id)}${after}`)
}

/** One of them. */
export const urlOf = (
  call: CallName,
  address: AccountAddress,
  id = '',
  query?: Readonly<Record<string, string>>,
): string => `${urlsOf(call, address)(id)}${query === undefined ? '' : `?${new URLSearchParams(query)}`}`
