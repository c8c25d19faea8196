import { createHash } from 'node:crypto'
import type { Config } from '../config.ts'
import type { AuditError } from '../domain/failure.ts'
import { keepComment } from '../github/comment.ts'
import { type CommentSituation, commentOf, faultCommentOf, isCommentDue, markerOf } from '../report/comment.ts'
import type { ArtifactState, Report } from '../report/model.ts'
import { uncheckedText } from '../report/summary-verdict.ts'
import type { Refusal } from './refusal.ts'
import { apiOf, type Settings } from './settings.ts'
import { log } from './telling.ts'

/** One comment for each account, whoever judges it; the id itself stays out of what everybody may read. */
const keyOf = (accountId: string): string => createHash('sha256').update(accountId).digest('hex').slice(0, 12)

/** Writes the comment on the pull request, or brings it up to date. What is in the way is a warning. */
export async function commented(
  report: Report,
  artifact: ArtifactState,
  settings: Settings<Config>,
  signal: AbortSignal,
): Promise<void> {
  const { judgement, conclusion, docsUrl } = report
  if (judgement === undefined) return
  const { changes } = judgement.judged
  await kept(settings, signal, {
    conclusion,
    hasChanges: changes && changes.new + changes.changed + changes.fixed > 0,
    bodyOf: (key, runUrl) =>
      commentOf({
        ...{ conclusion, judgement, key, docsUrl, runUrl },
        unchecked: uncheckedText(report),
        artifactUrl: artifact.state === 'uploaded' ? artifact.url : '',
      }),
  })
}

/** The same when there is nothing to report but why, so that an earlier comment does not go on telling what was. */
export async function faultCommented(
  { reason, message }: AuditError,
  settings: Settings<Config> | Refusal,
  signal: AbortSignal,
): Promise<void> {
  if (reason === 'cancelled') return
  const bodyOf = (key: string, runUrl: string) => faultCommentOf({ key, message, runUrl })
  await kept(settings, signal, { conclusion: 'error', hasChanges: undefined, bodyOf })
}

interface Comment extends Pick<CommentSituation, 'conclusion' | 'hasChanges'> {
  readonly bodyOf: (key: string, runUrl: string) => string
}

async function kept(
  { config, context, pullRequest }: Settings<Config> | Refusal,
  signal: AbortSignal,
  { bodyOf, ...situation }: Comment,
): Promise<void> {
  const { comment: mode } = config.judgement
  if (mode === 'off' || pullRequest === undefined) return
  const api = apiOf(context, config.githubToken, signal)
  if (api === undefined) return log.warning('The pull request is not commented: that takes github-token')
  const key = keyOf(config.accountId)
  const runUrl = `${context.serverUrl}/${context.repository}/actions/runs/${context.runId}`
  const state = await keepComment({
    ...{ api, number: pullRequest, marker: markerOf(key) },
    bodyOf: (exists) => (isCommentDue({ mode, ...situation, exists }) ? bodyOf(key, runUrl) : undefined),
  })
  if (state.state === 'failed') log.warning(`The pull request is not commented: ${state.why}`)
}
