import { z } from 'zod'
import { AuditError } from '../domain/failure.ts'
import { type Answer, type RepositoryApi, request } from './api.ts'

/** A run of the audit's workflow whose results can be trusted: made from the default branch of this repository. */
export interface TrustedRun {
  readonly id: number
  readonly event: string
  /** SHA. */
  readonly commit: string
  /** https. */
  readonly url: string
}

export interface TrustedArtifact {
  readonly id: number
  readonly name: string
  /** `sha256:…`; `undefined`: the service does not tell. */
  readonly digest: string | undefined
}

export interface RunsQuery {
  /** File name of the workflow: `audit.yml`. */
  readonly workflow: string
  readonly defaultBranch: string
  /** This run, which is no earlier one. */
  readonly runId: string
}

/** What brings about a run that nobody outside of the repository can shape. */
export const TRUSTED_EVENTS: readonly string[] = ['schedule', 'workflow_dispatch', 'push']

const PER_PAGE = 50
const MOST_PAGES = 4

const Run = z.object({
  id: z.number().int(),
  event: z.string(),
  status: z.string().nullish(),
  head_branch: z.string().nullish(),
  head_sha: z.string(),
  html_url: z.string(),
  path: z.string().nullish(),
  head_repository: z.object({ full_name: z.string() }).nullish(),
})
const Runs = z.object({ workflow_runs: z.array(Run) })

const PERMISSION = 'give the job "permissions: actions: read"'

function checked({ status, data }: Answer, what: string): unknown {
  if (status === 200) return data
  const why = status === 403 || status === 401 || status === 404 ? `; ${PERMISSION}` : ''
  throw new AuditError('configuration', `Cannot ${what}: GitHub answered ${status}${why}`, { code: status })
}

/** The newest first. Throws `configuration` when they cannot be listed. */
export async function* trustedRuns(api: RepositoryApi, query: RunsQuery): AsyncGenerator<TrustedRun> {
  for (let page = 1; page <= MOST_PAGES; page++) {
    const answer = await request(api, 'GET /repos/{owner}/{repo}/actions/workflows/{workflow}/runs', {
      ...{ workflow: query.workflow, branch: query.defaultBranch, status: 'completed', per_page: PER_PAGE, page },
    })
    const read = Runs.safeParse(checked(answer, `list the runs of ${query.workflow}`))
    if (!read.success)
      throw new AuditError('configuration', `The list of runs of ${query.workflow} is not readable; run this again`)
    const { workflow_runs: runs } = read.data
    for (const run of runs)
      if (isTrusted(run, api, query)) yield { id: run.id, event: run.event, commit: run.head_sha, url: run.html_url }
    if (runs.length < PER_PAGE) return
  }
}

/** The service filters too; what it lets through is looked at once more. */
function isTrusted(run: z.output<typeof Run>, { owner, repo }: RepositoryApi, query: RunsQuery): boolean {
  const file = run.path?.split('@')[0]
  return (
    TRUSTED_EVENTS.includes(run.event) &&
    run.status === 'completed' &&
    run.head_branch === query.defaultBranch &&
    run.head_repository?.full_name.toLowerCase() === `${owner}/${repo}`.toLowerCase() &&
    (file === undefined || file === `.github/workflows/${query.workflow}`) &&
    String(run.id) !== query.runId
  )
}

const Repository = z.object({ default_branch: z.string().min(1) })

/** For events that do not tell it; `undefined`: GitHub does not either. */
export async function defaultBranchOf(api: RepositoryApi): Promise<string | undefined> {
  const { data } = await request(api, 'GET /repos/{owner}/{repo}')
  return Repository.safeParse(data).data?.default_branch
}

const Artifact = z.object({
  id: z.number().int(),
  name: z.string(),
  size_in_bytes: z.number(),
  expired: z.boolean(),
  digest: z.string().nullish(),
})
const Artifacts = z.object({ artifacts: z.array(Artifact) })

const ARTIFACTS_PER_PAGE = 100
const MOST_ARTIFACT_PAGES = 10

/** Larger is none of ours. */
export const MOST_ARTIFACT_BYTES = 1024 ** 3

/** Artifacts of a run that an audit of this name may have uploaded, the newest first: later attempts, other jobs. */
export async function artifactsOf(
  api: RepositoryApi,
  run: TrustedRun,
  name: string,
  mostBytes = MOST_ARTIFACT_BYTES,
): Promise<TrustedArtifact[]> {
  const all: z.output<typeof Artifact>[] = []
  // Other jobs of the run may have uploaded hundreds.
  for (let page = 1; page <= MOST_ARTIFACT_PAGES; page++) {
    const some = await artifactPage(api, run, page)
    all.push(...some)
    if (some.length < ARTIFACTS_PER_PAGE) break
  }
  return all
    .filter((one) => !one.expired && one.size_in_bytes <= mostBytes && isNamedSo(one.name, name))
    .sort((a, b) => b.id - a.id)
    .map(({ id, name, digest }) => ({ id, name, digest: digest ?? undefined }))
}

async function artifactPage(api: RepositoryApi, run: TrustedRun, page: number) {
  const answer = await request(api, 'GET /repos/{owner}/{repo}/actions/runs/{run_id}/artifacts', {
    ...{ run_id: run.id, per_page: ARTIFACTS_PER_PAGE, page },
  })
  const read = Artifacts.safeParse(checked(answer, `list the artifacts of run ${run.id}`))
  if (read.success) return read.data.artifacts
  throw new AuditError('configuration', `The list of artifacts of run ${run.id} is not readable; run this again`)
}

const isNamedSo = (name: string, wanted: string): boolean => name === wanted || name.startsWith(`${wanted}-`)
