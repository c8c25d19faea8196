import { AuditError } from '../domain/failure.ts'
import type { Clock } from '../ports.ts'

export const cancelledBy = (signal: AbortSignal): AuditError =>
  new AuditError('cancelled', 'The audit was cancelled', { cause: signal.reason })

/** Sleeps; throws `AuditError` with reason `cancelled` when the signal is aborted. */
export async function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) throw cancelledBy(signal)
  try {
    await clock.sleep(ms, signal)
  } catch (error) {
    throw signal.aborted ? cancelledBy(signal) : error
  }
}

/** Settles like the promise, but no later than the signal; the promise itself goes on. */
export function unlessCancelled<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(cancelledBy(signal))
    if (signal.aborted) stop()
    signal.addEventListener('abort', stop, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop))
  })
}
