import type { BlobStore } from './blob-store.ts'
import { type Answer, json, type Route, type SandboxRequest } from './exchange.ts'
import { API_HOST } from './hosts.ts'
import { zipOf } from './zip.ts'

/** A run of a workflow that is over. */
export interface PastRun {
  id: number
  event: string
  branch: string
  /** Of the repository that it ran for; another one is a fork. */
  repository: string
  /** Path of its workflow. */
  workflow: string
  sha: string
  artifacts: PastArtifact[]
}

export interface PastArtifact {
  id: number
  name: string
  files: Readonly<Record<string, string | Buffer>>
}

export interface Comment {
  id: number
  body: string
  login: string
}

/** What GitHub knows of the repository. A test may change it before or between runs. */
export interface MakeBelieveRepository {
  /** Files by commit and path; a commit that is not here has none. */
  readonly commits: Map<string, Readonly<Record<string, string>>>
  /** In any order; the newest is told first. */
  readonly runs: PastRun[]
  /** Of the one pull request that is open. */
  readonly comments: Comment[]
  /** Whether the job may write comments. */
  mayComment: boolean
}

export const makeRepository = (): MakeBelieveRepository => ({
  commits: new Map(),
  runs: [],
  comments: [],
  mayComment: true,
})

export const US = 'github-actions[bot]'

/** As much of the REST API of one repository as judging uses. */
export function repositoryRoutes(repository: MakeBelieveRepository, blobs: BlobStore): Route[] {
  let lastId = 9000
  const route = (call: string, method: string, path: string, answer: (request: SandboxRequest) => Answer): Route => ({
    ...{ call: `repository.${call}`, method, hosts: [API_HOST], answer },
    path: new RegExp(`^/repos/[^/]+/[^/]+${path}$`),
  })
  const artifacts = () => repository.runs.flatMap((run) => run.artifacts)

  return [
    route('contents', 'GET', '/contents/(?<name>.+)', ({ params, query }) => {
      const text = repository.commits.get(query.get('ref') ?? '')?.[params.name ?? '']
      if (text === undefined) return json(404, { message: 'Not Found' })
      return { status: 200, headers: { 'content-type': 'application/vnd.github.raw+json; charset=utf-8' }, body: text }
    }),
    route('commit', 'GET', '/git/commits/(?<id>[0-9a-f]{40})', ({ params }) => json(200, { sha: params.id })),
    route('runs', 'GET', '/actions/workflows/(?<name>[^/]+)/runs', ({ params, query }) => {
      const runs = repository.runs
        .filter(({ workflow }) => workflow.endsWith(`/${params.name}`))
        .filter(({ branch }) => branch === (query.get('branch') ?? branch))
        .sort((a, b) => b.id - a.id)
      return json(200, { total_count: runs.length, workflow_runs: query.get('page') === '1' ? runs.map(told) : [] })
    }),
    route('artifacts', 'GET', '/actions/runs/(?<id>\\d+)/artifacts', ({ params }) => {
      const all = repository.runs.find(({ id }) => String(id) === params.id)?.artifacts ?? []
      const listed = all.map(({ id, name }) => ({ id, name, size_in_bytes: 1000, expired: false, digest: null }))
      return json(200, { total_count: all.length, artifacts: listed })
    }),
    route('artifact', 'GET', '/actions/artifacts/(?<id>\\d+)/zip', ({ params }) => {
      const found = artifacts().find(({ id }) => String(id) === params.id)
      if (found === undefined) return json(404, { message: 'Not Found' })
      const container = `past-${found.id}`
      blobs.write(container, zipOf(found.files))
      return { status: 302, headers: { location: blobs.sign(container) } }
    }),
    route('comments', 'GET', '/issues/\\d+/comments', ({ query }) =>
      json(200, query.get('page') === '1' ? repository.comments.map(shown) : []),
    ),
    route('comment.add', 'POST', '/issues/\\d+/comments', ({ body }) => {
      if (!repository.mayComment) return json(403, { message: 'Resource not accessible by integration' })
      const comment = { id: ++lastId, body: bodyIn(body), login: US }
      repository.comments.push(comment)
      return json(201, shown(comment))
    }),
    route('comment.change', 'PATCH', '/issues/comments/(?<id>\\d+)', ({ params, body }) => {
      const comment = repository.comments.find(({ id }) => String(id) === params.id)
      if (comment === undefined) return json(404, { message: 'Not Found' })
      if (!repository.mayComment) return json(403, { message: 'Resource not accessible by integration' })
      comment.body = bodyIn(body)
      return json(200, shown(comment))
    }),
    {
      ...{ call: 'graphql', method: 'POST', hosts: [API_HOST], path: /^\/graphql$/ },
      answer: () => json(200, { data: { viewer: { login: US } } }),
    },
  ]
}

const bodyIn = (body: Buffer): string => (JSON.parse(body.toString()) as { body: string }).body

const shown = ({ id, body, login }: Comment) => ({ id, body, user: { login } })

const told = ({ id, event, branch, repository, workflow, sha }: PastRun) => ({
  ...{ id, event, status: 'completed', conclusion: 'failure', head_branch: branch, head_sha: sha, path: workflow },
  html_url: `https://github.com/octo/aim/actions/runs/${id}`,
  head_repository: { full_name: repository },
})

/** A run of the audit as the default branch brings it about every night. */
export const nightly = (
  id: number,
  files: Readonly<Record<string, string | Buffer>>,
  changes: Partial<PastRun> = {},
): PastRun => ({
  ...{ id, event: 'schedule', branch: 'main', repository: 'octo/aim' },
  ...{ workflow: '.github/workflows/audit.yml', sha: 'c'.repeat(40) },
  artifacts: [{ id: id * 10, name: 'aim-readiness', files }],
  ...changes,
})
