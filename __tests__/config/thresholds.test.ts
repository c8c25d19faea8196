import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { rulesOf } from '../../src/config/thresholds.ts'
import { SUBJECT_TYPES } from '../../src/domain/category.ts'
import { configWith, problemsWith } from './given.ts'

const read = (text: string) => rulesOf(text, SUBJECT_TYPES)
const problemsOf = (text: string) => read(text).problems
const limitsOf = (text: string) => {
  const { rules, problems } = read(text)
  expect(problems).toEqual([])
  return rules.map(({ limit }) => [limit.count, limit.percentHundredths])
}

const EXAMPLE = `
EXTERNAL_ID_NOT_IN_IDP: 50%                       # every included type together
users.NAME_MATCH_EXTERNAL_ID_MISMATCH: 0
groups.GROUP_HAS_LOCAL_MEMBERS_*: 10 or 2%        # fails when either is exceeded
service-principals.*: 0
workspaces.IDENTITY_FEDERATION_DISABLED: 16
"*": 100                                          # identities with any category
`

describe('rulesOf', () => {
  test('reads every form, in the order written', () => {
    expect(limitsOf(EXAMPLE)).toEqual([
      [undefined, 5000],
      [0, undefined],
      [10, 200],
      [0, undefined],
      [16, undefined],
      [100, undefined],
    ])
    expect(configWith({ thresholds: EXAMPLE }).rules.map(({ text }) => text)).toEqual([
      'EXTERNAL_ID_NOT_IN_IDP',
      'users.NAME_MATCH_EXTERNAL_ID_MISMATCH',
      'groups.GROUP_HAS_LOCAL_MEMBERS_*',
      'service-principals.*',
      'workspaces.IDENTITY_FEDERATION_DISABLED',
      '*',
    ])
  })

  test('case 70: unset means that the audit only reports', () => {
    expect(configWith().rules).toEqual([])
    expect(configWith({ thresholds: ' \n' }).rules).toEqual([])
    expect(configWith({ thresholds: '# users.*: 0\n' })).toMatchObject({
      rules: [],
      notes: ['thresholds: holds no rule, so the audit only reports'],
    })
    expect(configWith({ thresholds: '{}' }).rules).toEqual([])
  })

  test.each([
    ['0', 0, undefined],
    ['"7"', 7, undefined],
    ['012', 12, undefined],
    ['0%', undefined, 0],
    ['5 %', undefined, 500],
    ['0.25%', undefined, 25],
    ['100%', undefined, 10_000],
    ['2% or 10', 10, 200],
    ['|\n  10\n', 10, undefined],
    ['!!str 5', 5, undefined],
  ])('case 70: the limit %j', (text, count, percent) =>
    expect(limitsOf(`users.*: ${text}`)).toEqual([[count, percent]]),
  )

  test.each([
    '1e3',
    '0x10',
    '0o17',
    '-1',
    '+1',
    '1.5',
    '.5',
    '1.0',
    '1_000',
    '.inf',
    '.nan',
    '１',
    '101%',
    '100.01%',
    '0.001%',
  ])('case 4: refuses the limit %j as it was written, whatever YAML makes of it', (text) =>
    expect(problemsOf(`users.*: ${text}`)).toEqual([expect.stringMatching(/^line 1, column 1: limit /)]),
  )

  test.each([
    '5 or 6',
    '1% or 2%',
    '-5%',
    'many',
    '1,5%',
    '%',
    '1 or',
    '1 OR 2%',
    '2020-01-01',
    'no',
    'yes',
    '10 or 2% or 3',
  ])('case 70: refuses the limit %j', (text) => expect(problemsOf(`users.*: ${text}`)).toHaveLength(1))

  test.each(['', '~', 'null', 'true', 'false', '[1]', '{a: 1}'])('case 10: refuses %j as a limit', (text) =>
    expect(problemsOf(`users.*: ${text}`)).toEqual([expect.stringContaining('has no limit')]),
  )

  test.each([
    ['a tab as indentation', '\tusers.*: 0', 'line 1, column 1: Tabs'],
    ['a tag of another language', 'users.*: !!js/function "x"', 'line 1, column 10: Unresolved tag'],
    ['a tag of its own', 'users.*: !mine 5', 'line 1, column 10: Unresolved tag'],
    ['a key twice', 'users.*: 0\n"users.*": 1', 'line 2, column 1: the key is there already'],
    ['two documents', 'users.*: 0\n---\nusers.*: 1', 'line 2, column 1: '],
    ['a list', '- users.*: 0', 'line 1, column 1: this is not a map'],
    ['a text', 'users', 'line 1, column 1: this is not a map'],
    ['a number as a key', '5: 0', 'line 1, column 1: the key is not a text'],
    ['a list as a key', '[a]: 0', 'line 1, column 1: the key is not a text'],
    ['a merge key', '<<: {a: 1}', 'line 1, column 1: rule "<<" has no limit'],
    ['wrong indentation', 'users.*: 0\n  groups.*: 1', 'line 1, column 10: '],
    ['an unclosed quote', 'users.*: "0', 'line 1, column '],
    ['JSON with a hole', '{"users.*": 0,, }', 'line 1, column '],
  ])('case 10: refuses %s', (_, text, start) =>
    expect(problemsOf(text)[0]).toMatch(new RegExp(`^${start.replace(/[.*()[\]]/g, '\\$&')}`)),
  )

  test('case 10: a directive does not bring YAML 1.1 back', () => {
    expect(limitsOf('%YAML 1.1\n---\nusers.*: 010')).toEqual([[10, undefined]])
    expect(problemsOf('%YAML 1.1\n---\nusers.*: no')).toEqual([expect.stringContaining('limit "no"')])
  })

  test('case 10: aliases are followed to a limit, at most fifty times, and never into a bomb', () => {
    expect(limitsOf('users.*: &limit 5\ngroups.*: *limit')).toEqual([
      [5, undefined],
      [5, undefined],
    ])
    expect(problemsOf('users.*: *nothing')).toHaveLength(1)
    const bomb = [
      'a: &a [x,x]',
      ...'bcdefghij'
        .split('')
        .map(
          (name, index) =>
            `${name}: &${name} [*${'abcdefghi'[index]},*${'abcdefghi'[index]},*${'abcdefghi'[index]},*${'abcdefghi'[index]},*${'abcdefghi'[index]},*${'abcdefghi'[index]}]`,
        ),
    ]
    expect(problemsOf(bomb.join('\n'))).toEqual(['more than 50 aliases; write the values out'])
    expect(problemsOf('a: &a [x]\nb: *a')).toHaveLength(2)
  })

  test.each(['*: 100', 'users.*: 0\n*: 100', 'users.*: 0\n* : 100', '*GROUP: 1', '**: 1', 'a: &x 5\n*x : 1'])(
    'says that a star needs quotes: %j',
    (text) => expect(problemsOf(text)).toEqual(expect.arrayContaining([expect.stringContaining('"*": 100')])),
  )

  test.each([
    ['people.*', 'unknown type'],
    ['users.NOT_A_CATEGORY', 'unknown category'],
    ['users.external_id_not_in_idp', 'unknown category'],
    ['users.GROUP_HAS_*', 'can never match'],
    ['users.*_IDP', 'may only be the last character'],
    ['constructor', 'unknown category'],
    ['__proto__', 'unknown category'],
    ['users.\u202eX', 'u{202e}'],
  ])('refuses the key %j', (key, why) =>
    expect(problemsOf(`${JSON.stringify(key)}: 0`)).toEqual([expect.stringContaining(why)]),
  )

  test('a rule on a type that is left out is refused', () =>
    expect(problemsWith({ 'include-users': 'false', thresholds: 'users.*: 0\nworkspaces.*: 0' })).toEqual([
      'thresholds: line 1, column 1: rule "users.*" is about users, which this audit does not include',
    ]))

  test('problems have the line of the input, and are told together but not without end', () => {
    expect(problemsWith({ thresholds: '\n\nusers.X: 0\ngroups.*: many' }).map((text) => text.slice(0, 30))).toEqual([
      'thresholds: line 3, column 1: ',
      'thresholds: line 4, column 1: ',
    ])
    const many = Array.from({ length: 100 }, (_, index) => `users.X${index}: 0`).join('\n')
    expect(problemsOf(many)).toHaveLength(11)
    expect(problemsOf(many).at(-1)).toBe('90 more problems')
  })

  test('indentation that a caller left on every line is fine', () =>
    expect(limitsOf('  users.*: 0\n  groups.*: 1')).toHaveLength(2))

  test('what is too long is refused, and nesting without end is no fault', () => {
    expect(problemsOf(`users.*: 0 # ${'x'.repeat(17_000)}`)).toEqual([expect.stringContaining('16 KiB')])
    expect(problemsOf(`${'x'.repeat(10_000)}: 0`)[0]?.length).toBeLessThan(300)
    expect(problemsOf(`users.*: ${'['.repeat(16_000)}`)).toHaveLength(1)
    expect(problemsOf(`${'? '.repeat(8_000)}`).length).toBeGreaterThan(0)
  })

  test('any text is rules or problems, never a fault', () =>
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary', maxLength: 200 }),
          fc
            .array(
              fc.constantFrom(
                'users.*',
                ':',
                ' ',
                '\n',
                '"',
                '*',
                '&a',
                '*a',
                '5',
                '%',
                '- ',
                '{',
                '}',
                '[',
                ']',
                '|',
                '>',
                '!!',
                '#',
                '---',
                '?',
                ',',
                '\t',
              ),
            )
            .map((parts) => parts.join('')),
        ),
        (text) => {
          const { rules, problems } = read(text)
          if (problems.length > 0) expect(rules).toEqual([])
          for (const problem of problems) expect(problem).toMatch(/^[\x20-\x7e…]+$/)
        },
      ),
      { numRuns: 3_000 },
    ))
})
