import type { Problem } from '../domain/gate.ts'

const SHOWN_LENGTH = 60

/** Secrets of Databricks, tokens of GitHub, and JWTs: given where something else belongs, they are not to be repeated. */
const SECRET = /(^|\W)((dose|dapi|dkea)[0-9a-f]{16}|gh[opsur]_\w{16}|github_pat_\w{16}|eyJ[\w-]{16})/

/** A text in quotes that is safe to print anywhere: shortened, nothing but printable ASCII, and no secret. */
export function shown(text: string): string {
  if (SECRET.test(text)) return 'what looks like a secret'
  const start = [...text.slice(0, 2 * SHOWN_LENGTH)].slice(0, SHOWN_LENGTH).join('')
  return `"${printable(start)}${start.length < text.length ? '…' : ''}"`
}

/** Shows what cannot be seen, or could be mistaken for something else, as `\u{…}`. */
export const printable = (text: string): string =>
  text.replace(/[^\x20-\x7e]/gu, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`)

const PROBLEMS = 10

/** As many problems of a file as anybody reads at once, and how many more there are. */
export const firstProblems = (problems: readonly string[]): string[] =>
  problems.length <= PROBLEMS
    ? [...problems]
    : [...problems.slice(0, PROBLEMS), `${problems.length - PROBLEMS} more problems`]

const listed = (choices: readonly string[]): string =>
  choices.length < 2 ? choices.join() : `${choices.slice(0, -1).join(', ')} or ${choices.at(-1)}`

export const oneOf =
  <T extends string>(choices: readonly T[]) =>
  (text: string): T | Problem =>
    choices.find((choice) => choice === text) ?? {
      problem: `${shown(text)} is none of its values; write ${listed(choices)}`,
    }

/** The forms of YAML 1.2, which are also those of the toolkit. */
export function booleanOf(text: string): boolean | Problem {
  if (/^(true|True|TRUE)$/.test(text)) return true
  if (/^(false|False|FALSE)$/.test(text)) return false
  return { problem: `${shown(text)} is neither true nor false; write true or false` }
}

/** Decimal digits only: `1e3`, `0x10`, `+5` and full-width digits mean something else to somebody. */
export const wholeNumberBetween =
  (min: number, max: number) =>
  (text: string): number | Problem => {
    const number = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN
    return number >= min && number <= max
      ? number
      : { problem: `${shown(text)} is not a whole number from ${min} to ${max}; write digits only` }
  }

/** A UUID in its canonical form, lower-case. */
export const uuidOf = (text: string): string | Problem =>
  /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text)
    ? text.toLowerCase()
    : {
        problem: `${shown(text)} is not a UUID; write 8-4-4-4-12 hexadecimal digits like 12345678-90ab-cdef-1234-567890abcdef, without braces`,
      }
