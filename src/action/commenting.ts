import { createHash } from 'node:crypto'
import type { Config } from '../config.ts'
import { keepComment } from '../github/comment.ts'
import { commentOf, isCommentDue, markerOf } from '../report/comment.ts'
import { sumOf, unreached } from '../report/figures.ts'
import type { ArtifactState, Report } from '../report/model.ts'
import { apiOf, type Settings } from './settings.ts'
import { log } from './telling.ts'

/** One comment for each account, whoever judges it; the id itself stays out of what everybody may read. */
const keyOf = (accountId: string): string => createHash('sha256').update(accountId).digest('hex').slice(0, 12)

/** Writes the comment on the pull request, or brings it up to date. What is in the way is a warning. */
export async function commented(
  report: Report,
  artifact: ArtifactState,
  { config, context, pullRequest }: Settings<Config>,
  signal: AbortSignal,
): Promise<void> {
  const { judgement, conclusion, docsUrl } = report
  const { comment: mode } = config.judgement
  if (mode === 'off' || pullRequest === undefined || judgement === undefined) return
  const api = apiOf(context, config.githubToken, signal)
  if (api === undefined) return log.warning('The pull request is not commented: that takes github-token')
  const { changes } = judgement.judged
  const hasChanges = changes && changes.new + changes.changed + changes.fixed > 0
  const sum = sumOf(report.tally)
  const key = keyOf(report.accountId)
  const body = () =>
    commentOf({
      ...{ conclusion, judgement, key, docsUrl },
      unchecked: sum === undefined ? 0 : sum.failed + unreached(sum),
      runUrl: `${context.serverUrl}/${context.repository}/actions/runs/${context.runId}`,
      artifactUrl: artifact.state === 'uploaded' ? artifact.url : '',
    })
  const state = await keepComment({
    ...{ api, number: pullRequest, marker: markerOf(key) },
    bodyOf: (exists) => (isCommentDue({ mode, conclusion, hasChanges, exists }) ? body() : undefined),
  })
  if (state.state === 'failed') log.warning(`The pull request is not commented: ${state.why}`)
}
