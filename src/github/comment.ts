import { z } from 'zod'
import { AuditError } from '../domain/failure.ts'
import { type Answer, type RepositoryApi, request } from './api.ts'

/** `none`: nothing was due. A failure changes no conclusion. */
export type CommentState = { readonly state: 'written' | 'none' } | { readonly state: 'failed'; readonly why: string }

export interface CommentRequest {
  readonly api: RepositoryApi
  /** Number of the pull request. */
  readonly number: number
  /** The line by which our comment is known; its first. */
  readonly marker: string
  /** The comment, marker included; `undefined`: there is nothing to say. `exists`: there is one of an earlier run. */
  readonly bodyOf: (exists: boolean) => string | undefined
}

const PER_PAGE = 100
const MOST_PAGES = 30
const ACTIONS_BOT = 'github-actions[bot]'

const Comment = z.object({
  id: z.number(),
  body: z.string().nullish(),
  user: z.object({ login: z.string() }).nullish(),
})
const Viewer = z.object({ data: z.object({ viewer: z.object({ login: z.string() }) }) })

/** Writes the one comment of ours, or brings it up to date. Never throws. */
export async function keepComment({ api, number, marker, bodyOf }: CommentRequest): Promise<CommentState> {
  try {
    const id = await ourComment(api, number, marker)
    const body = bodyOf(id !== undefined)
    if (body === undefined) return { state: 'none' }
    const answer =
      id === undefined
        ? await request(api, 'POST /repos/{owner}/{repo}/issues/{issue_number}/comments', {
            issue_number: number,
            body,
          })
        : await request(api, 'PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}', { comment_id: id, body })
    checked(answer)
    return { state: 'written' }
  } catch (error) {
    return { state: 'failed', why: error instanceof AuditError ? error.message : 'unexpected answer of GitHub' }
  }
}

const NO_LEAVE =
  'GitHub does not let this job comment; give it "permissions: pull-requests: write" (pull requests from forks never have it)'

function checked({ status, data }: Answer): unknown {
  if (status === 403 || status === 401) throw new AuditError('forbidden', NO_LEAVE, { code: status })
  if (status < 200 || status > 299) throw new AuditError('unavailable', `GitHub answered ${status}`, { code: status })
  return data
}

/** By marker and author: the marker alone, anybody could write. */
async function ourComment(api: RepositoryApi, number: number, marker: string): Promise<number | undefined> {
  const us = await loginOf(api)
  for (let page = 1; page <= MOST_PAGES; page++) {
    const answer = await request(api, 'GET /repos/{owner}/{repo}/issues/{issue_number}/comments', {
      ...{ issue_number: number, per_page: PER_PAGE, page },
    })
    const comments = z.array(Comment).parse(checked(answer))
    const ours = comments.find(({ body, user }) => user?.login === us && (body ?? '').startsWith(marker))
    if (ours !== undefined) return ours.id
    if (comments.length < PER_PAGE) return undefined
  }
  return undefined
}

/** Whose token it is; GraphQL is the one place that tells it for every kind of token. */
async function loginOf(api: RepositoryApi): Promise<string> {
  const query = '{ viewer { login } }'
  // On an Enterprise Server it lies beside the REST API, not below it.
  const { data } = await request(api, `POST ${api.apiUrl.replace(/\/v3$/, '')}/graphql`, { query })
  return Viewer.safeParse(data).data?.data.viewer.login ?? ACTIONS_BOT
}

const Payload = z.object({ pull_request: z.object({ number: z.number().int().positive() }) })

/** The number of the pull request that an event is about; `undefined`: about none. */
export const pullRequestOf = (payload: unknown): number | undefined =>
  Payload.safeParse(payload).data?.pull_request.number
