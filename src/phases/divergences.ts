import { AuditError, POLICIES, type Reason, unexpected } from '../domain/failure.ts'
import type { Incompleteness } from '../domain/gate.ts'
import type { Clock, Finished } from '../ports.ts'
import { type Blocks, mapConcurrent } from '../stream.ts'
import { afterCall, FIRST_STANDING, type Standing, type Step, stepAfter } from './access.ts'
import { type Checked, type CheckSources, checked, type Item } from './check.ts'
import { whenQuiet } from './quiet.ts'
import { type Listed, unfinished } from './unfinished.ts'

/** Finished results are made durable at least this often while results come in … */
const BATCH_MS = 1_000
/** … and when they are so many, or this share of what is finished: a kill must not cost much of it. */
const [LEAST_BATCH, MOST_BATCH] = [200, 1_000]
const BATCH_SHARE = 1 / 5
/** What is under way when the time is up may still end; a request takes no longer than this. */
const DRAIN_MS = 95_000

export interface DivergencesInput extends CheckSources, Listed {
  readonly clock: Clock
  /** Identities under way at once, those that wait for a retry included. */
  readonly concurrency: number
  /** Called when an identity's outcome is final. */
  readonly onFinished: (checked: Checked) => void
  /** Called when finished identities have become durable. */
  readonly onCommitted: () => void
}

/** How phase 3 ended. `fault`: what broke it off. */
export interface DivergencesEnd {
  readonly stopped: Incompleteness | undefined
  readonly fault: AuditError | undefined
  /** Nothing was ever answered: there is no result at all. */
  readonly broken: boolean
}

/** Worth a second pass when everything else is done: what ailed it may be over. */
const isPassing = (reason: Reason): boolean => {
  const { attempts } = POLICIES[reason]
  return attempts === 'throttled' || attempts >= 3
}

/**
 * Phase 3: every listed identity that is not finished yet is asked about once, failures of a passing kind once more at the end; only then are
 * they written down. What was finished when something stops it stays finished.
 */
export async function divergences(input: DivergencesInput): Promise<DivergencesEnd> {
  const run = new Run(input)
  try {
    await run.pass(unfinished(input))
    await run.pass([run.takeFailed()])
  } catch (error) {
    run.breakOff(error)
  }
  await run.finish().catch((error: unknown) => run.breakOff(error))
  return run.end()
}

/** What stops a pass from within; everything finished before it counts. */
class Stop extends Error {
  readonly why: Incompleteness
  constructor(why: Incompleteness) {
    super(why)
    this.why = why
  }
}

class Run {
  readonly #input: DivergencesInput
  readonly #all: number
  readonly #halt = new AbortController()
  readonly #sources: CheckSources
  #standing: Standing = FIRST_STANDING
  /** Answered before; asked again when access seems to be lost, and when nobody is answered any more. */
  #canary: Item | undefined
  #failed: Checked[] = []
  #batch: Finished[] = []
  #recorded = 0
  #batchedAtMs: number
  #secondPass = false
  #stopped: Incompleteness | undefined
  #fault: AuditError | undefined
  #broken = false

