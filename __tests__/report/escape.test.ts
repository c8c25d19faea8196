import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  annotationText,
  logLine,
  logText,
  markdownCode,
  markdownMessage,
  markdownText,
} from '../../src/report/escape.ts'
import { tableOf } from '../../src/report/markdown.ts'
import { commandsIn } from './commands.ts'
import { HOSTILE_NAMES } from './corpus.ts'
import { linkable, pageOf, tablesIn } from './rendered.ts'

const corpus = HOSTILE_NAMES.map((name) => [name.slice(0, 40), name] as const)
const pieces = fc.array(
  fc.constantFrom(
    '::',
    ':',
    '##',
    '#',
    '[',
    ']',
    'error',
    '\n',
    '\r',
    '\u2028',
    '\u0085',
    ' ',
    '\u200b',
    '\u001b',
    '`',
    '\\',
    '|',
    '<',
    '>',
    '@',
    'a',
    '1',
    '&',
    ';',
    '*',
    '\t',
    '/',
    'www',
    '.',
    '!',
    '(',
    ')',
    '_',
    '-',
    '$',
  ),
  { maxLength: 12 },
)
const anyText = fc.oneof(
  pieces.map((parts) => parts.join('')),
  fc.string({ unit: 'binary' }),
  fc.string({ unit: 'grapheme' }),
  fc
    .tuple(fc.constantFrom(...HOSTILE_NAMES), fc.constantFrom(...HOSTILE_NAMES))
    .map(([a, b]) => a.slice(0, 100) + b.slice(0, 100)),
)

/** Nothing that moves the cursor, ends the line, turns the direction or cannot be seen. */
const unseen =
  /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e01ef}]/u

function expectHarmlessLine(text: string) {
  expect(text).not.toMatch(unseen)
  expect(commandsIn(text)).toEqual([])
}

test('the corpus is large, and it is hostile', () => {
  expect(new Set(HOSTILE_NAMES).size).toBeGreaterThanOrEqual(200)
  expect(HOSTILE_NAMES.filter((name) => commandsIn(name).length > 0).length).toBeGreaterThanOrEqual(30)
})

describe('logText, logLine', () => {
  test.each(corpus)('case 68: %j is one line without commands', (_, name) => {
    expectHarmlessLine(logText(name))
    expectHarmlessLine(logLine(`Checking ${name} and ${name}`))
    expectHarmlessLine(`${logText(name)}${logText(name)}`)
  })

  test('any text is one line without commands, also beside another', () => {
    fc.assert(
      fc.property(anyText, anyText, (a, b) => {
        expectHarmlessLine(logText(a))
        expectHarmlessLine(logLine(a + b))
      }),
    )
  })

  test('made harmless twice is the same', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(logLine(logLine(text))).toBe(logLine(text))
      }),
    )
  })

  test('plain names stay as they are', () => {
    for (const name of ['adrian.sinclair7081@example.com', "O'Brien, Pat", 'Sales | EMEA', '管理者', 'Zoë ❤️', 'a:b'])
      expect(logText(name)).toBe(name)
  })

  test('what cannot be seen is shown', () => {
    expect(logText('a\r\n\t\u001b\u202e\u{e0041}\ud800')).toBe('a\\r\\n\\t\\u001b\\u202e\\u{e0041}\\ud800')
  })

  test('long names are cut between graphemes, however many marks a grapheme piles up', () => {
    const family = '👩‍👩‍👧‍👦'
    expect(logText('x'.repeat(200))).toBe('x'.repeat(200))
    expect(logText('é'.normalize('NFD').repeat(300))).toMatch(/^(e\u0301){200}… /)
    expect(logText(family.repeat(300)).startsWith(logText(family.repeat(10)))).toBe(true)
    for (const name of HOSTILE_NAMES) expect(logText(name).length).toBeLessThan(200 * 10 * 9)
  })
})

describe('annotationText', () => {
  test.each(corpus)('case 68: every line of %j is harmless', (_, name) => {
    const text = annotationText(`first\n${name}`)
    for (const line of text.split('\n')) expectHarmlessLine(line)
    expect(text.length).toBeLessThanOrEqual(4_096)
  })

  test('line ends of a message stay', () => {
    expect(annotationText('one\ntwo')).toBe('one\ntwo')
  })
})

const COLUMNS = [
  ['Id', 'left'],
  ['Name', 'left'],
  ['End', 'right'],
] as const
const tableWith = (cell: string) =>
  tableOf(COLUMNS, [
    ['1', cell, 'x'],
    ['2', cell, 'y'],
  ])
