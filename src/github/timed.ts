import { AuditError } from '../domain/failure.ts'

/**
 * A time limit around a call of the toolkit, whose HTTP client never settles when a connection is cut within a body. The
 * timer holds the process: with nothing else to do, Node would leave with exit code 13. What the call does later is
 * ignored. Throws `AuditError` with reason `timeout`.
 */
export async function within<T>(ms: number, what: string, promise: Promise<T>): Promise<T> {
  const { promise: expired, reject } = Promise.withResolvers<never>()
  const seconds = Math.ceil(ms / 1000)
  const timer = setTimeout(() => reject(new AuditError('timeout', `${what} did not end within ${seconds} s`)), ms)
  try {
    return await Promise.race([promise, expired])
  } finally {
    clearTimeout(timer)
  }
}
