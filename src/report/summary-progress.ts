import { markdownCode, markdownText } from './escape.ts'
import { sumOf, unreached } from './figures.ts'
import { sectionOf } from './markdown.ts'
import type { ProgressState, Report } from './model.ts'
import { counted, number, part } from './wording.ts'

/** Where the audit began, how far it came, and how it goes on. Nothing to tell of one that ran through in one go. */
export function progressSectionOf(report: Report, progress: ProgressState, notContinued: string): string {
  const lines = [beginning(report), notContinued, extent(report), continuation(report, progress)]
  const told = lines.filter((line) => line !== '')
  return told.length === 0 ? '' : sectionOf('Progress', told.map((line) => `- ${line}`).join('\n'))
}

function beginning({ continuedFrom }: Report): string {
  if (continuedFrom === undefined) return ''
  const { runId, attempt, done, total } = continuedFrom
  return `Continued from run ${markdownCode(runId)}, attempt ${number(attempt)}, at ${part(done, total)}.`
}

const leftOf = ({ tally }: Report): number => {
  const sum = sumOf(tally)
  return sum === undefined ? 0 : unreached(sum)
}

/** As many runs as this one would take for the rest. */
function extent(report: Report): string {
  const sum = sumOf(report.tally)
  const left = leftOf(report)
  if (sum === undefined || left === 0 || report.conclusion === 'error') return ''
  const runs =
    report.finishedHere === 0
      ? ''
      : `; about ${counted(Math.ceil(left / report.finishedHere), 'run', 'runs')} more at this pace`
  return `${part(sum.listed - left, sum.listed)} identities are done${runs}.`
}

function continuation(report: Report, progress: ProgressState): string {
  if (report.conclusion === 'passed' || report.conclusion === 'failed')
    return progress.state === 'failed'
      ? `Progress could not be saved: ${markdownText(progress.why)}. Had this run been interrupted, the next one would have had to begin anew.`
      : ''
  switch (progress.state) {
    case 'ended':
      return report.conclusion === 'incomplete' ? 'The next run begins anew: what was found cannot be built upon.' : ''
    case 'saved':
      return 'Progress is saved: run the workflow again, or re-run this job, and it goes on from here. What failed is asked about again.'
    case 'post':
      return 'Progress is on disk; the post step of this job saves it, and the next run goes on from here.'
    case 'off':
      return 'Progress is not saved (`resume: off`): the next run begins anew.'
    case 'public':
      return 'Progress is not saved: in a public repository it takes a `progress-key`. The next run begins anew.'
    case 'failed':
      return notSavedText(progress.why)
  }
}

export const notSavedText = (why: string): string =>
  `Progress could not be saved: ${markdownText(why)}. The next run may have to begin anew.`
