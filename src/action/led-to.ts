import { INPUT_NAMES } from '../config/inputs.ts'
import { AuditError } from '../domain/failure.ts'

const namesInput = (message: string): boolean => INPUT_NAMES.some((name) => message.startsWith(`${name}: `))

/** What is wrong with a file or a result is told with the input that led to it, unless the message names one already. */
export async function ledTo<T>(input: string, found: Promise<T>): Promise<T> {
  try {
    return await found
  } catch (error) {
    const isBare = error instanceof AuditError && error.reason === 'configuration' && !namesInput(error.message)
    throw isBare ? new AuditError('configuration', `${input}: ${error.message}`, { cause: error }) : error
  }
}
