import type { Verdict } from '../domain/gate.ts'
import { countsOf, exceededOf, sumOf, unfederated } from './figures.ts'
import type { ArtifactState, Report } from './model.ts'

const known = (value: number | undefined): string => (value === undefined ? '' : String(value))

const exceeded = ({ rule, value, checked }: Verdict) => ({ rule: rule.text, value, checked, limit: rule.limitText })

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
    counts: JSON.stringify(countsOf(tally)),
    exceeded: JSON.stringify(exceededOf(verdicts).map(exceeded)),
    'results-path': report.resultsPath,
    'artifact-id': artifact.state === 'uploaded' ? artifact.id : '',
    'artifact-url': artifact.state === 'uploaded' ? artifact.url : '',
    resumed: String(report.continuedFrom !== undefined),
    'duration-seconds': String(report.durationSeconds),
    'api-calls': String(Object.values(apiCalls).reduce((sum, calls) => sum + calls, 0)),
  }
}
