import { AuditError } from '../domain/failure.ts'
import { isId } from '../domain/principal.ts'
import { Misshapen, type Read } from '../http/shape.ts'

/**
 * Decimal digits, or `''` when there is no id. Databricks sends 64-bit ids as numbers or as digit strings; inexact numbers
 * were made strings when the JSON was read.
 */
export const optionalId: Read<string> = (json) => {
  if (json === undefined || json === null || json === '') return ''
  return id(json)
}

export const id: Read<string> = (json) => {
  const digits = digitsOf(json)
  if (!isId(digits)) throw new Misshapen()
  return digits
}

/** A number that counts something; a 64-bit count may come as a string. */
export const count: Read<number> = (json) => {
  const digits = digitsOf(json)
  if (!/^\d{1,9}$/.test(digits)) throw new Misshapen()
  return Number(digits)
}

const digitsOf = (json: unknown): string =>
  typeof json === 'string' ? json : Number.isSafeInteger(json) ? String(json) : ''

/** A message in which nothing is set stands for no message: proto3 leaves out what is empty. */
export const message =
  <T>(whole: Read<T>): Read<T | undefined> =>
  (json) =>
    isEmpty(json) ? undefined : whole(json)

/** Deeper than any message of these APIs; what lies below counts as something. */
const MAX_DEPTH = 8

function isEmpty(value: unknown, depth = 0): boolean {
  if (value === null || value === undefined || value === '') return true
  if (typeof value !== 'object' || depth === MAX_DEPTH) return false
  for (const name in value) if (!isEmpty((value as Readonly<Record<string, unknown>>)[name], depth + 1)) return false
  return true
}

/** The one error for an answer that is not what was asked for. `problem` names a place or a rule, never a value. */
export const unexpected = (what: string, problem: string): AuditError =>
  new AuditError('unexpected-answer', `The answer to ${what} is not as expected: ${problem}`)

/** Reads an answer by its shape; throws `AuditError`, which names the JSON path that is wrong. */
export function read<T>(shape: Read<T>, json: unknown, what: string): T {
  try {
    return shape(json)
  } catch (error) {
    throw error instanceof Misshapen ? unexpected(what, error.problem) : error
  }
}
