import { setTimeout as sleep } from 'node:timers/promises'
import { getOctokit } from '@actions/github'
import { AuditError, POLICIES } from '../domain/failure.ts'
import { cancelledBy } from '../http/cancel.ts'
import { transportFailure } from '../http/transport-failure.ts'

/** One repository over the REST API. */
export interface RepositoryApi {
  readonly owner: string
  readonly repo: string
  /** `https://api.github.com` */
  readonly apiUrl: string
  readonly token: string
  readonly signal: AbortSignal
  /** Of one request. */
  readonly timeLimitMs?: number
  /** Before a request is sent again the first time. */
  readonly pauseMs?: number
}

export interface Answer {
  readonly status: number
  readonly data: unknown
}

const TIME_LIMIT_MS = 30_000
const TRIES = 3
const PAUSE_MS = 1_000

/**
 * One request. Any status is an answer; 5xx and a broken connection are asked again, what a second try cannot change (a
 * proxy that refuses, a certificate) is not. Redirects are not followed. Throws `AuditError` with the reason of a
 * transport fault, or `cancelled`; never with a token or an address in it.
 */
export async function request(
  api: RepositoryApi,
  route: string,
  parameters: Record<string, unknown> = {},
): Promise<Answer> {
  for (let tried = 1; ; tried++) {
    try {
      const answer = await once(api, route, parameters)
      if (answer.status < 500 || tried === TRIES) return answer
    } catch (error) {
      const isFinal = error instanceof AuditError && POLICIES[error.reason].attempts === 1
      if (tried === TRIES || isFinal) throw error
    }
    await pause((api.pauseMs ?? PAUSE_MS) * tried, api.signal)
  }
}

async function once(api: RepositoryApi, route: string, parameters: Record<string, unknown>): Promise<Answer> {
  const { owner, repo, apiUrl, token, signal, timeLimitMs = TIME_LIMIT_MS } = api
  const octokit = getOctokit(token, { baseUrl: apiUrl, log: SILENT })
  const limit = AbortSignal.timeout(timeLimitMs)
  // Here and not in the options of the client, where it would replace the fetch that knows the proxy.
  const options = { signal: AbortSignal.any([signal, limit]), redirect: 'error' as const }
  try {
    const { status, data } = await octokit.request(route, { owner, repo, ...parameters, request: options })
    return { status, data }
  } catch (error) {
    const { status } = error as { status?: unknown }
    const isAnswer =
      typeof status === 'number' && 'response' in (error as object) && (error as { response?: unknown }).response
    if (isAnswer) return { status, data: undefined }
    if (signal.aborted) throw cancelledBy(signal)
    if (limit.aborted) throw new AuditError('timeout', 'GitHub did not answer in time')
    throw transportFailure(error, 'ask GitHub')
  }
}

/** Ends early when the job is cancelled; whoever asks next is told. */
const pause = (ms: number, signal: AbortSignal): Promise<void> => sleep(ms, undefined, { signal }).catch(() => {})

const ignore = () => {}
const SILENT = { debug: ignore, info: ignore, warn: ignore, error: ignore }

/** `owner/name` in two; `undefined` for anything else. */
export function repositoryOf(fullName: string): { readonly owner: string; readonly repo: string } | undefined {
  const [owner, repo, ...rest] = fullName.split('/')
  return owner && repo && rest.length === 0 ? { owner, repo } : undefined
}
