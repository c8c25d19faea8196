import type { Baseline, Unchecked } from '../domain/baseline.ts'
import type { Evidence, Finding } from '../domain/finding.ts'
import type { Limit } from '../domain/gate.ts'
import { type Concluded, concludedOf } from '../domain/judgement/conclusion.ts'
import { evidenceOfWorkspace, type Row } from '../domain/judgement/evidence.ts'
import { BaselineJudge, Judge, type Judged, type JudgedFinding, type Policy } from '../domain/judgement/judge.ts'
import type { PrincipalType } from '../domain/principal.ts'
import { type Tally, tallyOfWorkspaces, tellsFederation } from '../domain/tally.ts'
import type { Workspace } from '../domain/workspace.ts'
import { inBlocks } from '../stream.ts'
import { type EarlierResults, type ReadResults, readTo } from './earlier-results.ts'
import { evidencesIn } from './evidences.ts'

/** What an audit has on disk when its phases are over. */
export interface AuditRecords {
  /** In listing order. */
  readonly types: readonly PrincipalType[]
  /** The listing of a type with what became of each, in listing order, some hundred at a time; read two or three times. */
  rows(type: PrincipalType): AsyncIterable<readonly Row[]>
  /** `undefined`: not listed. */
  readonly workspaces: readonly Workspace[] | undefined
  readonly idpIsEntra: boolean
}

/** All evidence of an audit, some hundred at a time: identities by type in listing order, then workspaces. */
export async function* evidencesOf(records: AuditRecords): AsyncGenerator<readonly Evidence[]> {
  const { types, idpIsEntra, workspaces } = records
  for (const type of types) {
    const groups = new Set<string>()
    const note = ({ principal }: Row) => {
      if (type === 'groups') groups.add(principal.id)
    }
    yield* evidencesIn(() => records.rows(type), { idpIsEntra, isGroup: (id) => groups.has(id) }, note)
  }
  // Where the API tells of none, nothing is known of any.
  if (workspaces === undefined || !tellsFederation(tallyOfWorkspaces(workspaces))) return
  yield workspaces.map(evidenceOfWorkspace).filter((evidence) => evidence !== undefined)
}

/** Judges evidence while it passes; `onFinding` is told of each finding, as for `findings.json`. */
export async function* judging(
  evidences: AsyncIterable<readonly Evidence[]>,
  judge: Judge,
  onFinding: (judged: JudgedFinding) => void = () => {},
): AsyncGenerator<readonly Finding[]> {
  for await (const block of evidences) {
    const judged = block.map((evidence) => judge.add(evidence)).filter((one) => one !== undefined)
    for (const one of judged) onFinding(one)
    yield judged.map(({ finding }) => finding)
  }
}

export interface Evaluation extends Concluded {
  readonly tally: Tally
  readonly unchecked: Unchecked
  readonly judged: Judged
}

/** Takes the findings of an evaluation, in listing order, to the end; as they come, so that nobody holds them all. */
export type FindingsSink = (findings: AsyncIterable<readonly Finding[]>) => Promise<void>

const nowhere: FindingsSink = async (findings) => {
  for await (const _ of findings);
}

export interface EvaluationOptions {
  readonly policy: Policy
  readonly baseline: Baseline | undefined
  readonly maxFailures: Limit
  readonly onFinding?: (judged: JudgedFinding) => void
  readonly sink?: FindingsSink
}

/**
 * Judges an earlier audit anew: by this policy, whatever it was judged by then. What ended `incomplete` stays so. Throws
 * `configuration` for results that turn out to be damaged, which may show only at their end.
 */
export async function evaluation(
  results: EarlierResults,
  { policy, baseline, maxFailures, onFinding, sink = nowhere }: EvaluationOptions,
): Promise<Evaluation> {
  const judge = new Judge(policy, baseline)
  let read: ReadResults | undefined
  const evidences = async function* () {
    read = yield* results.evidences()
  }
  await sink(judging(inBlocks(evidences()), judge, onFinding))
  if (read === undefined) throw new Error('The findings were not taken to the end')
  const { tally, unchecked, conclusion, incompleteness } = read
  const judged = judge.result(tally, unchecked)
  const end = concludedOf({ tally, incompleteness, broken: false, checked: true, maxFailures }, judged)
  const stays = conclusion === 'incomplete' && end.conclusion !== 'incomplete'
  return { tally, unchecked, judged, ...(stays ? { ...end, conclusion, ready: false } : end) }
}

/** What today's findings are compared with. Throws `configuration` for results that turn out to be damaged. */
export async function baselineIn(results: EarlierResults, policy: Policy): Promise<Baseline> {
  const judge = new BaselineJudge(policy)
  const { tally, unchecked } = await readTo(results, (evidence) => judge.add(evidence))
  return judge.baseline(tally, unchecked, results.report?.finishedAt ?? '')
}
