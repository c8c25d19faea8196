/** Production host names that the sandbox plays; the proxy refuses every other. */
export const ACCOUNT_HOSTS = [
  'accounts.azuredatabricks.net',
  'accounts.databricks.azure.us',
  'accounts.databricks.azure.cn',
  'accounts.cloud.databricks.com',
  'accounts-dod.cloud.databricks.us',
  'accounts.gcp.databricks.com',
] as const

/** Entra's authorities, with the audience that a GitHub token needs for each. */
export const LOGIN_HOSTS = {
  'login.microsoftonline.com': 'api://AzureADTokenExchange',
  'login.microsoftonline.us': 'api://AzureADTokenExchangeUSGov',
  'login.chinacloudapi.cn': 'api://AzureADTokenExchangeChina',
} as const

export const GRAPH_HOSTS = ['graph.microsoft.com', 'graph.microsoft.us', 'microsoftgraph.chinacloudapi.cn'] as const
export const OIDC_HOST = 'run-actions-1-azure-eastus.actions.githubusercontent.com'
export const RESULTS_HOST = 'results-receiver.actions.githubusercontent.com'
export const BLOB_HOST = 'productionresultssa1.blob.core.windows.net'
export const API_HOST = 'api.github.com'

export const KNOWN_HOSTS: readonly string[] = [
  ...ACCOUNT_HOSTS,
  ...Object.keys(LOGIN_HOSTS),
  ...GRAPH_HOSTS,
  ...[OIDC_HOST, RESULTS_HOST, BLOB_HOST, API_HOST],
]
