// First of all: what else is loaded takes longer than a cancel may.
import './action/cancelled.ts'
// Before the toolkit, which would die of them.
import './action/proxies.ts'
import * as core from '@actions/core'
import { cancelled } from './action/cancelled.ts'
import { faultCommented } from './action/commenting.ts'
import { evaluate } from './action/evaluate.ts'
import { handedOver, handOver } from './action/hand-over.ts'
import { post } from './action/post.ts'
import { run } from './action/run.ts'
import { auditOf, isEvaluation, settingsOf } from './action/settings.ts'
import { docsUrlOf, hasOutputs, log, told } from './action/telling.ts'
import { AuditError, unexpected } from './domain/failure.ts'
import { type Conclusion, exitCodeOf } from './domain/gate.ts'
import { systemClock } from './http/clock.ts'
import { faultReportOf } from './report/fault-report.ts'
import { VERSION } from './version.ts'

const env = process.env

/** Whatever comes next, this much is told. */
function concludeAs(conclusion: Conclusion): void {
  try {
    if (env.GITHUB_OUTPUT) core.setOutput('conclusion', conclusion)
  } catch {
    // The exit code tells it too.
  }
}

/** The one place that catches everything and decides the exit code. */
async function main(): Promise<void> {
  try {
    const incomplete = () => {
      if (!hasOutputs()) concludeAs('incomplete')
    }
    if (cancelled.aborted) incomplete()
    else cancelled.addEventListener('abort', incomplete)
    const settings = await settingsOf(env, cancelled, {
      onRefused: (problem, refusal) => faultCommented(problem, refusal, cancelled),
    })
    const done = isEvaluation(settings) ? evaluate(settings, env, cancelled) : run(auditOf(settings), env, cancelled)
    const report = await done.catch(async (error: unknown) => {
      await faultCommented(faultOf(error), settings, cancelled)
      throw error
    })
    process.exitCode = exitCodeOf(report.conclusion, report.warnOnly)
  } catch (error) {
    const fault = faultOf(error)
    const report = faultReportOf(fault, VERSION, systemClock.date(), docsUrlOf(env))
    const nothing = { artifact: { state: 'nothing' }, progress: { state: 'ended' }, notContinued: '' } as const
    await told(report, { ...nothing, withSummary: true }, env)
    handOver.told()
    process.exitCode = 1
  }
}

const faultOf = (error: unknown): AuditError =>
  error instanceof AuditError ? error : unexpected('The audit', error, placeOf(error))

/** Name and place of a fault of ours; never its message, which may hold anything. */
function placeOf(error: unknown): string {
  if (!(error instanceof Error)) return ''
  const frame = /\n\s+at ([^\n(]{1,80})/.exec(error.stack ?? '')?.[1]?.trim()
  return [error.name, frame].filter(Boolean).join(', ')
}

// The toolkit can throw from an event handler, where no promise catches it.
process.on('uncaughtException', (error) => {
  log.error(unexpected('The audit', error, placeOf(error)).message)
  if (!handedOver.isPost()) concludeAs('error')
  process.exit(1)
})
if (handedOver.isPost())
  await post(env).catch((error: unknown) => log.warning(unexpected('The post step', error, placeOf(error)).message))
else await main()
// A call of the toolkit that was given up may hold the process for minutes, and Node can spin for ever in closing what is
// still open when it leaves by itself. What was written to the log is out: pipes are written synchronously.
process.exit()
