import { readFile } from 'node:fs/promises'
import { z } from 'zod'

/** `internal` counts as private: it is not open to the world. */
export type Visibility = 'public' | 'private' | 'unknown'

/** What the runner and the event tell about this run; made once. */
export interface RunContext {
  readonly eventName: string
  /** `owner/name`. */
  readonly repository: string
  readonly runId: string
  /** Counted from 1. */
  readonly runAttempt: number
  readonly job: string
  readonly workflow: string
  readonly ref: string
  /** Its name; `''` when the event does not tell. */
  readonly defaultBranch: string
  readonly sha: string
  /** Absolute paths; `''` when the runner does not tell. */
  readonly workspace: string
  readonly temp: string
  readonly serverUrl: string
  readonly apiUrl: string
  /** `Linux`, `Windows`, `macOS`; `''` when the runner does not tell. */
  readonly runnerOs: string
  readonly isForkPullRequest: boolean
  /** As the event tells it. */
  readonly visibility: Visibility
}

type Environment = Readonly<Record<string, string | undefined>>

const Payload = z.looseObject({ repository: z.unknown().optional(), pull_request: z.unknown().optional() })

/** `payload`: the event as GitHub wrote it, whatever that is. */
export function runContextOf(env: Environment, payload: unknown): RunContext {
  const { repository, pull_request: pullRequest } = Payload.safeParse(payload).data ?? {}
  const text = (name: string) => env[name] ?? ''
  return {
    eventName: text('GITHUB_EVENT_NAME'),
    repository: text('GITHUB_REPOSITORY'),
    runId: text('GITHUB_RUN_ID'),
    runAttempt: /^[1-9]\d{0,8}$/.test(text('GITHUB_RUN_ATTEMPT')) ? Number(text('GITHUB_RUN_ATTEMPT')) : 1,
    job: text('GITHUB_JOB'),
    workflow: text('GITHUB_WORKFLOW'),
    ref: text('GITHUB_REF'),
    defaultBranch: Repository.safeParse(repository).data?.default_branch ?? '',
    sha: text('GITHUB_SHA'),
    workspace: text('GITHUB_WORKSPACE'),
    temp: text('RUNNER_TEMP'),
    serverUrl: text('GITHUB_SERVER_URL') || 'https://github.com',
    apiUrl: text('GITHUB_API_URL') || 'https://api.github.com',
    runnerOs: text('RUNNER_OS'),
    isForkPullRequest: pullRequest !== undefined && pullRequest !== null && !isFromSameRepository(pullRequest),
    visibility: visibilityOfRepository(repository),
  }
}

const Repository = z.looseObject({
  visibility: z.unknown().optional(),
  private: z.unknown().optional(),
  default_branch: z.string().optional().catch(undefined),
})

/** Of a repository as an event or the REST API describes it; what says "public" weighs more than what says "private". */
export function visibilityOfRepository(repository: unknown): Visibility {
  const { visibility, private: isPrivate } = Repository.safeParse(repository).data ?? {}
  if (visibility === 'public' || isPrivate === false) return 'public'
  return visibility === 'private' || visibility === 'internal' || isPrivate === true ? 'private' : 'unknown'
}

const Side = z.object({ repo: z.object({ full_name: z.string() }) })
const PullRequest = z.object({ head: Side, base: Side })

/**
 * The `fork` flag of the head says nothing: it is also set on pull requests within a repository that is itself a fork.
 * A head without a repository is a fork that was deleted.
 */
function isFromSameRepository(pullRequest: unknown): boolean {
  const sides = PullRequest.safeParse(pullRequest).data
  return sides !== undefined && sides.head.repo.full_name.toLowerCase() === sides.base.repo.full_name.toLowerCase()
}

const WITH_BASE_RIGHTS =
  'because it runs with the rights of the base repository on behalf of people who may not have them'
const INSTEAD = 'run the audit on schedule, workflow_dispatch, push, merge_group or pull_request instead'

const REFUSED: ReadonlyMap<string, string> = new Map([
  ['pull_request_target', WITH_BASE_RIGHTS],
  ['workflow_run', 'because it runs with the rights of the base repository after workflows that may not have them'],
  ['issue_comment', 'because anybody who can write a comment would start it'],
])

/**
 * Why nothing may be sent in this run, and what to do about it; `undefined` when it may audit. To judge what an earlier
 * audit found needs no rights that a fork lacks.
 */
export function refusalOf({ eventName, isForkPullRequest }: RunContext, isEvaluation = false): string | undefined {
  const why = REFUSED.get(eventName)
  if (why !== undefined) return `The audit does not run on ${eventName}, ${why}; ${INSTEAD}`
  if (isForkPullRequest && !isEvaluation)
    return (
      'The audit cannot run for a pull request from a fork: GitHub gives such runs no OIDC token and no secrets, so ' +
      'there is nothing to sign in with; run it on merge_group, let a maintainer push the branch to this repository, ' +
      'or judge the newest audit with mode evaluate, which signs in to nothing'
    )
  return undefined
}

/** Sections of Node's debug log that print headers or what is on the wire. */
const TELLTALE = ['http', 'https', 'http2', 'net', 'tls', 'undici', 'fetch']

/** What in the environment would weaken or leak every connection, each with what to do about it. */
export function unsafeEnvironmentOf(env: Environment): string[] {
  const problems: string[] = []
  if (env.NODE_TLS_REJECT_UNAUTHORIZED === '0')
    problems.push(
      'NODE_TLS_REJECT_UNAUTHORIZED=0 switches certificate checks off; remove it, and name a private authority in NODE_EXTRA_CA_CERTS',
    )
  const patterns = (env.NODE_DEBUG ?? '').split(',').map(debugPattern)
  if (TELLTALE.some((section) => patterns.some((pattern) => pattern.test(section))))
    problems.push(
      'NODE_DEBUG makes Node write tokens to the log; remove http, https, http2, net, tls, undici, fetch and *',
    )
  return problems
}

/** One entry of `NODE_DEBUG` as Node reads it: case does not matter, and `*` stands for anything. */
const debugPattern = (entry: string): RegExp =>
  new RegExp(
    `^${entry
      .trim()
      .replace(/[|\\{}()[\]^$+?.]/g, '\\$&')
      .replaceAll('*', '.*')}$`,
    'i',
  )

/** The event's payload; an empty one when it cannot be read, which tells nothing. */
export async function readEventPayload(path: string | undefined): Promise<unknown> {
  try {
    return path ? JSON.parse(await readFile(path, 'utf8')) : {}
  } catch {
    return {}
  }
}
