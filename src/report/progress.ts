import { PRINCIPAL_TYPES, type PrincipalType, TYPE_LABELS } from '../domain/principal.ts'
import { counted, duration, number, share } from './wording.ts'

export type Phase = 'workspaces' | 'identities' | 'divergences'

/** Where a phase stands. */
export interface PhaseProgress {
  readonly phase: Phase
  /** `undefined` where the phase is not about one type. */
  readonly type?: PrincipalType | undefined
  readonly done: number
  /** `undefined` until it is known. */
  readonly total: number | undefined
  readonly failed: number
  readonly ratePerSecond: number
  /** `undefined` while nothing can be said. */
  readonly etaMs: number | undefined
  /** How many answers asked us to slow down. */
  readonly throttled: number
  /** Waiting as the server asked, at this moment. */
  readonly paused: boolean
}

/** `users: 1,200 of 2,504 (47.9%), 12.3 a second, about 1 min 46 s left, 3 failed` */
export function progressLineOf(progress: PhaseProgress): string {
  const { phase, type, done, total, failed, ratePerSecond, etaMs, throttled, paused } = progress
  const subject = type === undefined ? phase : TYPE_LABELS[type]
  const extent = total === undefined ? number(done) : `${number(done)} of ${number(total)}`
  const percent = total === undefined ? '' : share(Math.min(done, total), total)
  return [
    `${subject}: ${extent}${percent === '' ? '' : ` (${percent})`}`,
    ...(ratePerSecond > 0 ? [`${ratePerSecond.toFixed(1)} a second`] : []),
    ...(etaMs === undefined ? [] : [`about ${duration(etaMs / 1000)} left`]),
    ...(failed > 0 ? [`${number(failed)} failed`] : []),
    ...(throttled > 0 ? [`asked to slow down ${counted(throttled, 'time', 'times')}`] : []),
    ...(paused ? ['waiting as asked'] : []),
  ].join(', ')
}

/** What one match call may take, in ms, before any was made; the lines that follow tell by what was measured. */
export const USUAL_CALL_MS = 250

export interface Estimate {
  readonly calls: number
  readonly ms: number
  /** One line for the log. */
  readonly text: string
}

/** How many calls phase 3 makes, one an identity, and about how long they take with `inFlight` at a time. */
export function estimateOf(
  identities: Readonly<Partial<Record<PrincipalType, number>>>,
  inFlight: number,
  callMs: number = USUAL_CALL_MS,
): Estimate {
  const types = PRINCIPAL_TYPES.filter((type) => identities[type] !== undefined)
  const calls = types.reduce((sum, type) => sum + (identities[type] ?? 0), 0)
  const ms = Math.ceil(calls / Math.max(1, inFlight)) * callMs
  const parts = types.map((type) => `${number(identities[type] ?? 0)} ${TYPE_LABELS[type]}`).join(', ')
  const text =
    calls === 0
      ? 'No identity to check'
      : `${counted(calls, 'match call', 'match calls')} to make (${parts}), up to ${number(inFlight)} at a time: about ${duration(ms / 1000)}, if an answer takes ${callMs} ms; longer if Databricks asks to slow down`
  return { calls, ms, text }
}
