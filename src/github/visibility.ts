import { getOctokit } from '@actions/github'
import { type RunContext, type Visibility, visibilityOfRepository } from './context.ts'

const TIME_LIMIT_MS = 10_000

/** Not known is not private. */
export const countsAsPublic = (visibility: Visibility): boolean => visibility !== 'private'

/**
 * Whether the world can read this repository: as the event tells, else as the REST API does (an event of `schedule` may
 * say nothing). Never fails; what cannot be found out is `unknown`.
 */
export async function visibilityOf(
  context: Pick<RunContext, 'visibility' | 'repository' | 'apiUrl'>,
  githubToken: string,
  signal: AbortSignal,
  timeLimitMs = TIME_LIMIT_MS,
): Promise<Visibility> {
  const [owner, repo] = context.repository.split('/')
  if (context.visibility !== 'unknown' || githubToken === '' || !owner || !repo) return context.visibility
  try {
    const octokit = getOctokit(githubToken, { baseUrl: context.apiUrl, log: SILENT })
    const limited = AbortSignal.any([signal, AbortSignal.timeout(timeLimitMs)])
    // Here and not in the options of the client, where it would replace the fetch that knows the proxy.
    const request = { signal: limited, redirect: 'error' as const }
    const { data } = await octokit.request('GET /repos/{owner}/{repo}', { owner, repo, request })
    return visibilityOfRepository(data)
  } catch {
    return 'unknown'
  }
}

const ignore = () => {}
const SILENT = { debug: ignore, info: ignore, warn: ignore, error: ignore }
