import type { EvaluateConfig } from '../config.ts'
import { AuditError } from '../domain/failure.ts'
import { ageHoursOf, ageProblemOf } from '../domain/judgement/age.ts'
import type { Tally } from '../domain/tally.ts'
import { type EarlierResults, earlierResults } from '../files/earlier-results.ts'
import { type Evaluation, evaluation } from '../files/judging.ts'
import type { ResultsSource } from '../files/results-source.ts'
import { countsAsPublic, visibilityOf } from '../github/visibility.ts'
import { systemClock } from '../http/clock.ts'
import type { PolicySetup } from '../policy-setup.ts'
import { FINDINGS_FILE, findingsJsonOf } from '../report/findings-json.ts'
import { type JudgedResult, type JudgementSamples, SampleKeeper } from '../report/judgement.ts'
import type { Report } from '../report/model.ts'
import { reportJsonOf } from '../report/report-json.ts'
import { FILE_NAMES, REPORT_FILE } from '../report/tables.ts'
import { VERSION } from '../version.ts'
import { commented } from './commenting.ts'
import { handOver } from './hand-over.ts'
import { ledTo } from './led-to.ts'
import { checkedOut, earlierContextOf, policySetupOf } from './policy.ts'
import type { Settings } from './settings.ts'
import { docsUrlOf, log, told } from './telling.ts'
import { JUDGEABLE, newestTrusted } from './trusted.ts'
import { trustedQueryOf } from './trusted-query.ts'

interface Run {
  readonly settings: Settings<EvaluateConfig>
  readonly env: NodeJS.ProcessEnv
  readonly signal: AbortSignal
  readonly startedMs: number
  /** Whether files are written; not into the folder that is judged itself. */
  readonly writes: boolean
}

/**
 * Judges what an earlier audit found by the policy of this commit; asks Databricks nothing. Throws `configuration` when
 * there is no result, or one that cannot be judged.
 */
