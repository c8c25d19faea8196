import { AuditError } from '../domain/failure.ts'

/** `baseline: …`, `mode evaluate: …`: said already. */
const NAMES_ITS_INPUT = /^[a-z -]+: /

/** What is wrong with a file or a result is told with the input that led to it. */
export async function ledTo<T>(input: string, found: Promise<T>): Promise<T> {
  try {
    return await found
  } catch (error) {
    const isBare =
      error instanceof AuditError && error.reason === 'configuration' && !NAMES_ITS_INPUT.test(error.message)
    throw isBare ? new AuditError('configuration', `${input}: ${error.message}`, { cause: error }) : error
  }
}
