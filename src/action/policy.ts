import { dirname } from 'node:path'
import { azureEnvironmentOf } from '../config/host.ts'
import { repositoryPathOf } from '../config/policy.ts'
import type { Config } from '../config.ts'
import type { Baseline } from '../domain/baseline.ts'
import { AuditError } from '../domain/failure.ts'
import type { Policy } from '../domain/judgement/judge.ts'
import { untoldBy } from '../domain/judgement/verdict.ts'
import { type EarlierContext, earlierResults } from '../files/earlier-results.ts'
import { baselineIn } from '../files/judging.ts'
import { folderSource, noFolder, type ResultsSource, textsSource } from '../files/results-source.ts'
import { shownPath, workspacePath } from '../files/workspace-file.ts'
import { fileAt } from '../github/policy-files.ts'
import type { PolicySetup } from '../policy-setup.ts'
import { FINDINGS_FILE } from '../report/findings-json.ts'
import { FAILURES_TABLE, FILE_NAMES, REPORT_FILE } from '../report/tables.ts'
import { ledTo } from './led-to.ts'
import { apiOf, type Settings, workspaceOf } from './settings.ts'
import { trendOf } from './trend.ts'
import { type JudgedAudit, newestTrusted, WHOLE } from './trusted.ts'
import { trustedQueryOf } from './trusted-query.ts'

export const earlierContextOf = (config: Config): EarlierContext => ({
  accountId: config.accountId,
  idpIsEntra:
    (config.mode === 'audit' && config.matchSource.type === 'graph') || azureEnvironmentOf(config.host) !== undefined,
})

/**
 * All that findings are judged by. `judged`: the result, when it is not what this run finds; what it is
 * compared with is older. Throws `configuration` for a baseline that is missing, of another account, of a newer
 * schema, or damaged: it is never taken for an empty one.
 */
export async function policySetupOf(
  settings: Settings<Config>,
  env: NodeJS.ProcessEnv,
  signal: AbortSignal,
  judged?: JudgedAudit,
): Promise<PolicySetup> {
  const { config, policy: texts, entries } = settings
  const { primaryDomains, newOnly, ratchet, redaction } = config.judgement
  const policy: Policy = {
    primaryDomains,
    rules: config.rules,
    allowList: entries,
    today: texts.today,
    newOnly,
    ratchet,
  }
  const baseline = await baselineOf({ settings, env, signal, judged }, policy).catch(async (error: unknown) => {
    // As with wrong inputs: there is no result, and none may seem to be there.
    if (config.mode === 'audit') await settings.folder.clear(FILE_NAMES).catch(() => {})
    throw error
  })
  return {
    ...{ policy, baseline, redaction, policyFiles: texts.files, policyUnknown: texts.unknown },
    trend: await trendOf(settings, env, signal, { ...earlierContextOf(config), judged }),
  }
}

interface Question {
  readonly settings: Settings<Config>
  readonly env: NodeJS.ProcessEnv
  readonly signal: AbortSignal
  readonly judged: JudgedAudit | undefined
}

async function baselineOf(question: Question, policy: Policy): Promise<Baseline | undefined> {
  const { config } = question.settings
  const { baseline: source } = config.judgement
  if (source.from === 'none') return undefined
  const from = source.from === 'path' ? stored(question, policy, source.path) : trusted(question, policy)
  const baseline = await ledTo('baseline', from)
  const [untold] = policy.ratchet ? untoldBy(policy.rules, baseline) : []
  if (untold === undefined) return baseline
  throw refused(
    `the baseline does not tell all types of rule "${untold.text}", so ratchet cannot hold it; take a baseline of the same types, or narrow the rule`,
  )
}

const refused = (why: string) => new AuditError('configuration', `baseline: ${why}`)

async function trusted({ settings, env, signal, judged }: Question, policy: Policy): Promise<Baseline> {
  const { config } = settings
  const query = await trustedQueryOf(settings, env, signal, 'baseline')
  const baseline = await newestTrusted(query, { ...earlierContextOf(config), judged }, WHOLE, (results) =>
    baselineIn(results, policy),
  )
  if (baseline !== undefined) return baseline
  throw refused(
    `no earlier audit of this account by ${query.workflow} on ${query.defaultBranch} has passed or failed and still has its artifact "${query.artifactName}"; run one without a baseline first`,
  )
}

/** Files in the repository: as checked out, or of the base commit where something is proposed. */
async function stored({ settings, signal }: Question, policy: Policy, path: string): Promise<Baseline> {
  const { config, commits } = settings
  const source =
    commits.base === undefined
      ? (await checkedOut(settings, path)).source
      : await committed(settings, path, commits.base, signal)
  const results = await earlierResults(source, earlierContextOf(config))
  // Nobody can tell of what account the prep script's files are.
  if (results.from === 'prep-script')
    throw refused(
      `there is no ${REPORT_FILE} in ${JSON.stringify(source.shown)}; name a folder with the results of an audit`,
    )
  return await baselineIn(results, policy)
}

/** Naming the one file of a folder that holds the findings means the folder. */
const folderOf = (path: string): string => (path.endsWith(FINDINGS_FILE) ? dirname(path) : path)

/** A folder of the workspace; `real`: absolute, links resolved. */
export async function checkedOut(
  { context }: Pick<Settings, 'context'>,
  path: string,
): Promise<{ readonly source: ResultsSource; readonly real: string }> {
  const workspace = workspaceOf(context)
  const real = await workspacePath(workspace, folderOf(path))
  if (real === undefined) throw noFolder(path)
  return { real, source: await folderSource(real, (await shownPath(workspace, real)) || '.') }
}

async function committed(
  { context, config }: Settings<Config>,
  path: string,
  base: string,
  signal: AbortSignal,
): Promise<ResultsSource> {
  const api = apiOf(context, config.githubToken, signal)
  if (api === undefined) throw refused('it is read from the base commit, which takes github-token')
  const folder = repositoryPathOf(folderOf(path.replace(/\/+$/, '')))
  if (typeof folder !== 'string') throw refused(folder.problem)
  const texts = new Map<string, string>()
  for (const name of [REPORT_FILE, FINDINGS_FILE, FAILURES_TABLE.file]) {
    const file = await fileAt(api, `${folder}/${name}`, base)
    if (file.state === 'unknown') throw refused(`${folder}/${name} of the base commit cannot be read (${file.why})`)
    if (file.state === 'found') texts.set(name, file.text)
  }
  return textsSource(texts, `${folder} of the base commit ${base.slice(0, 7)}`)
}
