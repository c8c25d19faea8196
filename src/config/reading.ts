import { closest, distance } from 'fastest-levenshtein'
import { isProblem, type Problem } from '../domain/gate.ts'
import { INPUT_NAMES, INPUTS, type InputName, LATE_DEFAULTS } from './inputs.ts'
import { shown } from './values.ts'

const isBad = (value: unknown): value is Problem => typeof value === 'object' && value !== null && isProblem(value)

const defaultOf = (name: InputName): string => LATE_DEFAULTS[name] ?? INPUTS[name]

/** One pass over what was given: it reads on after a problem, so that all of them are told at once. */
export class Reading {
  readonly problems: string[] = []
  readonly notes: string[] = []
  readonly #given: ReadonlyMap<string, string>

  constructor(given: ReadonlyMap<string, string>) {
    this.#given = given
    for (const name of given.keys()) if (!Object.hasOwn(INPUTS, name)) this.problems.push(unknown(name))
  }

  /** As written, line by line; `''` when nothing was given. */
  raw(name: InputName): string {
    const text = this.#given.get(name) ?? ''
    return text.trim() === '' ? '' : text
  }

  text(name: InputName): string {
    return this.raw(name).trim() || defaultOf(name)
  }

  /** Whether somebody wrote something that is not the default. */
  isSet(name: InputName): boolean {
    return this.text(name) !== defaultOf(name)
  }

  read<T>(name: InputName, parse: (text: string) => T | Problem): T | undefined {
    const value = parse(this.text(name))
    if (!isBad(value)) return value
    this.refuse(name, value.problem)
    return undefined
  }

  /** `undefined` without a problem when nothing was given. */
  readOptional<T>(name: InputName, parse: (text: string) => T | Problem): T | undefined {
    return this.isSet(name) ? this.read(name, parse) : undefined
  }

  /** `what`: what the input holds and when it is required, for the message. */
  readRequired<T>(name: InputName, what: string, parse: (text: string) => T | Problem): T | undefined {
    if (this.isSet(name)) return this.read(name, parse)
    this.refuse(name, `nothing was given; write ${what}`)
    return undefined
  }

  refuse(name: InputName, ...problems: readonly string[]): void {
    this.problems.push(...problems.map((problem) => `${name}: ${problem}`))
  }

  /** Notes the inputs of these that were given although they change nothing. */
  noteUnused(names: readonly InputName[], when: string): void {
    for (const name of names) if (this.isSet(name)) this.notes.push(`${name}: has no effect ${when}`)
  }
}

function unknown(name: string): string {
  const nearest = closest(name, INPUT_NAMES)
  const isNear = distance(name, nearest) <= Math.max(2, Math.floor(nearest.length / 3))
  return `${shown(name)} is no input of this action; ${isNear ? `did you mean ${nearest}?` : 'remove it'}`
}
