import { isBlank, isPartial, sumOf } from './figures.ts'
import type { Judgement } from './judgement.ts'
import type { Report } from './model.ts'
import { changesSectionOf, notCountedOf } from './summary-changes.ts'
import { blockersFoldOf, tasksOf } from './summary-tasks.ts'
import { policySectionOf, resultLineOf, trendSectionOf } from './summary-trend.ts'
import { judgedGateOf, readinessOf, uncheckedText, verdictLineOf } from './summary-verdict.ts'

/** What judgement says in the summary, each part on its own; `''` where there is nothing to say. */
export interface JudgementParts {
  /** Right below the headline. */
  readonly verdict: string
  readonly gate: string
  readonly tasks: string
  /** A fold. */
  readonly blockers: string
  readonly changes: string
  readonly notCounted: string
  readonly trend: string
  readonly policy: string
}

/** `failures`: the row of the gate about what could not be checked. */
export function judgementPartsOf(
  report: Report,
  judgement: Judgement,
  failures: readonly (readonly string[])[],
): JudgementParts {
  const sum = sumOf(report.tally)
  const isWhole = report.conclusion === 'passed' || report.conclusion === 'failed'
  const verdict = [
    // Of nothing that was checked, nothing is said.
    isBlank(report.tally) ? '' : verdictLineOf(judgement, uncheckedText(report)),
    isWhole ? readinessOf(judgement) : '',
    judgement.result === undefined ? '' : resultLineOf(judgement.result),
  ]
  const now = {
    finishedAt: report.finishedAt,
    divergent: sum?.divergent ?? 0,
    blockers: judgement.judged.classes.blocker,
  }
  return {
    verdict: verdict.filter((text) => text !== '').join('\n\n'),
    gate: judgedGateOf(judgement, { isPartial: isPartial(report.conclusion), failures }),
    tasks: tasksOf(judgement),
    blockers: blockersFoldOf(judgement, report.showNames),
    changes: changesSectionOf(judgement, report.showNames),
    notCounted: notCountedOf(judgement, report.showNames),
    trend: trendSectionOf(judgement, report, now),
    policy: policySectionOf(judgement, report.showNames),
  }
}

/** Outputs that judgement adds; of identities, what is accepted left out. */
export const judgementOutputsOf = ({ ready, judged: { classes } }: Judgement): Record<string, string> => ({
  ready: String(ready),
  'blocker-count': String(classes.blocker),
  'review-count': String(classes.review),
  'hygiene-count': String(classes.hygiene),
  'out-of-scope-count': String(classes['out-of-scope']),
})

/** What judgement adds to `report.json`; a later audit reads `classes`. */
export function judgementJsonOf({ ready, newOnly, ratchet, policyFiles, judged }: Judgement) {
  const { classes, rawClasses, changes, baselineAt, allowList } = judged
  return {
    ready,
    classes,
    rawClasses,
    baseline: changes === undefined ? null : { finishedAt: baselineAt, newOnly, ratchet, changes },
    allowList: {
      accepted: allowList.accepted,
      expired: allowList.expired.length,
      expiring: allowList.expiring.length,
      unused: allowList.unused.length,
    },
    policyFiles: policyFiles.map(({ path, origin, commit, change }) => ({
      path,
      origin,
      commit,
      change: change?.kind ?? null,
    })),
  }
}
