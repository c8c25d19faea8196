import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { policyValuesOf, withPolicy } from '../../src/config/policy-file.ts'
import { rulesOf } from '../../src/config/thresholds.ts'
import type { SubjectType } from '../../src/domain/category.ts'

const ALL: readonly SubjectType[] = ['workspaces', 'users', 'groups', 'service-principals']
const read = (text: string, included = ALL) => policyValuesOf(text, included)

const FILE = `# What the gate is about
primary-domains: [example.com, example.net]
warn-only: false
max-failures: 0.5%
allow-list-max-days: 90
thresholds:
  # every included type together
  blockers: 0
  users.EXTERNAL_ID_NOT_IN_IDP: 50%
  "*": 10 or 2%
new-only: true
baseline: artifact
pr-comment: on-failure
`

describe('policyValuesOf', () => {
  test('holds inputs under their own names, as somebody would write them there', () => {
    const { values, problems } = read(FILE)
    expect(problems).toEqual([])
    expect(Object.fromEntries([...values].filter(([name]) => name !== 'thresholds'))).toEqual({
      'primary-domains': 'example.com\nexample.net',
      'warn-only': 'false',
      'max-failures': '0.5%',
      'allow-list-max-days': '90',
      'new-only': 'true',
      baseline: 'artifact',
      'pr-comment': 'on-failure',
    })
    expect(rulesOf(values.get('thresholds') ?? '', ALL).rules.map(({ text, limitText }) => [text, limitText])).toEqual([
      ['blockers', '0'],
      ['users.EXTERNAL_ID_NOT_IN_IDP', '50%'],
      ['*', '10 or 2%'],
    ])
  })

  test('a byte order mark and line ends of Windows make no difference', () => {
    const [unix, windows] = [FILE, `\ufeff${FILE.replaceAll('\n', '\r\n')}`].map((text) => {
      const { values, problems } = read(text)
      expect(problems).toEqual([])
      const { rules } = rulesOf(values.get('thresholds') ?? '', ALL)
      return [[...values].filter(([name]) => name !== 'thresholds'), rules]
    })
    expect(windows).toEqual(unix)
  })

  test('thresholds may be a block of text or in braces too', () => {
    for (const text of ['thresholds: |\n  blockers: 0\n', 'thresholds: {blockers: 0}\n'])
      expect(rulesOf(read(text).values.get('thresholds') ?? '', ALL).rules).toHaveLength(1)
  })

  test('an empty file, or one of comments, holds nothing', () => {
    for (const text of ['', '# nothing\n', '---\n', '{}'])
      expect(read(text)).toEqual({ values: new Map(), problems: [] })
  })

  test.each([
    ['an unknown key', 'warn-only', 'warn-olny', 'line 3, column 1: unknown key "warn-olny"; did you mean warn-only?'],
    ['an input that is no policy', 'warn-only', 'databricks-host', /line 3, column 1: unknown key "databricks-host"/],
    ['a wrong value', 'warn-only: false', 'warn-only: maybe', /line 3, column 1: warn-only: "maybe" is neither/],
    ['no value', 'warn-only: false', 'warn-only:', /line 3, column 1: warn-only: write a single value/],
    [
      'a map for a value',
      'baseline: artifact',
      'baseline: {a: b}',
      /line 12, column 1: baseline: write a single value/,
    ],
    ['an unknown category', 'blockers: 0', 'BLOCKERS: 0', /line 8, column 3: thresholds: unknown category/],
    ['a wrong limit', '50%', '150%', /line 9, column 3: thresholds: limit "150%"/],
    ['a wrong domain', 'example.net', '"*.net"', /line 2, column 1: primary-domains: /],
    ['case 10: a key twice', 'max-failures', 'warn-only', /line 4, column 1/],
    ['case 10: a tab', '  blockers', '\tblockers', /line 8/],
    ['a star without quotes', '"*"', '*', /line 10, column 3: a key that starts with \* stands in quotes/],
    ['a list', FILE, '- a', /line 1, column 1: this is not a map/],
    [
      'a list where there can be one value only',
      'warn-only: false',
      'warn-only: [false]',
      /line 3, column 1: warn-only/,
    ],
    ['no rule at all', FILE, 'thresholds:\n', /thresholds: write a map of rules/],
    ['rules in a list', FILE, 'thresholds: [blockers]', /thresholds: write a map of rules/],
    ['a block of rules, by its own lines', FILE, 'ratchet: true\nthresholds: |\n  review: 1\n  x: 0', /in its line 2/],
    ['a file without end', FILE, '['.repeat(100_000), /line 1, column \d+: this is nested too deeply/],
    ['two documents', FILE, 'ratchet: true\n---\nratchet: false', /line 2, column 1: a second document/],
    ['a name that hides', FILE, '"\u202e::error::x": 1', /line 1, column 1: unknown key "\\u\{202e\}::error::x"/],
  ])('%s is told with line and column', (_, old, now, problem) => {
    const { values, problems } = read(FILE.replace(old, now))
    expect(values.size).toBe(0)
    expect(problems.join('\n')).toMatch(problem)
  })

  test('a rule on a type that the audit leaves out is told', () => {
    expect(read(FILE, ['workspaces', 'groups']).problems.join()).toMatch(
      /line 9, column 3: thresholds: .*does not include/,
    )
  })

  test('no text is a fault', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const { values, problems } = read(text)
        expect(values.size === 0 || problems.length === 0).toBe(true)
      }),
    )
  })
})

describe('withPolicy', () => {
  test('an input beats the file, even where it says what the default is; blank is not given', () => {
    const given = new Map([
      ['warn-only', 'false'],
      ['max-failures', ' '],
      ['results-path', 'x'],
    ])
    const values = new Map([
      ['warn-only', 'true'],
      ['max-failures', '3'],
      ['redact', 'all'],
    ] as const)
    expect(Object.fromEntries(withPolicy(given, values))).toEqual({
      'warn-only': 'false',
      'max-failures': '3',
      'results-path': 'x',
      redact: 'all',
    })
  })
})
