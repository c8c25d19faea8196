/** Deeper than anything the APIs say, and shallow enough for every walker. */
const MOST_DEPTH = 32

/** Brackets within strings included; no more than `most` are counted. */
function countOf(bracket: string, text: string, most: number): number {
  let count = 0
  for (let at = text.indexOf(bracket); at >= 0 && count < most; at = text.indexOf(bracket, at + 1)) count++
  return count
}

function isTooDeep(text: string): boolean {
  // The usual answer has too few of them to be deep, and the search for a character is far quicker than the loop.
  if (countOf('{', text, MOST_DEPTH) + countOf('[', text, MOST_DEPTH) < MOST_DEPTH) return false
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

/** The reviver takes ten times as long as the parser; without one of these there is nothing for it to do. */
const needsCare = (text: string): boolean =>
  // One by one: each is looked for many characters at a time, all of them together are looked for at every one.
  text.includes('\\u') || text.includes('__proto__') || LARGE.test(text)
/** Digits after a quote are a string, as most ids are. */
const LARGE = /(?:^|[:,[\s-])(?:9\d{15}|\d{17})/

/**
 * Parses JSON without losing digits: an integer that a number cannot hold becomes its string of digits. Of a repeated
 * key the last one counts. Throws `SyntaxError` for what is not JSON, and for what is nested deeper than 32.
 */
export function parseJson(text: string): unknown {
  const json = text.startsWith('\uFEFF') ? text.slice(1) : text
  if (isTooDeep(json)) throw new SyntaxError(`JSON is nested deeper than ${MOST_DEPTH}`)
  return needsCare(json) ? JSON.parse(json, lossless) : JSON.parse(json)
}
