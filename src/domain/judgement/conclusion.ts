import { type Conclusion, conclusionOf, type Incompleteness, incompletenessOf, type Limit } from '../gate.ts'
import { type Tally, total } from '../tally.ts'
import type { Judged } from './judge.ts'

export interface Concluded {
  readonly conclusion: Conclusion
  /** Each once, in the order found. */
  readonly incompleteness: readonly Incompleteness[]
  /** AIM can be enabled as far as this audit sees: no blocker that is not accepted, and nothing unchecked. */
  readonly ready: boolean
}

export interface Circumstances {
  readonly tally: Tally
  /** What happened on the way, or what an earlier audit ended with. */
  readonly incompleteness: readonly Incompleteness[]
  /** Nothing came of the audit at all. */
  readonly broken: boolean
  /** Phase 3 was reached, so what the counts say against the result counts. */
  readonly checked: boolean
  readonly maxFailures: Limit
}

/** The end of an audit and of an evaluation: the same counts and findings give the same conclusion. */
export function concludedOf(circumstances: Circumstances, { verdicts, classes }: Judged): Concluded {
  const { tally, broken, checked, maxFailures } = circumstances
  const found = checked ? incompletenessOf(tally, maxFailures, verdicts) : []
  const incompleteness = [...new Set([...circumstances.incompleteness, ...found])]
  const conclusion = conclusionOf(broken, incompleteness, verdicts)
  const failed = total(tally, (of) => of.failed)
  const isWhole = conclusion === 'passed' || conclusion === 'failed'
  return { conclusion, incompleteness, ready: isWhole && classes.blocker === 0 && failed === 0 }
}
