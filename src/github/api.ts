import { getOctokit } from '@actions/github'
import { AuditError } from '../domain/failure.ts'

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
 * One request. Any status is an answer; 5xx and a broken connection are asked again. Redirects are not followed. Throws
 * `AuditError`: `cancelled`, `network`, `timeout`; never with a token or an address in it.
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
      if (tried === TRIES || api.signal.aborted) throw error
    }
    await new Promise((resolve) => setTimeout(resolve, (api.pauseMs ?? PAUSE_MS) * tried))
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
    if (signal.aborted) throw new AuditError('cancelled', 'The job was cancelled')
    if (limit.aborted) throw new AuditError('timeout', 'GitHub did not answer in time')
    throw new AuditError('network', 'GitHub could not be reached')
  }
}

const ignore = () => {}
const SILENT = { debug: ignore, info: ignore, warn: ignore, error: ignore }

/** `owner/name` in two; `undefined` for anything else. */
export function repositoryOf(fullName: string): { readonly owner: string; readonly repo: string } | undefined {
  const [owner, repo, ...rest] = fullName.split('/')
  return owner && repo && rest.length === 0 ? { owner, repo } : undefined
}
