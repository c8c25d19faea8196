import { isIP } from 'node:net'
import type { Problem } from '../domain/gate.ts'
import { shown } from './values.ts'

export type AzureEnvironment = 'public' | 'usgovernment' | 'china'
export const AZURE_ENVIRONMENTS = ['public', 'usgovernment', 'china'] as const satisfies readonly AzureEnvironment[]

interface Console {
  /** `undefined`: not on Azure. */
  readonly azure: AzureEnvironment | undefined
  /** Under which its workspaces live. */
  readonly zone: string
}

/** The account consoles there are. A token is sent to no other host. */
const CONSOLES = {
  'accounts.azuredatabricks.net': { azure: 'public', zone: '.azuredatabricks.net' },
  'accounts.databricks.azure.us': { azure: 'usgovernment', zone: '.databricks.azure.us' },
  'accounts.databricks.azure.cn': { azure: 'china', zone: '.databricks.azure.cn' },
  'accounts.cloud.databricks.com': { azure: undefined, zone: '.cloud.databricks.com' },
  'accounts-dod.cloud.databricks.us': { azure: undefined, zone: '.cloud.databricks.us' },
  'accounts.gcp.databricks.com': { azure: undefined, zone: '.gcp.databricks.com' },
} as const satisfies Readonly<Record<string, Console>>

export type AccountHost = keyof typeof CONSOLES
export const ACCOUNT_HOSTS = Object.keys(CONSOLES) as readonly AccountHost[]

/** The Azure cloud of an account console; `undefined` when it is on another cloud. */
export const azureEnvironmentOf = (host: AccountHost): AzureEnvironment | undefined => CONSOLES[host].azure

/**
 * The account console that a text names. Whatever is accepted equals, letter by letter, one of the closed list: no
 * parser stands between the comparison and the host that tokens are sent to.
 */
export function accountHostOf(text: string): AccountHost | Problem {
  const name = /^(?:https:\/\/)?([a-z0-9.-]+)\/?$/i.exec(text)?.[1]?.toLowerCase()
  return ACCOUNT_HOSTS.find((host) => host === name) ?? { problem: `${quoted(text)} ${whyNot(text)}` }
}

/** Neither a password nor a query belongs in a message. */
const quoted = (text: string): string =>
  shown(text.replace(/^([a-z]+:\/\/)?.*@/is, '$1***@').replace(/[?#].*$/s, '?...'))

const WRITE = `write one of ${ACCOUNT_HOSTS.join(', ')}`

function whyNot(text: string): string {
  const withScheme = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `https://${text}`
  const url = URL.canParse(withScheme) ? new URL(withScheme) : undefined
  if (url === undefined || /[^\x21-\x7e]/.test(text)) return `is not a host name; ${WRITE}`
  const console = ACCOUNT_HOSTS.find((host) => host === url.hostname)
  const workspaceOf = ACCOUNT_HOSTS.find((host) => url.hostname.endsWith(CONSOLES[host].zone))
  if (console === undefined && workspaceOf !== undefined)
    return `is not an account console but looks like a workspace; write ${workspaceOf}`
  const write = console === undefined ? WRITE : `write ${console}`
  if (url.protocol !== 'https:') return `must use https; ${write}`
  if (url.username !== '' || url.password !== '' || text.includes('@'))
    return `must hold neither user nor password; ${write}`
  if (/:\d*$/.test(withScheme.split('/')[2] ?? '')) return `must not name a port; ${write}`
  if (isIP(url.hostname) !== 0 || url.hostname.startsWith('[')) return `is an address, not a host name; ${write}`
  return console === undefined ? `is not an account console; ${write}` : `must hold nothing but the host; ${write}`
}
