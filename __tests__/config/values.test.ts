import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { booleanOf, oneOf, shown, uuidOf, wholeNumberBetween } from '../../src/config/values.ts'
import { ACCOUNT, configWith, problemsWith } from './given.ts'

const isRefused = (value: unknown) => typeof value === 'object'

describe('uuidOf', () => {
  test('is lower-case', () => expect(uuidOf(ACCOUNT.toUpperCase())).toBe(ACCOUNT))

  test('case 3: spaces around an account id are forgiven', () =>
    expect(configWith({ 'databricks-account-id': `\t ${ACCOUNT} \n` }).accountId).toBe(ACCOUNT))

  test.each([
    `{${ACCOUNT}}`,
    ACCOUNT.replaceAll('-', ''),
    ACCOUNT.replaceAll('-', ' '),
    `urn:uuid:${ACCOUNT}`,
    ACCOUNT.slice(1),
    `${ACCOUNT}0`,
    ACCOUNT.replace('0', 'g'),
    ACCOUNT.replace('0', '０'),
    `${ACCOUNT}\n${ACCOUNT}`,
    '1234567890123456',
    'contoso.onmicrosoft.com',
  ])('case 3: refuses %j as an account id', (text) =>
    expect(problemsWith({ 'databricks-account-id': text })).toEqual([
      expect.stringMatching(/^databricks-account-id: .*; write /),
    ]),
  )
})

test.each([
  'dose0123456789abcdef0123456789abcdef',
  'Bearer eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9.e30.x',
  'ghs_0123456789abcdefghijABCDEFGHIJ012345',
  'github_pat_11ABCDEFG0123456789_abcdefghijklmnop',
])('%j given where something else belongs is not repeated', (secret) => {
  const [problem] = problemsWith({ 'databricks-account-id': secret })
  expect(problem).toMatch(/^databricks-account-id: what looks like a secret /)
  expect(problem).not.toContain(secret.slice(-8))
})

describe('wholeNumberBetween', () => {
  const parse = wholeNumberBetween(1, 256)

  test('takes its bounds and what lies between', () => expect(['1', '64', '256'].map(parse)).toEqual([1, 64, 256]))

  test.each([
    '1e3',
    '-1',
    '+5',
    'NaN',
    '5%',
    '０',
    '６４',
    '0x10',
    '1.0',
    '1_000',
    '1 0',
    '0',
    '257',
    'Infinity',
    '1234567890',
  ])('case 4: refuses %j', (text) => {
    expect(isRefused(parse(text))).toBe(true)
    expect(problemsWith({ 'max-concurrency': text })).toEqual([expect.stringContaining('from 1 to 256')])
  })

  test('case 4: an empty number is one that was not given', () =>
    expect(configWith({ 'max-concurrency': '' }).maxConcurrency).toBe(64))

  test('case 4: whatever is accepted is its digits, for any text', () =>
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'grapheme' }),
          fc.nat(300).map(String),
          fc.double().map(String),
          fc.stringMatching(/^[-+]?0?[xob]?\d{1,3}[.e%]?\d?$/),
        ),
        (text) => {
          const value = parse(text)
          if (typeof value === 'number') {
            expect(text).toMatch(/^[0-9]{1,9}$/)
            expect(value).toBe(Number.parseInt(text, 10))
            expect(value >= 1 && value <= 256).toBe(true)
          } else expect(/^[0-9]{1,9}$/.test(text) && Number(text) >= 1 && Number(text) <= 256).toBe(false)
        },
      ),
      { numRuns: 10_000 },
    ))
})

describe('booleanOf', () => {
  test('case 5: takes the forms of YAML 1.2 and no other', () => {
    expect(['true', 'True', 'TRUE'].map(booleanOf)).toEqual([true, true, true])
    expect(['false', 'False', 'FALSE'].map(booleanOf)).toEqual([false, false, false])
    const others = ['yes', 'no', 'on', 'off', '1', '0', 'y', 'tRUE', 'true,', '"true"', 'null', 'ｔrue', 'true\nfalse']
    for (const text of others) expect(booleanOf(text), text).toHaveProperty('problem')
  })

  test('case 5: spaces around it are forgiven', () => expect(configWith({ 'warn-only': 'TRUE ' }).warnOnly).toBe(true))

  test.each(['include-users', 'warn-only', 'upload-artifact', 'allow-public-artifact', 'job-summary'])(
    'case 5: %s refuses yes',
    (name) =>
      expect(problemsWith({ [name]: 'yes' })).toEqual([
        `${name}: "yes" is neither true nor false; write true or false`,
      ]),
  )
})

test('oneOf: says what may be written', () => {
  expect(oneOf(['safe', 'exact'])('exact')).toBe('exact')
  expect(oneOf(['safe', 'exact'])('Safe')).toEqual({ problem: '"Safe" is none of its values; write safe or exact' })
})

describe('shown', () => {
  test('is printable ASCII of a bounded length, for any text', () =>
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (text) => {
        expect(shown(text)).toMatch(/^"[\x20-\x7e]*…?"$/)
        expect(shown(text).length).toBeLessThan(640)
      }),
    ))

  test('makes a look-alike visible', () => expect(shown('tru\u0435\n\ud800')).toBe('"tru\\u{435}\\u{a}\\u{d800}"'))

  test('shortens a long text', () => expect(shown('a'.repeat(10_000_000))).toBe(`"${'a'.repeat(60)}…"`))
})
