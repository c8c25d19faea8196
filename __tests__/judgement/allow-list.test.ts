import { describe, expect, test } from 'vitest'
import { allowListOf } from '../../src/config/allow-list.ts'
import type { AllowEntry } from '../../src/domain/allow-list.ts'
import type { Mark } from '../../src/domain/finding.ts'
import { A, evidencesOf, judged, policyOf, rule, TODAY } from './cast.ts'

const entry = (mark: Mark, changes: Partial<AllowEntry> = {}): AllowEntry => ({
  ...{ type: 'user', id: '1', mark, reason: 'Known', owner: 'data', expires: '2027-03-31', line: 3 },
  ...changes,
})

describe('accepting', () => {
  const found = evidencesOf(
    { externalId: '', nameMatches: [A] },
    { name: 'b@example.com', externalId: '00000000-0000-4000-8000-000000000001' },
  )
  const rules = [rule('*'), rule('blockers'), rule('NAME_MATCH_EXTERNAL_ID_MISMATCH', '1%')]
  const verdicts = (...allowList: AllowEntry[]) => judged(found, policyOf({ rules, allowList })).result

  test('takes one category away; what was found and what percentages are of stay', () => {
    const result = verdicts(entry('NAME_MATCH_EXTERNAL_ID_MISMATCH'))
    expect(result.verdicts.map(({ raw, accepted, value, checked }) => ({ raw, accepted, value, checked }))).toEqual([
      { raw: 2, accepted: 1, value: 1, checked: 3_000 },
      { raw: 1, accepted: 1, value: 0, checked: 3_000 },
      { raw: 1, accepted: 1, value: 0, checked: 3_000 },
    ])
    expect(result.rawClasses.blocker).toBe(1)
    expect(result.classes.blocker).toBe(0)
  })

  test('only that: class and rules follow from what remains', () => {
    const both = evidencesOf({ nameMatches: ['00000000-0000-4000-8000-000000000009'] })
    const { result } = judged(both, policyOf({ rules, allowList: [entry('NAME_MATCH_EXTERNAL_ID_MISMATCH')] }))
    expect(result.classes).toMatchObject({ blocker: 0, hygiene: 1 })
    expect(result.verdicts.map(({ value }) => value)).toEqual([1, 0, 0])
  })

  test('a reason that lightens a category does so when it is accepted itself', () => {
    const same = evidencesOf({ idp: 'x@example.com', nameMatches: [A] })
    const { result } = judged(same, policyOf({ allowList: [entry('SAME_OBJECT')] }))
    expect(result.classes).toMatchObject({ blocker: 0, review: 1 })
  })

  test('needs the very type, id and category', () => {
    for (const other of [{ id: '01' }, { id: '2' }, { type: 'group' as const }, { mark: 'CONFLICT' as const }])
      expect(verdicts(entry('NAME_MATCH_EXTERNAL_ID_MISMATCH', other)).classes.blocker).toBe(1)
  })

  test('case 11: what is expired counts again and is told; the last day still counts', () => {
    const expired = verdicts(entry('NAME_MATCH_EXTERNAL_ID_MISMATCH', { expires: '2026-11-21' }))
    expect(expired.classes.blocker).toBe(1)
    expect(expired.allowList.expired).toMatchObject([{ matches: true }])
    expect(verdicts(entry('NAME_MATCH_EXTERNAL_ID_MISMATCH', { expires: TODAY })).classes.blocker).toBe(0)
  })

  test('case 12: what matches nothing, and what expires within 14 days, is told', () => {
    const { allowList } = verdicts(
      entry('CONFLICT'),
      entry('NAME_MATCH_EXTERNAL_ID_MISMATCH', { expires: '2026-12-06' }),
      entry('EXTERNAL_ID_NOT_IN_IDP', { id: '2', expires: '2026-12-07' }),
    )
    expect(allowList.unused.map(({ mark }) => mark)).toEqual(['CONFLICT'])
    expect(allowList.expiring.map(({ expires }) => expires)).toEqual(['2026-12-06'])
    expect(allowList.accepted).toBe(2)
  })
})

const FILE = `version: 1
entries:
  - type: user
    id: 16049176974176670001
    category: EXTERNAL_ID_NOT_IN_IDP
    reason: Partner tenant, stays on SCIM
    owner: data-platform
    expires: 2027-03-31
`
const read = (text: string, maxDays = 180) => allowListOf(text, { today: TODAY, maxDays })

