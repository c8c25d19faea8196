import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { targetsOf } from '../../src/config/targets.ts'
import { configWith, problemsWith } from './given.ts'

const idsOf = (text: string) => {
  const { targets, problems } = targetsOf(text)
  expect(problems).toEqual([])
  return targets.map(({ type, id }) => `${type} ${id}`)
}
const problemsOf = (text: string) => targetsOf(text).problems

describe('targetsOf', () => {
  test.each([
    'USER 123',
    'USER:123',
    'USER: 123',
    'USER\t123',
    '("USER", 123)',
    '("USER", 123),',
    "('USER',123),",
    '( "USER" , "123" , )',
    '[("USER", 123)]',
    '[\n    ("USER", 123),\n]',
    '["USER", 123]'.replace('[', '[(').replace(']', ')]'),
    'USER 123 # Jane',
    '("USER", 123),# Jane',
    '[# mine\n("USER", 123)\n]# end',
  ])('reads %j', (text) => expect(idsOf(text)).toEqual(['users 123']))

  test('reads every type, in the order written', () =>
    expect(idsOf('SERVICE_PRINCIPAL 789\nUSER 123\nGROUP 456')).toEqual([
      'service-principals 789',
      'users 123',
      'groups 456',
    ]))

  test('reads a pasted Python list, several tuples to a line', () =>
    expect(idsOf('# my list\n[("USER", 1), ("GROUP", 2),\n ("USER", 3)]\n# end')).toEqual([
      'users 1',
      'groups 2',
      'users 3',
    ]))

  test('a list that was pasted by half is refused', () =>
    expect(problemsOf('[\n("USER", 1),\n("USER", 2)')).toEqual([expect.stringMatching(/^line 1: "\["/)]))

  test('case 7: byte order marks, CRLF, blank lines and comments are no entries', () =>
    expect(idsOf('\ufeff\r\nUSER 1\r\n\r\n   \r\n# USER 2\r\n\ufeffGROUP 3 # x\r\n')).toEqual(['users 1', 'groups 3']))

  test('case 7: repeats are dropped and counted', () => {
    const { targets, repeats } = targetsOf('USER 1\nGROUP 1\nUSER:1\n("USER", 1)\nGROUP 1')
    expect(targets).toEqual([
      { type: 'users', id: '1' },
      { type: 'groups', id: '1' },
    ])
    expect(repeats).toBe(3)
    expect(configWith({ 'target-identities': 'USER 1\nUSER 1' }).notes).toEqual([
      'target-identities: 1 repeated identity dropped',
    ])
  })

  test('case 8: more than 10 MiB, more than 500,000 lines and NUL are refused', () => {
    expect(problemsOf(`# ${'é'.repeat(5 * 1024 * 1024)}\nUSER 1`)).toEqual([expect.stringContaining('10 MiB')])
    expect(problemsOf(`USER 1${'\n'.repeat(500_000)}`)).toEqual([expect.stringContaining('500,000 lines')])
    expect(problemsOf('USER 1\nUSER 2\0')).toEqual([expect.stringContaining('NUL')])
    expect(problemsOf('\u0001\u0002PNG\u001a')).toEqual([expect.stringMatching(/^line 1: "\\u\{1\}/)])
  })

  test('case 8: half a million lines are read', () => {
    const { targets } = targetsOf(Array.from({ length: 500_000 }, (_, index) => `USER ${index}`).join('\n'))
    expect(targets).toHaveLength(500_000)
  })

  test.each([
    '../1',
    '1/2',
    '1?x',
    '1#',
    '1#2',
    '-1',
    '+1',
    '1.5',
    '1e3',
    '0x1',
    '01',
    '１',
    '123456789012345678901',
    'abc',
    '1_0',
  ])('case 28: refuses the id %j', (id) => {
    expect(problemsOf(`USER ${id}`)).toEqual([expect.stringMatching(/^line 1: ".*" is not an id; write /)])
  })

  test('case 28: an id may pass 2^53 and stays a text', () =>
    expect(idsOf('USER 9007199254740993\nUSER 18446744073709551615\nUSER 0')).toEqual([
      'users 9007199254740993',
      'users 18446744073709551615',
      'users 0',
    ]))

  test.each(['user 1', 'USERS 1', 'SERVICE-PRINCIPAL 1', '__proto__ 1', 'constructor 1', 'toString: 1'])(
    'refuses the type of %j',
    (text) => expect(problemsOf(text)).toEqual([expect.stringContaining('write USER, GROUP or SERVICE_PRINCIPAL')]),
  )

  test.each(['USER', 'USER 1 2', '123', '("USER" 123)', '("USER", 123', 'USER,123', '("USER\', 1)', 'TARGETS = ['])(
    'refuses %j',
    (text) => expect(problemsOf(text)).toEqual([expect.stringMatching(/^line 1: .* cannot be read; write/)]),
  )

  test('the first five bad lines are told by number, the rest by count', () => {
    const text = `# head\n\n${'USER x\n'.repeat(4)}USER 1\n${'USER y\n'.repeat(8)}`
    expect(problemsOf(text).map((problem) => problem.split(':')[0])).toEqual([
      'line 3',
      'line 4',
      'line 5',
      'line 6',
      'line 8',
      '7 more lines like these',
    ])
    expect(problemsWith({ 'target-identities': text })[0]).toMatch(/^target-identities: line 3: /)
  })

  test('a target of a type that is left out is refused', () =>
    expect(problemsWith({ 'include-groups': 'false', 'target-identities': 'USER 1\nGROUP 2' })).toEqual([
      'target-identities: line 2: "GROUP 2" is of a type that this audit leaves out; remove it or write include-groups: true',
    ]))

  test.each(['# nothing', '[]', '[\n]', ',\n'])('a list without a target is refused: %j', (text) =>
    expect(problemsWith({ 'target-identities': text })).toHaveLength(1),
  )

  test('an empty list is one that was not given', () => {
    expect(configWith({ 'target-identities': ' \r\n\ufeff' }).targets).toBeUndefined()
    expect(configWith({ 'target-identities': 'USER 1' }).targets).toEqual([{ type: 'users', id: '1' }])
  })

  test('any text is either targets or problems, never both and never a fault', () =>
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('USER 1', '[', ']', '("GROUP", 2),'))),
        (lines) => {
          const { targets, problems } = targetsOf(lines.join('\n'))
          expect(targets.length > 0).toBe(problems.length === 0)
          for (const { id } of targets) expect(id).toMatch(/^\d{1,20}$/)
        },
      ),
    ))

  test('long hostile lines take no time', () => {
    const start = performance.now()
    for (const line of [
      `USER${' '.repeat(1e6)}a b`,
      `("USER", 1${' '.repeat(1e6)}x`,
      `${') , '.repeat(2e5)}`,
      `("USER"${','.repeat(1e6)}`,
    ])
      targetsOf(line)
    expect(performance.now() - start).toBeLessThan(5000)
  })
})
