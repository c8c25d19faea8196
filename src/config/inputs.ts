import { DEFAULT_ALLOW_LIST, DEFAULT_CONFIG_FILE } from './policy.ts'

/**
 * Every input and what it is when nothing is given: the one source that `action.yml` follows. The runner passes the
 * defaults of `action.yml` on, so an input counts as given only when it says something else.
 */
export const INPUTS = {
  'databricks-account-id': '',
  'databricks-host': 'https://accounts.azuredatabricks.net',
  'auth-type': 'github-oidc-azure',
  'azure-tenant-id': '',
  'azure-client-id': '',
  'azure-environment': 'public',
  'databricks-client-id': '',
  'databricks-client-secret': '',
  'oidc-audience': '',
  'include-users': 'true',
  'include-groups': 'true',
  'include-service-principals': 'true',
  'target-identities': '',
  'match-source': 'databricks',
  thresholds: '',
  'max-failures': '',
  'warn-only': '',
  'max-concurrency': '64',
  'requests-per-second': '0',
  'max-duration': '330',
  resume: 'auto',
  'resume-max-age': '36',
  'progress-key': '',
  'results-path': 'aim-readiness',
  'csv-format': 'safe',
  'upload-artifact': 'true',
  'artifact-name': 'aim-readiness',
  'artifact-retention-days': '',
  'allow-public-artifact': 'false',
  'job-summary': 'true',
  mode: 'audit',
  'evaluate-from': '',
  'audit-workflow': '',
  'max-result-age': '',
  'config-file': '',
  'primary-domains': '',
  baseline: '',
  'new-only': '',
  ratchet: '',
  'allow-list': '',
  'allow-list-max-days': '',
  redact: '',
  'pr-comment': '',
  // An expression that only the runner can work out.
  'github-token': '$' + '{{ github.token }}',
} as const satisfies Readonly<Record<string, string>>

export type InputName = keyof typeof INPUTS
/**
 * What an input is when neither it nor the config file says something. These are not in `action.yml`: the runner would pass
 * them on as if somebody had written them, and what is written beats the file.
 */
export const LATE_DEFAULTS: Readonly<Partial<Record<InputName, string>>> = {
  'max-failures': '0',
  'warn-only': 'false',
  'max-result-age': '24',
  'config-file': DEFAULT_CONFIG_FILE,
  baseline: 'none',
  'new-only': 'false',
  ratchet: 'false',
  'allow-list': DEFAULT_ALLOW_LIST,
  'allow-list-max-days': '180',
  redact: 'names',
  'pr-comment': 'off',
}

export const INPUT_NAMES = Object.keys(INPUTS) as readonly InputName[]

/** Where inputs come from: the environment that the runner made. */
export type InputSource = Readonly<Record<string, string | undefined>>

const PREFIX = 'INPUT_'

/**
 * The inputs as the runner hands them over, by name; `INPUT_` names are upper-case and keep their dashes. Unknown names
 * are kept too, so that a typing mistake is told; texts are as written, so that line numbers are right.
 */
export const givenInputs = (env: InputSource): ReadonlyMap<string, string> =>
  new Map(
    Object.entries(env)
      .filter(([key]) => key.startsWith(PREFIX))
      .map(([key, text]) => [key.slice(PREFIX.length).toLowerCase(), text ?? '']),
  )
