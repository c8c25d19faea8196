import type { TypeReading } from '../domain/directory-reading.ts'
import { PRINCIPAL_TYPES, type PrincipalType, TYPE_LABELS, TYPE_SINGULARS } from '../domain/principal.ts'
import { counted, duration, number, share } from './wording.ts'

export type Phase = 'workspaces' | 'identities' | 'divergences'

/** What is counted: a phase's whole, one type of it, or what is read of the tenant. */
export type Subject = Phase | PrincipalType | 'directory-objects'

const SUBJECT_LABELS: Readonly<Record<Subject, string>> = {
  ...{ workspaces: 'workspaces', identities: 'identities', divergences: 'divergences' },
  ...TYPE_LABELS,
  'directory-objects': 'objects of the tenant',
}

/** Where a phase stands. */
export interface PhaseProgress {
  readonly subject: Subject
  readonly done: number
  /** `undefined` until it is known. */
  readonly total: number | undefined
  readonly failed: number
  readonly ratePerSecond: number
  /** `undefined` while nothing can be said. */
  readonly etaMs: number | undefined
  /** How many answers asked us to slow down. */
  readonly throttled: number
  readonly waiting: Waiting | undefined
}

/** Why nothing is asked at this moment: the server wants it so, or did not answer for a while. */
export type Waiting = 'as-asked' | 'for-answers'

const WAITING_TEXTS: Readonly<Record<Waiting, string>> = {
  'as-asked': 'waiting as asked',
  'for-answers': 'waiting, for the server does not answer',
}

const rateText = (perSecond: number): string => (perSecond < 100 ? perSecond.toFixed(1) : number(Math.round(perSecond)))

/** `users: 1,200 of 2,504 (47.9%), 12.3 a second, about 1 min 46 s left, 3 failed` */
export function progressLineOf(progress: PhaseProgress): string {
  const { subject, done, total, failed, ratePerSecond, etaMs, throttled, waiting } = progress
  const extent = total === undefined ? number(done) : `${number(done)} of ${number(total)}`
  const percent = total === undefined ? '' : share(Math.min(done, total), total)
  return [
    `${SUBJECT_LABELS[subject]}: ${extent}${percent === '' ? '' : ` (${percent})`}`,
    ...(ratePerSecond > 0 ? [`${rateText(ratePerSecond)} a second`] : []),
    ...(etaMs === undefined ? [] : [`about ${duration(etaMs / 1000)} left`]),
    ...(failed > 0 ? [`${number(failed)} failed`] : []),
    ...(throttled > 0 ? [`asked to slow down ${counted(throttled, 'time', 'times')}`] : []),
    ...(waiting === undefined ? [] : [WAITING_TEXTS[waiting]]),
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

/** Identities by type, as far as they are included. */
export type Counts = Readonly<Partial<Record<PrincipalType, number>>>

const partsOf = (identities: Counts): string =>
  PRINCIPAL_TYPES.flatMap((type) => {
    const count = identities[type] ?? 0
    return count === 0 ? [] : counted(count, TYPE_SINGULARS[type], TYPE_LABELS[type])
  }).join(', ')

const totalOf = (identities: Counts): number => Object.values(identities).reduce((sum, count) => sum + count, 0)

/** How many calls phase 3 makes, one an identity, and about how long they take with `inFlight` at a time. */
export function estimateOf(identities: Counts, inFlight: number, callMs: number = USUAL_CALL_MS): Estimate {
  const calls = totalOf(identities)
  const ms = Math.ceil(calls / Math.max(1, inFlight)) * callMs
  const text =
    calls === 0
      ? 'No identity to check'
      : `${counted(calls, 'match call', 'match calls')} to make (${partsOf(identities)}), up to ${number(inFlight)} at a time: about ${duration(ms / 1000)}, if an answer takes ${callMs} ms; longer if Databricks asks to slow down`
  return { calls, ms, text }
}

/** The same where the tenant was read in bulk. */
export function comparisonsOf(identities: Counts): { readonly calls: number; readonly text: string } {
  const calls = totalOf(identities)
  const text =
    calls === 0
      ? 'No identity to check'
      : `${counted(calls, 'identity', 'identities')} to compare with what was read (${partsOf(identities)}); only linked groups are asked about, for their members`
  return { calls, text }
}

/** `Read of the tenant: 1,271 users, 174 groups` */
export const readingText = (readings: readonly TypeReading[]): string =>
  `Read of the tenant: ${readings.map(({ type, read }) => `${number(read)} ${TYPE_LABELS[type]}`).join(', ')}`
