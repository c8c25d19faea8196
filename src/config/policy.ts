import type { Problem } from '../domain/gate.ts'
import { folderProblemOf } from './results.ts'
import { shown, wholeNumberBetween } from './values.ts'

export const MODES = ['audit', 'evaluate'] as const
export type Mode = (typeof MODES)[number]

export const REDACTIONS = ['names', 'none', 'all'] as const
export type Redaction = (typeof REDACTIONS)[number]

export const COMMENT_MODES = ['off', 'always', 'changes', 'on-failure'] as const
export type CommentMode = (typeof COMMENT_MODES)[number]

export const DEFAULT_CONFIG_FILE = '.github/aim-readiness.yml'
export const DEFAULT_ALLOW_LIST = '.github/aim-allow-list.yml'

/** Hours; a year. */
export const maxResultAgeOf = wholeNumberBetween(1, 8_760)
/** Days; ten years. */
export const allowListMaxDaysOf = wholeNumberBetween(1, 3_650)

/** `none`, the newest trusted audit, or a folder or file of an earlier one. */
export type BaselineSource =
  | { readonly from: 'none' }
  | { readonly from: 'artifact' }
  | { readonly from: 'path'; readonly path: string }

export function baselineOf(text: string): BaselineSource | Problem {
  if (text === 'none' || text === 'artifact') return { from: text }
  const path = pathOf(text)
  return typeof path === 'string' ? { from: 'path', path } : path
}

/** A path to read from, relative to the workspace or absolute; who knows the disk decides whether it lies within. */
export function pathOf(text: string): string | Problem {
  const isAbsolute = /^([\\/]|[a-z]:)/i.test(text)
  const leadsOut = !isAbsolute && folderProblemOf(text)?.startsWith('leads out') === true
  if (text === '' || /\p{Cc}/u.test(text) || text.startsWith('~') || leadsOut)
    return { problem: `${shown(text)} is no path within the workspace; write one relative to it` }
  return text
}

/** A path that means the same in the workspace and in a commit: relative to the root of the repository, with `/`. */
export function repositoryPathOf(text: string): string | Problem {
  const parts = text.split('/').filter((part) => part !== '' && part !== '.')
  const isOdd = /^[\\/~]|^[a-z]:|\\|\p{Cc}/iu.test(text) || parts.includes('..') || parts.includes('.git')
  return isOdd || parts.length === 0 || text.endsWith('/')
    ? { problem: `${shown(text)} is no path of a file in the repository; write one like ${DEFAULT_CONFIG_FILE}` }
    : parts.join('/')
}

/** The file name of a workflow; with its folder is fine too. */
export function workflowOf(text: string): string | Problem {
  const name = text.replace(/^(\.\/)?\.github\/workflows\//, '')
  return /^[\w][\w. -]{0,199}\.ya?ml$/.test(name)
    ? name
    : { problem: `${shown(text)} is no workflow; write its file name, like audit.yml` }
}

/** Of `GITHUB_WORKFLOW_REF`: `owner/name/.github/workflows/audit.yml@refs/heads/main`; `''` when it does not tell. */
export const workflowOfRef = (ref: string): string => /\/\.github\/workflows\/([^/@]+)@/.exec(ref)?.[1] ?? ''

const DOMAIN = /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)+$/

/** Domains of usernames, apart by commas, spaces or line ends; lower-case, each once. Exact: a subdomain is another one. */
export function primaryDomainsOf(text: string): readonly string[] | Problem {
  const domains = text
    .split(/[\s,]+/)
    .filter((domain) => domain !== '')
    .map((domain) => domain.toLowerCase().replace(/^@/, ''))
  const wrong = domains.find((domain) => !DOMAIN.test(domain))
  if (wrong !== undefined)
    return { problem: `${shown(wrong)} is no domain; write names like example.com, without wildcards` }
  return [...new Set(domains)]
}

export interface Combination {
  readonly mode: Mode
  readonly eventName: string
  readonly baseline: BaselineSource
  readonly newOnly: boolean
  readonly ratchet: boolean
  /** As given; `''`: not. */
  readonly evaluateFrom: string
}

/** What is wrong with inputs that are each fine by themselves. */
export function combinationProblemsOf(given: Combination): string[] {
  const problems: string[] = []
  for (const [name, isSet] of [
    ['new-only', given.newOnly],
    ['ratchet', given.ratchet],
  ] as const)
    if (isSet && given.baseline.from === 'none')
      problems.push(`${name}: there is no baseline to compare with; set baseline to artifact or to a path`)
  if (given.evaluateFrom !== '' && given.mode !== 'evaluate')
    problems.push('evaluate-from: is for mode evaluate; set mode, or leave it out')
  if (given.evaluateFrom !== '' && isProposal(given.eventName))
    problems.push(
      `evaluate-from: is refused on ${given.eventName}, since a pull request could bring its own results; leave it out, and the newest trusted audit is judged`,
    )
  return problems
}

/** An event in which what is checked out is what somebody proposes, not yet what is agreed. */
export const isProposal = (eventName: string): boolean => eventName === 'pull_request' || eventName === 'merge_group'