export async function evaluate(
  settings: Settings<EvaluateConfig>,
  env: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<Report> {
  const { config } = settings
  for (const note of config.notes) log.info(note)
  const from = config.from === undefined ? undefined : await ledTo('evaluate-from', checkedOut(settings, config.from))
  const run = { settings, env, signal, startedMs: systemClock.now(), writes: from?.real !== settings.folder.path }
  const judging =
    from === undefined ? ledTo('mode', ofTrusted(run)) : ledTo('evaluate-from', ofFolder(run, from.source))
  const report = await judging.catch(async (error: unknown) => {
    // As with wrong inputs: there is no result, and none may seem to be there.
    if (run.writes) await settings.folder.clear(FILE_NAMES).catch(() => {})
    throw error
  })
  const artifact = { state: 'off' } as const
  await told(report, { artifact, progress: { state: 'ended' }, notContinued: '', withSummary: config.jobSummary }, env)
  await commented(report, artifact, settings, signal)
  handOver.settled()
  return report
}

async function ofTrusted(run: Run): Promise<Report> {
  const { settings, env, signal } = run
  const { config } = settings
  const query = await trustedQueryOf(settings, env, signal, 'mode')
  const report = await newestTrusted(query, earlierContextOf(config), JUDGEABLE, (results, { run: { id, url } }) =>
    judged(run, results, { from: 'run', shown: String(id), url }),
  )
  if (report !== undefined) return report
  throw new AuditError(
    'configuration',
    `there is no result to judge: no audit of this account by ${query.workflow} on ${query.defaultBranch}, started by schedule, workflow_dispatch or push, still has its artifact "${query.artifactName}"; run one first, or correct audit-workflow and artifact-name`,
  )
}

async function ofFolder(run: Run, source: ResultsSource): Promise<Report> {
  const results = await earlierResults(source, earlierContextOf(run.settings.config))
  const from = results.from === 'audit' ? 'folder' : 'prep-script'
  return await judged(run, results, { from, shown: source.shown, url: '' })
}

type Origin = Pick<JudgedResult, 'from' | 'shown' | 'url'>

async function judged(run: Run, results: EarlierResults, origin: Origin): Promise<Report> {
  const { settings, env, signal, writes } = run
  const { config, folder, context } = settings
  const now = systemClock.date().toISOString()
  const { maxResultAgeHours: maxAgeHours } = config.judgement
  const finishedAt = results.report?.finishedAt ?? ''
  const problem = finishedAt === '' ? undefined : ageProblemOf(finishedAt, now, maxAgeHours)
  if (problem !== undefined) throw new AuditError('configuration', `max-result-age: ${problem}`)
  log.info(`Judging ${origin.from === 'run' ? `run ${origin.shown}` : origin.shown}`)

  const runId = origin.from === 'run' ? origin.shown : undefined
  const setup = await policySetupOf(settings, env, signal, { finishedAt, runId })
  if (writes) await folder.prepare(FILE_NAMES)
  const keeper = new SampleKeeper()
  const { policy, baseline } = setup
  const evaluated = await evaluation(results, {
    ...{ policy, baseline, maxFailures: config.maxFailures, onFinding: (one) => keeper.keep(one) },
    ...(writes ? { sink: (findings) => folder.write(FINDINGS_FILE, findingsJsonOf(findings)) } : {}),
  })
  checkTold(config, evaluated.tally)
  const isPublic = countsAsPublic(await visibilityOf(context, config.githubToken, signal))
  const ageHours = finishedAt === '' ? undefined : ageHoursOf(finishedAt, now)
  const report = reportOf(run, results, evaluated, setup, {
    ...{ now, isPublic, docsUrl: docsUrlOf(env), samples: keeper.samples() },
    result: { ...origin, finishedAt, ageHours, maxAgeHours },
    files: writes ? [FINDINGS_FILE, REPORT_FILE] : [],
  })
  if (writes) await folder.write(REPORT_FILE, [reportJsonOf(report)])
  return report
}

/** What a result says nothing about is not therefore within its limit. */
function checkTold({ rules, included }: EvaluateConfig, { principals }: Tally): void {
  const untold = included.filter((type) => principals[type] === undefined)
  const rule = rules.find(({ types }) => untold.some((type) => types.includes(type)))
  if (rule === undefined) return
  const types = untold.filter((type) => rule.types.includes(type))
  throw new AuditError(
    'configuration',
    `the result does not tell of ${types.join(', ')}, which rule "${rule.text}" is about; audit them too, or set ${types.map((type) => `include-${type}`).join(', ')} to false`,
  )
}

interface Telling {
  readonly now: string
  readonly isPublic: boolean
  readonly docsUrl: string | undefined
  readonly samples: JudgementSamples
  readonly result: JudgedResult
  readonly files: readonly string[]
}

/** Times are those of the audit that is judged, so that nobody takes its findings for new ones. */
function reportOf(
  { settings: { config, folder }, startedMs }: Run,
  { report: earlier }: EarlierResults,
  { tally, judged, conclusion, incompleteness, ready }: Evaluation,
  { policy, redaction, policyFiles, policyUnknown, trend }: PolicySetup,
  { now, isPublic, docsUrl, samples, result, files }: Telling,
): Report {
  const { newOnly, ratchet } = policy
  return {
    ...{ toolVersion: VERSION, docsUrl, accountId: config.accountId, host: earlier?.host ?? config.host },
    matchSource: earlier?.matchSource === 'graph' ? 'graph' : 'databricks',
    directory: undefined,
    startedAt: earlier?.startedAt ?? now,
    finishedAt: earlier?.finishedAt ?? now,
    durationSeconds: Math.round((systemClock.now() - startedMs) / 1000),
    ...{ conclusion, incompleteness, warnOnly: config.warnOnly, fault: undefined },
    ...{ tally, verdicts: judged.verdicts },
    judgement: {
      ...{ judged, ready, newOnly, ratchet, redaction, policyFiles, policyUnknown, samples, trend, result },
    },
    maxFailures: config.maxFailuresText,
    failureReasons: new Map(),
    prerequisites: {
      federatedWorkspace: (tally.workspaces?.federated ?? 0) > 0 ? 'yes' : 'unknown',
      premiumTier: 'unknown',
      accountAdmin: 'unknown',
    },
    samples: { principals: {}, workspaces: [], failures: [] },
    apiCalls: {},
    untrustedListings: (earlier?.untrusted ?? []).map((type) => ({
      type,
      listed: type === 'workspaces' ? (tally.workspaces?.listed ?? 0) : (tally.principals[type]?.listed ?? 0),
      promised: undefined,
      why: '',
    })),
    ...{ resultsPath: folder.shown, files, showNames: !isPublic, continuedFrom: undefined, finishedHere: 0 },
  }
}
