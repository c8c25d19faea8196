import { isLong, LONG_MS } from '../long-wait.ts'

/** So many times as much as is long, at least. */
export const LONG_KINDS = [1, 2, 4, 8, 16, 32, 64, 128, 256] as const

/** Refusals for one reason ask for about the same wait, so what became of one says something of others that ask for as much. */
export type Kind = 'short' | (typeof LONG_KINDS)[number]

/** `hintMs`: what a refusal asks to wait; `undefined`: it does not say. */
export function kindOf(hintMs = 0): Kind {
  if (!isLong(hintMs)) return 'short'
  return LONG_KINDS.findLast((times) => hintMs >= times * LONG_MS) ?? 1
}

export const isLonger = (one: Kind, other: Kind): boolean => one !== 'short' && (other === 'short' || one > other)

export const everyKind = (value: number): Readonly<Record<Kind, number>> =>
  Object.fromEntries(['short', ...LONG_KINDS].map((kind) => [kind, value])) as Record<Kind, number>
