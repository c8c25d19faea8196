import type { Verdict } from '../domain/gate.ts'
import { countsOf, exceededOf, isBlank, sumOf, unfederated } from './figures.ts'
import type { ArtifactState, Report } from './model.ts'
import { judgementOutputsOf } from './summary-judgement.ts'

const known = (value: number | undefined): string => (value === undefined ? '' : String(value))

const exceeded = ({ rule, value, checked }: Verdict) => ({ rule: rule.text, value, checked, limit: rule.limitText })

const NOT_JUDGED = {
  ready: 'false',
  'blocker-count': '',
  'review-count': '',
  'hygiene-count': '',
  'out-of-scope-count': '',
}

/** Of an audit that checked nothing no count is known. */
const judgedOf = ({ judgement, tally }: Report): Record<string, string> =>
  judgement === undefined || isBlank(tally) ? NOT_JUDGED : judgementOutputsOf(judgement)

/** Every output of the action; what is not known is empty. Numbers, paths and ids only, never a name. */
export function outputsOf(report: Report, artifact: ArtifactState): Record<string, string> {
  const { tally, verdicts, apiCalls } = report
  const sum = sumOf(tally)
  return {
    conclusion: report.conclusion,
    'total-checked': known(sum?.checked),
    'divergent-count': known(sum?.divergent),
    'failure-count': known(sum?.failed),
    'gone-count': known(sum?.gone),
    'workspace-count': known(tally.workspaces?.listed),
    'divergent-workspace-count': known(unfederated(tally)),
    counts: JSON.stringify(countsOf(report)),
    exceeded: JSON.stringify(exceededOf(verdicts).map(exceeded)),
    'results-path': report.resultsPath,
    'artifact-id': artifact.state === 'uploaded' ? artifact.id : '',
    'artifact-url': artifact.state === 'uploaded' ? artifact.url : '',
    resumed: String(report.continuedFrom !== undefined),
    'duration-seconds': String(report.durationSeconds),
    ...judgedOf(report),
    'api-calls': String(Object.values(apiCalls).reduce((sum, calls) => sum + calls, 0)),
  }
}
