import { AuditError } from '../domain/failure.ts'

/** The runner gives SIGTERM 7.5 s after SIGINT; what is committed by then is consistent whenever we leave. */
const LEAVE_AFTER_MS = 6_000

const cancel = new AbortController()

/** Aborted when the job is cancelled: stop at once and flush. A second signal leaves on the spot. */
export const cancelled: AbortSignal = cancel.signal

// As soon as this module is loaded: until then a signal ends the process without a word.
for (const name of ['SIGINT', 'SIGTERM'] as const)
  process.on(name, () => {
    if (cancelled.aborted) process.exit(1)
    setTimeout(() => process.exit(1), LEAVE_AFTER_MS)
    cancel.abort(new AuditError('cancelled', 'The job was cancelled'))
  })
