import { AuditError } from '../domain/failure.ts'
import { Slots } from '../domain/slots.ts'
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

const calls = new WeakMap<AbortSignal, Slots<() => void>>()

/**
 * Calls once when the signal is aborted, unless what it gives is called before. A signal goes through all its listeners for
 * each that comes, so it gets one of ours, however many requests wait.
 */
export function onCancel(signal: AbortSignal, call: () => void): () => void {
  const known = calls.get(signal)
  const all = known ?? new Slots()
  if (known === undefined) {
    calls.set(signal, all)
    const callAll = () => {
      for (const each of all.take(() => true)) each()
    }
    signal.addEventListener('abort', callAll, { once: true })
  }
  return all.add(call)
}

/** Settles like the promise, but no later than the signal; the promise itself goes on. */
export function unlessCancelled<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(cancelledBy(signal))
    if (signal.aborted) stop()
    const forget = onCancel(signal, stop)
    promise.then(resolve, reject).finally(forget)
  })
}
