import type { Outcome } from './domain/outcome.ts'
import type { PrincipalType } from './domain/principal.ts'
import type { BulkMatchSource, Clock, Log, ResultsLog, Snapshot } from './ports.ts'
import {
  comparisonsOf,
  estimateOf,
  type Phase,
  progressLineOf,
  readingText,
  type Subject,
  type Waiting,
} from './report/progress.ts'

/** A line at least this often. */
const EVERY_MS = 10_000
/** The rate is of the last minute, so that it follows what the server allows now. */
const WINDOW_MS = 60_000

/** How the server holds us back at this moment. */
export interface Pressure {
  readonly throttled: number
  readonly waiting: Waiting | undefined
}

export interface ProgressPorts {
  readonly log: Log
  readonly clock: Clock
  readonly pressure: () => Pressure
  /** Who signs in, where and how: one line. */
  readonly who: string
  readonly maxConcurrency: number
  /** The tenant is read in bulk; otherwise each identity takes a call. */
  readonly isBulk: boolean
}

const TITLES: Readonly<Record<Phase, string>> = {
  workspaces: 'Phase 1 of 3: workspaces',
  identities: 'Phase 2 of 3: identities',
  divergences: 'Phase 3 of 3: divergences',
}

/** Tells the log where the audit stands: a group a phase, and a line every ten seconds. */
export class Progress {
  readonly #ports: ProgressPorts
  readonly #stopped = new AbortController()
  readonly #marks: { readonly atMs: number; readonly done: number }[] = []
  #phase: Phase | undefined
  #subject: Subject | undefined
  /** Counts what is not told piece by piece. */
  #count: (() => number) | undefined
  #done = 0
  #total: number | undefined
  /** When the last page came in, or the phase began. */
  #pageMs = 0
  #failed = 0

  constructor(ports: ProgressPorts) {
    this.#ports = ports
    this.#ticking().catch(() => {})
  }

  /** Opens a phase. `work`: what phase 3 is about to ask, and what of it is done. */
  phase(phase: Phase, work?: { readonly snapshot: Snapshot; readonly results: ResultsLog }): void {
    this.#endPhase()
    const { log, who, maxConcurrency, isBulk } = this.#ports
    log.group(TITLES[phase])
    // First of all, for whoever looks why the sign-in fails.
    if (phase === 'workspaces') log.info(who)
    this.#phase = phase
    this.#begin(phase, undefined)
    this.#pageMs = this.#ports.clock.now()
    if (work === undefined) return
    const { snapshot, results } = work
    const left = (type: PrincipalType) => snapshot.count(type) - results.doneCount(type)
    const counts = Object.fromEntries(snapshot.listed().map((type) => [type, left(type)]))
    const { calls, text } = isBulk ? comparisonsOf(counts) : estimateOf(counts, maxConcurrency)
    log.info(text)
    this.#begin(phase, calls)
  }

  /** A page of a listing came in. */
  listed(type: PrincipalType, soFar: number, promised: number): void {
    if (type !== this.#subject) {
      if (this.#subject !== this.#phase) this.#tell()
      this.#begin(type, promised)
      // The first page was under way since the last one came in.
      this.#marks[0] = { atMs: this.#pageMs, done: 0 }
    }
    this.#pageMs = this.#ports.clock.now()
    this.#done = soFar
    this.#total = promised
  }

  /** Within a phase, the tenant is read in bulk. */
  async reading(bulk: Pick<BulkMatchSource, 'objectsRead' | 'readings'>, reading: Promise<void>): Promise<void> {
    this.#tell()
    this.#begin('directory-objects', undefined, () => bulk.objectsRead())
    await reading
    this.#begin(this.#phase, undefined)
    this.#ports.log.info(readingText(bulk.readings()))
  }

  /** An identity's outcome is final. */
  finished(kind: Outcome['kind']): void {
    this.#done++
    if (kind === 'failed') this.#failed++
  }

  /** Ends the last phase; nothing is told after it. */
  end(): void {
    this.#endPhase()
    this.#stopped.abort()
  }

  #begin(subject: Subject | undefined, total: number | undefined, count?: () => number): void {
    this.#subject = subject
    this.#count = count
    this.#total = total
    this.#done = count?.() ?? 0
    this.#failed = 0
    this.#marks.length = 0
    this.#mark()
  }

  #endPhase(): void {
    if (this.#phase === undefined) return
    if (this.#done > 0) this.#tell()
    this.#ports.log.endGroup()
    this.#phase = undefined
    this.#subject = undefined
  }

  async #ticking(): Promise<void> {
    for (;;) {
      await this.#ports.clock.sleep(EVERY_MS, this.#stopped.signal)
      this.#tell()
    }
  }

  #mark(): { readonly atMs: number; readonly done: number } {
    const now = this.#ports.clock.now()
    this.#marks.push({ atMs: now, done: this.#done })
    while (this.#marks.length > 1 && (this.#marks[0]?.atMs ?? 0) < now - WINDOW_MS) this.#marks.shift()
    return this.#marks[0] ?? { atMs: now, done: this.#done }
  }

  #tell(): void {
    if (this.#subject === undefined) return
    this.#done = this.#count?.() ?? this.#done
    const since = this.#mark()
    const seconds = (this.#ports.clock.now() - since.atMs) / 1000
    const ratePerSecond = seconds > 0 ? (this.#done - since.done) / seconds : 0
    const left = this.#total === undefined ? undefined : Math.max(0, this.#total - this.#done)
    const line = progressLineOf({
      subject: this.#subject,
      done: this.#done,
      total: this.#total,
      failed: this.#failed,
      ratePerSecond,
      etaMs: left === undefined || left === 0 || ratePerSecond === 0 ? undefined : (left / ratePerSecond) * 1000,
      ...this.#ports.pressure(),
    })
    this.#ports.log.info(line)
  }
}