  constructor(input: DivergencesInput) {
    this.#input = input
    const { account, source, targeted } = input
    this.#sources = { account, source, targeted, signal: AbortSignal.any([input.signal, this.#halt.signal]) }
    this.#all = input.snapshot.listed().reduce((sum, type) => sum + this.#left(type), 0)
    this.#batchedAtMs = input.clock.now()
    if (input.deadline.aborted) this.#drain()
    else input.deadline.addEventListener('abort', () => this.#drain(), { once: true, signal: this.#halt.signal })
  }

  async pass(items: Blocks<Item>): Promise<void> {
    const over = new AbortController()
    this.#watch(AbortSignal.any([this.#sources.signal, over.signal]))
    await mapConcurrent(items, {
      limit: this.#input.concurrency,
      map: (item) => checked(item, this.#sources),
      take: (result) => this.#take(result),
      // What waits for a retry must not hold up the end of a run that has to stop.
      onFailure: (cause) => this.#halt.abort(new AuditError('cancelled', 'The audit stops', { cause })),
    })
    over.abort()
  }

  /** The identities of the second pass; the rest of the failures is final. When the time is up, there is none. */
  takeFailed(): Item[] {
    if (this.#input.deadline.aborted) return []
    const [again, final]: [Item[], Checked[]] = [[], []]
    for (const result of this.#failed) {
      if (result.outcome.kind === 'failed' && isPassing(result.outcome.failure.reason)) again.push(result.item)
      else final.push(result)
    }
    this.#failed = final
    this.#secondPass = true
    return again
  }

  breakOff(error: unknown): void {
    if (error instanceof Stop) {
      this.#stopped = error.why
      return
    }
    const fault = error instanceof AuditError ? error : unexpected('Checking the identities', error)
    if (fault.reason === 'cancelled' && this.#input.deadline.aborted && !this.#input.signal.aborted) return
    this.#fault = fault
    this.#broken = isBreaking(fault.reason, this.#hasAnswers())
    this.#stopped = stoppedBy(fault.reason)
  }

  async finish(): Promise<void> {
    this.#halt.abort()
    for (const result of this.#failed) {
      this.#record(result)
      if (this.#isDue()) await this.#flush()
    }
    this.#failed = []
    await this.#flush()
    const { deadline, snapshot } = this.#input
    if (deadline.aborted && snapshot.listed().some((type) => this.#left(type) > 0)) this.#stopped ??= 'time-up'
  }

  end(): DivergencesEnd {
    return { stopped: this.#stopped, fault: this.#fault, broken: this.#broken }
  }

  #left(type: Item['type']): number {
    return this.#input.snapshot.count(type) - this.#input.results.doneCount(type)
  }

  /** In this run or one that it continues. */
  #hasAnswers(): boolean {
    const { snapshot, results } = this.#input
    return this.#standing.answered > 0 || snapshot.listed().some((type) => results.doneCount(type) > 0)
  }

  /**
   * Who is refused while nobody passes waits for long, for the server may have closed for all. When only such are left that
   * it refuses for ever, nobody would ever pass: one that was answered before shows which it is.
   */
  #watch(signal: AbortSignal): void {
    const ask = async () => this.#canary && (await checked(this.#canary, { ...this.#sources, signal }))
    void whenQuiet(() => this.#standing.answered, ask, this.#input.clock, signal)
  }

  #drain(): void {
    const halt = () => this.#halt.abort(new AuditError('cancelled', 'The time is up'))
    this.#input.clock.sleep(DRAIN_MS, this.#halt.signal).then(halt, () => {})
  }

  #take(result: Checked): void | Promise<void> {
    if (result.outcome.kind === 'failed' && !this.#secondPass) this.#failed.push(result)
    else this.#record(result)
    this.#standing = afterCall(this.#standing, result.end)
    if (result.end === 'answered') this.#canary = result.item
    const step = stepAfter(this.#standing, this.#all)
    return step.step !== 'go-on' || this.#isDue() ? this.#goOn(step) : undefined
  }

  async #goOn(step: Step): Promise<void> {
    if (this.#isDue()) await this.#flush()
    if (step.step === 'stop') throw new Stop(step.why)
    if (step.step === 'broken') throw new AuditError(step.reason, BROKEN[step.reason], { code: CODES[step.reason] })
    if (step.step === 'canary' && (await this.#canaryIsRefused())) throw new Stop('access-lost')
  }

  #record(result: Checked): void {
    const { item, outcome } = result
    this.#input.onFinished(result)
    this.#batch.push({ type: item.type, position: item.position, outcome })
    this.#recorded++
  }

  #isDue(): boolean {
    const { length } = this.#batch
    if (length >= Math.min(MOST_BATCH, Math.max(LEAST_BATCH, this.#recorded * BATCH_SHARE))) return true
    return length > 0 && this.#input.clock.now() - this.#batchedAtMs >= BATCH_MS
  }

  async #flush(): Promise<void> {
    const batch = this.#batch
    this.#batch = []
    this.#batchedAtMs = this.#input.clock.now()
    await this.#input.results.commit(batch)
    this.#input.onCommitted()
  }

  /** Two refusals of an identity that was answered before: the access is lost, not one identity forbidden. */
  async #canaryIsRefused(): Promise<boolean> {
    const canary = this.#canary
    if (canary === undefined) return false
    for (let repeat = 0; repeat < 2; repeat++) {
      const { end } = await checked(canary, this.#sources)
      if (end !== 'refused') {
        this.#standing = { ...this.#standing, refusedInARow: 0 }
        return false
      }
    }
    return true
  }
}

const CODES = { forbidden: 403, 'endpoint-not-found': 404 } as const

const BROKEN = {
  forbidden: 'Databricks refuses to match identities',
  'endpoint-not-found': 'Databricks answers every match with 404, for identities that do exist',
} as const

/** Before the first answer there is nothing to keep when access is refused; later it only stops the audit. */
const isBreaking = (reason: Reason, answered: boolean): boolean =>
  reason === 'internal' || reason === 'disk' || (!answered && reason !== 'cancelled' && reason !== 'outage')

function stoppedBy(reason: Reason): Incompleteness {
  if (reason === 'cancelled') return 'cancelled'
  return reason === 'sign-in' || reason === 'unauthorized' || reason === 'forbidden' ? 'access-lost' : 'unavailable'
}
