import { Readable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { eachLine, logReader, parseCommand } from './commands.ts'

describe('parseCommand', () => {
  it.each([
    [
      '::error file=a.ts,line=3::it %25 broke%0Atwice',
      { name: 'error', properties: { file: 'a.ts', line: '3' }, data: 'it % broke\ntwice' },
    ],
    ['   ::group::phase', { name: 'group', properties: {}, data: 'phase' }],
    ['a name ##[add-mask]e', { name: 'add-mask', properties: {}, data: 'e' }],
    ['##[Warning code=7;x=%3B]old', { name: 'warning', properties: { code: '7', x: ';' }, data: 'old' }],
    ['::nothing ##[error]nested', { name: 'error', properties: {}, data: 'nested' }],
  ])('hears %j', (line, command) => {
    expect(parseCommand(line)).toEqual(command)
  })

  it.each(['a ::error::b', ': :error::b', '::unknown::b', '##[unknown]b', '## [error]b', '::error:b', ''])(
    'does not hear %j',
    (line) => {
      expect(parseCommand(line)).toBeUndefined()
    },
  )
})

describe('logReader', () => {
  it('masks what it was told to, and listens no more while stopped', () => {
    const reader = logReader(['workflow-secret'])
    const shown = [
      '::add-mask::token',
      'a token and a workflow-secret',
      '::stop-commands::until',
      '::error::no',
      '::until::',
      '::error::yes token',
    ]
      .flatMap((line) => reader.read(line))
      .map(({ kind, text }) => `${kind} ${text}`)
    expect(shown).toEqual([
      'text a *** and a ***',
      ...['text ::stop-commands::until', 'text ::error::no', 'text ::until::'],
      'error yes ***',
    ])
    expect(reader.annotations.map(({ message }) => message)).toEqual(['yes ***'])
  })
})

describe('eachLine', () => {
  it('ends lines where .NET does, wherever the output is cut', async () => {
    const lines: string[] = []
    await eachLine(
      Readable.from([Buffer.from('a\r'), Buffer.from('\nb\r'), Buffer.from('c\u2028d\n\n'), Buffer.from('e')]),
      (line) => lines.push(line),
    )
    expect(lines).toEqual(['a', 'b', 'c\u2028d', '', 'e'])
  })
})
