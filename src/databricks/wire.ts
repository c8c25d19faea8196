import { z } from 'zod'
import { AuditError } from '../domain/failure.ts'
import { isId } from '../domain/principal.ts'

/** Absent, null and `""` are the same: `''`. */
export const text = z
  .string()
  .nullish()
  .transform((value) => value ?? '')

/** Databricks sends 64-bit ids as numbers or as digit strings; inexact numbers were made strings when the JSON was read. */
const digits = z
  .union([z.string(), z.int()])
  .nullish()
  .transform((value) => (value === null || value === undefined ? '' : String(value)))

/** Decimal digits, or `''` when there is no id. */
export const optionalId = digits.refine((value) => value === '' || isId(value), 'not an id')
export const id = digits.refine(isId, 'not an id')

/** A number that counts something; a 64-bit count may come as a string. */
export const count = digits.refine((value) => /^\d{1,9}$/.test(value), 'not a count').transform(Number)

/** Absent, null and `[]` are the same. */
export const list = <Item extends z.ZodType>(item: Item) =>
  z
    .array(item)
    .nullish()
    .transform((items) => items ?? [])

/** A message in which nothing is set stands for no message: proto3 leaves out what is empty. */
export const message = <Shape extends z.ZodType>(shape: Shape) =>
  z.preprocess((value) => (isEmpty(value) ? undefined : value), shape.optional())

/** Deeper than any message of these APIs; what lies below counts as something. */
const MAX_DEPTH = 8

function isEmpty(value: unknown, depth = 0): boolean {
  if (value === null || value === undefined || value === '') return true
  return (
    typeof value === 'object' && depth < MAX_DEPTH && Object.values(value).every((item) => isEmpty(item, depth + 1))
  )
}

/** The one error for an answer that is not what was asked for. `problem` names a place or a rule, never a value. */
export const unexpected = (what: string, problem: string): AuditError =>
  new AuditError('unexpected-answer', `The answer to ${what} is not as expected: ${problem}`)

/** Reads an answer by its shape; throws `AuditError`, which names the JSON path that is wrong. */
export function read<Shape extends z.ZodType>(shape: Shape, json: unknown, what: string): z.output<Shape> {
  const result = shape.safeParse(json)
  if (result.success) return result.data
  const place = z.core.toDotPath(result.error.issues[0]?.path ?? [])
  throw unexpected(what, place === '' ? 'it has another shape' : `"${place}" is missing or malformed`)
}