describe('allowListOf', () => {
  test('reads entries; an id keeps every digit, in quotes or not', () => {
    const expected = {
      type: 'user',
      id: '16049176974176670001',
      mark: 'EXTERNAL_ID_NOT_IN_IDP',
      reason: 'Partner tenant, stays on SCIM',
      owner: 'data-platform',
      expires: '2027-03-31',
      line: 3,
    }
    expect(read(FILE)).toEqual({ entries: [expected], problems: [] })
    expect(read(FILE.replace('16049176974176670001', '"16049176974176670001"')).entries).toEqual([expected])
    expect(read('version: 1\nentries: []\n')).toEqual({ entries: [], problems: [] })
  })

  test.each([
    ['an unknown key', 'owner:', 'woner:', /line 7, column 5: unknown key "woner"/],
    ['an unknown key of the file', 'version: 1', 'version: 1\nnotes: x', /line 2, column 1: unknown key "notes"/],
    ['a missing owner', '    owner: data-platform\n', '', /line 3, column 5: owner/],
    ['an empty owner', 'data-platform', "''", /line 7, column 5: owner/],
    ['a missing date', '    expires: 2027-03-31\n', '', /line 3, column 5: expires/],
    ['a day that does not exist', '2027-03-31', '2027-02-30', /line 8, column 5: expires: is not a date/],
    ['another way to write a day', '2027-03-31', '31.3.2027', /line 8, column 5: expires/],
    [
      'a day too far ahead',
      '2027-03-31',
      '2027-05-22',
      /line 3, column 5: expires 2027-05-22 is more than 180 days ahead/,
    ],
    ['an id that is no number', '16049176974176670001', '"*"', /line 4, column 5: id: is no id/],
    ['an id in hexadecimal digits', '16049176974176670001', '0x1F', /line 4, column 5: id: is no id/],
    ['case 11: an unknown category', 'EXTERNAL_ID_NOT_IN_IDP', 'EXTERNAL_ID_*', /line 5, column 5: category/],
    ['a category of another type', 'type: user', 'type: workspace', /line 3, column 5: .*can never match/],
    ['an unknown type', 'type: user', 'type: users', /line 3, column 5: type/],
    ['another version', 'version: 1', 'version: 2', /line 1, column 1: version/],
    ['a list instead of a map', FILE, '- a\n', /line 1, column 1/],
    ['an empty file', FILE, '', /is empty/],
    ['a list', FILE, '- a', /line 1, column 1: this is not a map; write version: 1/],
    ['an entry that is none', / {2}- type.*/s, '  - all', /line 3, column 5: entries: write an entry with type, id/],
    ['a tab', '  - type', '\t- type', /line 3/],
    ['case 10: a key twice', '    owner: data-platform', '    owner: a\n    owner: b', /line 8, column 5/],
    ['case 10: a second document', FILE, `${FILE}---\n${FILE}`, /line 9/],
    ['case 10: a tag', 'data-platform', '!!js/function x', /line 7/],
  ])('%s is told with its line', (_, old, now, problem) => {
    const { entries, problems } = read(FILE.replace(old, now))
    expect(entries).toEqual([])
    expect(problems.join('\n')).toMatch(problem)
  })

  test('case 11: the same exception twice is told with both lines', () => {
    const again = FILE.slice(FILE.indexOf('  - type')).replace('Partner tenant', 'Another reason')
    expect(read(FILE + again).problems).toEqual([
      'line 9, column 5: user 16049176974176670001 with EXTERNAL_ID_NOT_IN_IDP is there already, in line 3; keep one of them',
    ])
  })

  test('what is expired already is no problem of the file', () => {
    expect(read(FILE.replace('2027-03-31', '2020-01-01')).problems).toEqual([])
  })

  test('all problems are told at once, but not without end', () => {
    const many = Array.from({ length: 40 }, () => '  - type: x\n').join('')
    expect(read(`version: 1\nentries:\n${many}`).problems).toHaveLength(11)
  })

  test('case 10: aliases make no bomb and no circle', () => {
    expect(read('version: 1\nentries: &a [*a]\n').problems).not.toEqual([])
    const bomb = [
      'a: &a [x,x]',
      ...'bcdefgh'.split('').map((key, index) => `${key}: &${key} [*${'abcdefgh'[index]},*${'abcdefgh'[index]}]`),
    ]
    expect(read(bomb.join('\n')).problems).not.toEqual([])
  })
})