const TABLE_TAGS = pageOf(tableWith('plain')).tags

function expectUnbroken(cell: string, tags: readonly string[]) {
  const table = tableWith(cell)
  const [parsed] = tablesIn(table)
  expect(parsed?.map((row) => row.length)).toEqual([3, 3, 3])
  expect(parsed?.map(([id]) => id)).toEqual(['Id', '1', '2'])
  expect(parsed?.map((row) => row[2])).toEqual(['End', 'x', 'y'])
  const page = pageOf(table)
  expect(page.tags.filter((tag) => !tags.includes(tag) && !TABLE_TAGS.includes(tag))).toEqual([])
  expect(page.tags.filter((tag) => tag === 'tr').length).toBe(3)
  expect(page.prose).not.toMatch(linkable)
}

describe('markdownCode', () => {
  test.each(corpus)('case 68: %j stays in its cell, as code', (_, name) => {
    expectUnbroken(markdownCode(name), ['code', '/code'])
  })

  test('any text stays in its cell, as code', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expectUnbroken(markdownCode(text), ['code', '/code'])
      }),
    )
  })

  test('what can be seen is shown as it is', () => {
    const seen = fc.array(
      fc.constantFrom('a', ' ', '|', '`', '<b>', '@', '#1', '&amp;', '*', '_', '[x](y)', 'é', '👩‍👩‍👧‍👦'),
      { minLength: 1, maxLength: 20 },
    )
    fc.assert(
      fc.property(seen, (parts) => {
        const text = parts.join('')
        fc.pre(!text.includes('\u200d') && text.trim() === text)
        expect(pageOf(tableWith(markdownCode(text))).code).toEqual([text, text])
      }),
    )
  })

  test.each([
    ['', '–'],
    ['plain', '`plain`'],
    ['Sales | EMEA', '`Sales \\| EMEA`'],
    ['a\\|b', '`a\\\\u007cb`'],
    ['a`b', '``a`b``'],
    ['`a', '`` `a ``'],
    [' a', '`  a `'],
    ['a\nb', '`a\\nb`'],
  ])('%j', (text, expected) => {
    expect(markdownCode(text)).toBe(expected)
  })
})

describe('markdownText', () => {
  const contexts: readonly [string, (text: string) => string][] = [
    ['a paragraph', (text) => `before ${text} after`],
    ['a whole paragraph', (text) => text],
    ['a heading', (text) => `## ${text}`],
    ['a list', (text) => `- ${text}\n- ${text}`],
  ]

  test.each(corpus)('case 68: %j is text in a cell', (_, name) => {
    expectUnbroken(markdownText(name), [])
  })

  test.each(contexts)('case 68: every name is text in %s', (_, context) => {
    const tags = pageOf(context('plain')).tags
    for (const name of HOSTILE_NAMES) {
      const text = markdownText(name)
      const page = pageOf(context(text))
      if (text !== '') expect(page.tags).toEqual(tags)
      expect(page.prose).not.toMatch(linkable)
      expect(page.code).toEqual([])
    }
  })

  test('any text is text', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expectUnbroken(markdownText(text), [])
        const page = pageOf(`x ${markdownText(text)}`)
        expect(page.tags).toEqual(['p', '/p'])
        expect(page.prose).not.toMatch(linkable)
      }),
    )
  })

  test('a message reads as it was written', () => {
    const message = 'Input "a_b*c" (100%) must be <one> of `x`, [y](z)!'
    expect(pageOf(markdownText(message)).prose.trim()).toBe(message)
  })
})

describe('markdownMessage', () => {
  test('what is quoted can be copied letter by letter, the rest is prose', () => {
    const page = pageOf(`- ${markdownMessage('the subject "repo:o@1/r@2:ref:refs/heads/#3" of @o differs')}`)
    expect(page.code).toEqual(['repo:o@1/r@2:ref:refs/heads/#3'])
    expect(page.prose).not.toMatch(linkable)
    expect(page.prose).toContain('the subject "')
  })

  test.each(corpus)('case 68: %j has no markup, in quotes and out of them', (_, name) => {
    for (const message of [name, `"${name}"`, `a "b" ${name} "c"`, `"${name}""${name}"`]) {
      const page = pageOf(`- ${markdownMessage(message)}`)
      expect(page.prose).not.toMatch(linkable)
      expect(page.tags.filter((tag) => !['ul', '/ul', 'li', '/li', 'code', '/code'].includes(tag))).toEqual([])
    }
  })
})
