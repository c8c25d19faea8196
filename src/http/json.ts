/** Deeper than anything the APIs say, and shallow enough for every walker. */
const MOST_DEPTH = 32

function isTooDeep(text: string): boolean {
  let [depth, inString] = [0, false]
  for (let at = 0; at < text.length; at++) {
    const char = text.charCodeAt(at)
    if (inString) {
      if (char === 0x5c) at++
      else if (char === 0x22) inString = false
    } else if (char === 0x22) inString = true
    else if (char === 0x7b || char === 0x5b) {
      if (++depth > MOST_DEPTH) return true
    } else if (char === 0x7d || char === 0x5d) depth--
  }
  return false
}

/** The standard's third argument, which the compiler's library does not know yet. */
type Reviver = (key: string, value: unknown, context?: { source?: string }) => unknown

const lossless: Reviver = (key, value, context) => {
  // No field of ours, and trouble for whoever copies it by name.
  if (key === '__proto__') return undefined
  if (typeof value !== 'number' || Number.isSafeInteger(value)) return value
  const source = context?.source ?? ''
  return /^-?\d+$/.test(source) ? source : value
}

/**
 * Parses JSON without losing digits: an integer that a number cannot hold becomes its string of digits. Of a repeated
 * key the last one counts. Throws `SyntaxError` for what is not JSON, and for what is nested deeper than 32.
 */
export function parseJson(text: string): unknown {
  const json = text.startsWith('\uFEFF') ? text.slice(1) : text
  if (isTooDeep(json)) throw new SyntaxError(`JSON is nested deeper than ${MOST_DEPTH}`)
  return JSON.parse(json, lossless)
}
