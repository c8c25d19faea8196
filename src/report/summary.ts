import { isOnlyFault } from './figures.ts'
import { type Piece, sectionOf, withinBytes } from './markdown.ts'
import type { ArtifactState, ProgressState, Report } from './model.ts'
import { adviceOf, countsSectionOf } from './summary-counts.ts'
import { failuresRow, gateOf } from './summary-gate.ts'
import { headOf } from './summary-head.ts'
import { judgementPartsOf } from './summary-judgement.ts'
import { filesSectionOf, notesOf, prerequisitesSectionOf, uncheckedOf } from './summary-notes.ts'
import { progressSectionOf } from './summary-progress.ts'
import { failuresFoldOf, sampleFoldsOf } from './summary-samples.ts'
import { counted } from './wording.ts'

/** GitHub drops a step's summary whole when it is over 1 MiB. */
export const SUMMARY_BYTES = 900 * 1024

const fixed = (text: string): Piece[] => (text === '' ? [] : [{ text, droppable: false }])
const droppable = (texts: readonly string[]): Piece[] => texts.map((text) => ({ text, droppable: true }))

const dropNotice = (dropped: number): string =>
  `${counted(dropped, 'list of first rows is', 'lists of first rows are')} left out here to keep this page within GitHub's limit; the files hold every row.`

/** The job summary: GitHub-flavoured Markdown, at most `SUMMARY_BYTES` long, safe whatever the directory's names are. */
export function summaryOf(
  report: Report,
  artifact: ArtifactState,
  progress: ProgressState = { state: 'ended' },
  notContinued = '',
): string {
  if (isOnlyFault(report)) {
    const files = artifact.state === 'nothing' || report.files.length === 0 ? '' : filesSectionOf(report, artifact)
    return withinBytes([...fixed(headOf(report)), ...fixed(files)], SUMMARY_BYTES, dropNotice)
  }
  const folds = sampleFoldsOf(report)
  const { judgement } = report
  const judged = judgement && judgementPartsOf(report, judgement, failuresRow(report))
  const pieces = [
    ...fixed(headOf(report, judged?.verdict)),
    ...fixed(judged?.gate ?? gateOf(report)),
    ...fixed(judged?.tasks ?? ''),
    ...droppable(judged === undefined || judged.blockers === '' ? [] : [judged.blockers]),
    ...fixed(countsSectionOf(report)),
    ...fixed(adviceOf(report)),
    ...droppable([judged?.changes ?? '', judged?.notCounted ?? ''].filter((text) => text !== '')),
    ...fixed(uncheckedOf(report)),
    ...droppable(failuresFoldOf(report)),
    ...fixed(prerequisitesSectionOf(report)),
    ...(folds.length > 0 ? fixed(sectionOf('First rows')) : []),
    ...droppable(folds),
    ...fixed(progressSectionOf(report, progress, notContinued)),
    ...fixed(judged?.trend ?? ''),
    ...fixed(judged?.policy ?? ''),
    ...fixed(notesOf(report)),
    ...fixed(filesSectionOf(report, artifact)),
  ]
  return withinBytes(pieces, SUMMARY_BYTES, dropNotice)
}
