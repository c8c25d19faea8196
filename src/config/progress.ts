import type { Problem } from '../domain/gate.ts'
import type { Reading } from './reading.ts'
import { oneOf, wholeNumberBetween } from './values.ts'

const HOUR_MS = 3_600_000
const MINUTE_MS = 60_000
const LEAST_KEY_LENGTH = 32

/** How long the audit may take, and what becomes of what it has done when it ends before its time. */
export interface ProgressConfig {
  /** Whether progress is saved, and earlier progress continued. */
  readonly resume: boolean
  /** Since the last commit of what is continued. */
  readonly resumeMaxAgeMs: number
  /** Seals what is saved; `undefined`: only what is not personal is saved, and not in public. */
  readonly key: string | undefined
  readonly maxDurationMs: number
}

export function progressIn(reading: Reading): ProgressConfig {
  const resume = reading.read('resume', oneOf(['auto', 'off']))
  if (resume === 'off') reading.noteUnused(['resume-max-age', 'progress-key'], 'with resume off')
  return {
    resume: resume !== 'off',
    resumeMaxAgeMs: (reading.read('resume-max-age', wholeNumberBetween(1, 72)) ?? 0) * HOUR_MS,
    key: reading.readOptional('progress-key', keyOf),
    maxDurationMs: (reading.read('max-duration', wholeNumberBetween(1, 7200)) ?? 0) * MINUTE_MS,
  }
}

// Never quoted: a key that is too short is still a secret.
const keyOf = (text: string): string | Problem =>
  text.length >= LEAST_KEY_LENGTH
    ? text
    : {
        problem: `has ${text.length} characters; write at least ${LEAST_KEY_LENGTH}, for example from "openssl rand -base64 32"`,
      }
