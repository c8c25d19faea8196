import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { withinBytes } from '../../src/report/markdown.ts'
import { SUMMARY_BYTES, summaryOf } from '../../src/report/summary.ts'
import { ACCOUNT, failedReport, reportWithNames, UPLOADED, verdictsOf } from './cast.ts'
import { HOSTILE_NAMES } from './corpus.ts'
import { linkable, pageOf, tablesIn } from './rendered.ts'

const OURS = new Set(
  [
    'h2',
    'h3',
    'p',
    'ul',
    'ol',
    'li',
    'strong',
    'code',
    'table',
    'thead',
    'tbody',
    'tr',
    'th',
    'td',
    'details',
    'summary',
  ].flatMap((tag) => [tag, `/${tag}`]),
)

const foreignTags = (markdown: string): string[] => pageOf(markdown).tags.filter((tag) => !OURS.has(tag))

const LISTS_OF_TEN = Array.from({ length: Math.ceil(HOSTILE_NAMES.length / 10) }, (_, index) =>
  HOSTILE_NAMES.slice(index * 10, index * 10 + 10),
)

describe('summaryOf: hostile names', () => {
  test.each(LISTS_OF_TEN.map((names, index) => [index, names] as const))('case 68: ten names, part %d', (_, names) => {
    const plain = summaryOf(reportWithNames(names.map((_, index) => `n${index}`)), UPLOADED)
    const text = summaryOf(reportWithNames(names), UPLOADED)
    expect(foreignTags(text).filter((tag) => tag !== 'a' && tag !== '/a')).toEqual([])
    expect(pageOf(text).tags.filter((tag) => tag === 'a')).toHaveLength(1)
    expect(pageOf(text).prose).not.toMatch(linkable)
    const shape = (markdown: string) => tablesIn(markdown).map((table) => table.map((row) => row.length))
    expect(shape(text)).toEqual(shape(plain))
  })

  test('without names: ids stay, no name and no external id is anywhere', () => {
    const names = ['Zebra One', 'Zebra Two']
    const text = summaryOf(reportWithNames(names, { showNames: false }), UPLOADED)
    expect(text).not.toContain('Zebra')
    expect(text).not.toContain('`other`')
    expect(text).toContain('| `2` |')
    expect(summaryOf(reportWithNames(names), UPLOADED)).toContain('Zebra')
  })

  test('case 67: 10 kB names at every place stay within the budget, and what is left out is told', () => {
    const bomb = (index: number) => `${'\u{e0041}'.repeat(5_000)}${index}`
    const report = reportWithNames(Array.from({ length: 10 }, (_, index) => bomb(index)))
    const text = summaryOf(report, UPLOADED)
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(SUMMARY_BYTES)
    expect(text).toMatch(/\d lists? of first rows (is|are) left out/)
    expect(text).toContain('### Files')
    expect(foreignTags(text).filter((tag) => tag !== 'a' && tag !== '/a')).toEqual([])
  })

  test('case 67: endless rules, reasons and messages stay within the budget', () => {
    const verdicts = verdictsOf({ '*': '0' }, ACCOUNT).flatMap((verdict) =>
      Array.from({ length: 20_000 }, () => verdict),
    )
    const failureReasons = new Map(Array.from({ length: 50_000 }, (_, index) => [`timeout: ${index}`, 1] as const))
    const fault = { reason: 'internal' as const, message: `${'x'.repeat(100_000)}\n`.repeat(100), action: '' }
    const text = summaryOf(failedReport({ verdicts, failureReasons, fault, conclusion: 'error' }), UPLOADED)
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(SUMMARY_BYTES)
  })
})

describe('withinBytes', () => {
  const piece = fc.record({ text: fc.string({ unit: 'grapheme', maxLength: 60 }), droppable: fc.boolean() })

  test('never longer than the limit, and nothing is dropped that would fit', () => {
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 20 }), fc.integer({ min: 200, max: 1_000 }), (pieces, limit) => {
        const text = withinBytes(pieces, limit, (dropped) => `${dropped} left out`)
        expect(Buffer.byteLength(text)).toBeLessThanOrEqual(limit)
        const whole = `${pieces.map(({ text }) => text).join('\n\n')}\n`
        if (Buffer.byteLength(whole) + 2 <= limit) expect(text).toBe(whole)
      }),
    )
  })

  test('the last droppable pieces go first, and a notice stands in their place', () => {
    const pieces = [
      { text: 'head', droppable: false },
      { text: 'a'.repeat(50), droppable: true },
      { text: 'b'.repeat(50), droppable: true },
      { text: 'c'.repeat(50), droppable: true },
      { text: 'tail', droppable: false },
    ]
    expect(withinBytes(pieces, 100, (dropped) => `${dropped} left out`)).toBe(
      `head\n\n${'a'.repeat(50)}\n\n2 left out\n\ntail\n`,
    )
  })
})
