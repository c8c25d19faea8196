import { AuditError } from '../../src/domain/failure.ts'
import type { HttpAnswer } from '../../src/http/send.ts'

/** Nothing aborts it. */
export const never = new AbortController().signal

export async function failureOf(outcome: unknown): Promise<AuditError> {
  const error: unknown = await Promise.resolve(outcome).then(
    () => new Error('nothing was thrown'),
    (error) => error,
  )
  if (error instanceof AuditError) return error
  throw error
}

export function thrownBy(act: () => unknown): AuditError {
  try {
    act()
  } catch (error) {
    if (error instanceof AuditError) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

export const jsonAnswer = (json: unknown, status = 200, headers: HttpAnswer['headers'] = {}): HttpAnswer => ({
  status,
  headers: { 'content-type': 'application/json', ...headers },
  text: JSON.stringify(json),
})
