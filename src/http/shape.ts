import { isFields } from './error-body.ts'

/**
 * Reads parsed JSON of one shape, or throws `Misshapen`. The answers of the APIs are read with these and not with a schema
 * library: half a million identities and ten million memberships are, and it takes a fraction of the time.
 */
export type Read<T> = (json: unknown) => T

/** JSON of another shape. Knows where, and no value. */
export class Misshapen extends Error {
  readonly #place: (string | number)[] = []

  /** Called from the inside out. `part`: a field, or a position in a list. */
  within(part: string | number): this {
    this.#place.unshift(part)
    return this
  }

  /** For a message; the place as in `users[3].id`. */
  get problem(): string {
    if (this.#place.length === 0) return 'it has another shape'
    const place = this.#place.map((part) => (typeof part === 'number' ? `[${part}]` : `.${part}`)).join('')
    return `"${place.replace(/^\./, '')}" is missing or malformed`
  }
}

const thrownWithin = (part: string | number, error: unknown): unknown =>
  error instanceof Misshapen ? error.within(part) : error

/** Absent, null and `""` are the same: `''`. */
export const text: Read<string> = (json) => {
  if (json === undefined || json === null) return ''
  if (typeof json !== 'string') throw new Misshapen()
  return json
}

/** What is not as it has to be does not matter. */
export const or =
  <T, Other>(read: Read<T>, other: Other): Read<T | Other> =>
  (json) => {
    try {
      return read(json)
    } catch (error) {
      if (error instanceof Misshapen) return other
      throw error
    }
  }

/** Nothing but what the shape names is read. */
export function fields<Shape extends Readonly<Record<string, Read<unknown>>>>(
  shape: Shape,
): Read<{ [Name in keyof Shape]: ReturnType<Shape[Name]> }> {
  const [names, readers] = [Object.keys(shape), Object.values(shape)]
  return (json) => {
    if (!isFields(json)) throw new Misshapen()
    const values: Record<string, unknown> = {}
    let at = 0
    try {
      for (; at < names.length; at++) {
        const name = names[at] as string
        values[name] = (readers[at] as Read<unknown>)(json[name])
      }
    } catch (error) {
      throw thrownWithin(names[at] as string, error)
    }
    return values as { [Name in keyof Shape]: ReturnType<Shape[Name]> }
  }
}

export const array =
  <T>(item: Read<T>): Read<T[]> =>
  (json) => {
    if (!Array.isArray(json)) throw new Misshapen()
    const items: T[] = []
    try {
      for (const each of json) items.push(item(each))
    } catch (error) {
      throw thrownWithin(items.length, error)
    }
    return items
  }

/** Absent, null and `[]` are the same. */
export const list = <T>(item: Read<T>): Read<T[]> => {
  const whole = array(item)
  return (json) => (json === undefined || json === null ? [] : whole(json))
}
