import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Repeats } from '../../src/domain/repeats.ts'

test('Repeats miss nothing that came twice', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ maxLength: 2 })), (texts) => {
      const repeats = new Repeats()
      const counts = new Map<string, number>()
      for (const text of texts) {
        repeats.add(text)
        counts.set(text, (counts.get(text) ?? 0) + 1)
      }
      for (const [text, count] of counts) if (count > 1) expect(repeats.has(text)).toBe(true)
      if (counts.size < texts.length) expect(repeats.any).toBe(true)
      if (texts.length === 0) expect(repeats.any).toBe(false)
    }),
  )
})

test('and hardly take anything else for it, however many there are', () => {
  const repeats = new Repeats()
  const texts = Array.from({ length: 50_000 }, (_, at) => `${at.toString(16).padStart(8, '0')}-4000-8000-00000000000a`)
  for (const text of texts) repeats.add(text)
  for (const text of texts.slice(0, 1_000)) repeats.add(text)
  expect(texts.slice(0, 1_000).every((text) => repeats.has(text))).toBe(true)
  expect(texts.slice(1_000).filter((text) => repeats.has(text)).length).toBeLessThan(10)
  expect(repeats.has('another one')).toBe(false)
})
