import { describe, expect, test } from 'vitest'
import type { Incompleteness } from '../../src/domain/gate.ts'
import type { ArtifactState, Report } from '../../src/report/model.ts'
import { outputsOf } from '../../src/report/outputs.ts'
import { summaryOf } from '../../src/report/summary.ts'
import {
  ACCOUNT,
  CLEAN,
  failedReport,
  NOTHING,
  reportOf,
  reportWithNames,
  tallied,
  UPLOADED,
  verdictsOf,
} from './cast.ts'
import { tablesIn } from './rendered.ts'

const OFF: ArtifactState = { state: 'off' }
const firstLine = (report: Report, artifact = UPLOADED) => summaryOf(report, artifact).split('\n')[0]

/** Cells of the table whose header starts with the given title. */
function tableTitled(markdown: string, title: string): string[][] {
  const table = tablesIn(markdown).find(([header]) => header?.[0] === title)
  if (table === undefined) throw new Error(`no table "${title}"`)
  return table
}

describe('summaryOf: the conclusion in one line', () => {
  test.each([
    ['passed', reportOf(), /^## ✅ Passed: none of 14 identities differs/],
    ['failed', failedReport(), /^## ❌ Failed: 1,144 of 3,018 identities differ/],
    [
      'incomplete',
      reportOf({
        conclusion: 'incomplete',
        incompleteness: ['too-many-failures'],
        tally: { ...CLEAN, principals: { users: tallied({ listed: 3018, failed: 41 }, []) } },
      }),
      /^## ⚠️ Incomplete: 41 of 3,018 identities could not be checked/,
    ],
    [
      'incomplete',
      reportOf({
        conclusion: 'incomplete',
        incompleteness: ['time-up'],
        tally: { ...CLEAN, principals: { users: tallied({ listed: 3018, checked: 3000 }, []) } },
      }),
      /^## ⚠️ Incomplete: 18 of 3,018 identities were not reached/,
    ],
    [
      'incomplete',
      reportOf({
        conclusion: 'incomplete',
        incompleteness: ['time-up'],
        tally: { ...CLEAN, principals: { users: tallied({ listed: 3018, checked: 3000, failed: 1 }, []) } },
      }),
      /^## ⚠️ Incomplete: 18 of 3,018 identities were not checked/,
    ],
    [
      'error',
      reportOf({
        conclusion: 'error',
        tally: NOTHING,
        fault: { reason: 'forbidden', message: 'Listing users was refused', action: '' },
      }),
      /^## 🛑 Error: access was refused/,
    ],
  ])('%s', (_, report, expected) => {
    expect(firstLine(report)).toMatch(expected)
  })

  test('a passed audit without rules says that nothing could fail it', () => {
    expect(summaryOf(reportOf({ tally: ACCOUNT }), OFF)).toContain('No `thresholds` are set')
  })

  test('warn-only is told where it matters', () => {
    expect(summaryOf(failedReport({ warnOnly: true }), OFF)).toContain('`warn-only`')
    expect(summaryOf(reportOf({ warnOnly: true }), OFF)).not.toContain('`warn-only`')
  })

  const causes: Incompleteness[] = [
    'too-many-failures',
    'cancelled',
    'access-lost',
    'wrong-identities',
    'unavailable',
    'listing-untrusted',
    'nothing-listed',
    'nothing-checked',
    'idp-unreadable',
    'federation-unknown',
  ]
  test.each(causes)('incomplete because of %s: nobody takes it for passed', (cause) => {
    const text = summaryOf(reportOf({ conclusion: 'incomplete', incompleteness: [cause] }), OFF)
    expect(text).toMatch(/^## ⚠️ Incomplete: \S/)
    expect(text).not.toContain('✅ Passed')
  })
})

describe('summaryOf: gate and counts', () => {
  test('each rule with value, share, limit and verdict, and max-failures', () => {
    const table = tableTitled(summaryOf(failedReport(), UPLOADED), 'Rule')
    expect(table[1]).toEqual(['`EXTERNAL_ID_NOT_IN_IDP`', '1,042 of 3,018 (34.5%)', '`50%`', '✅ within'])
    expect(table[2]).toEqual(['`users.NAME_MATCH_EXTERNAL_ID_MISMATCH`', '69 of 2,504 (2.8%)', '`0`', '❌ exceeded'])
    expect(table.at(-1)?.slice(1)).toEqual(['0 of 3,018 (0%)', '`0`', '✅ within'])
  })

  test('case 71: a rule of which nothing was checked is unknown, not within', () => {
    const tally = { ...CLEAN, principals: { users: tallied({ listed: 10, failed: 10 }, []) } }
    const report = reportOf({
      tally,
      conclusion: 'incomplete',
      incompleteness: ['nothing-checked', 'too-many-failures'],
      verdicts: verdictsOf({ '*': '0' }, tally),
    })
    const [, rule, failures] = tableTitled(summaryOf(report, OFF), 'Rule')
    expect(rule?.[3]).toBe('❔ unknown')
    expect(failures?.[3]).toBe('⚠️ too many')
    expect(tableTitled(summaryOf(report, OFF), 'Error category')[1]?.[1]).toBe('–')
  })

  test('type by category, with shares', () => {
    const table = tableTitled(summaryOf(failedReport(), UPLOADED), 'Error category')
    expect(table[0]).toEqual(['Error category', 'Users', 'Groups', 'Service principals', 'Workspaces'])
    expect(table[1]).toEqual(['`EXTERNAL_ID_NOT_IN_IDP`', '1,039 (41.5%)', '0', '3 (1.7%)', ''])
    expect(table.at(-1)).toEqual(['`IDENTITY_FEDERATION_DISABLED`', '', '', '', '16 (80.0%)'])
  })

  test('federation that the API does not tell is unknown', () => {
    const tally = { ...ACCOUNT, workspaces: { listed: 20, telling: 0, federated: 0, divergent: 20 } }
    const text = summaryOf(reportOf({ tally }), OFF)
    expect(tableTitled(text, 'Error category').at(-1)?.at(-1)).toBe('unknown')
    expect(text).not.toContain('20 (100%)')
  })

  test('advice for what occurs only, service principals first', () => {
    const text = summaryOf(failedReport(), UPLOADED)
    const advice = text.slice(text.indexOf('What these categories mean'), text.indexOf('### What AIM needs'))
    expect(advice.indexOf('3 service principals')).toBeLessThan(advice.indexOf('69 users'))
    expect(advice).not.toContain('GROUP_HAS_LOCAL')
    expect(summaryOf(reportOf(), UPLOADED)).not.toContain('What these categories mean')
  })

  test('links to the documentation exist only when it is known where it is', () => {
    const docsUrl = 'https://example.com/README.md'
    expect(summaryOf(failedReport({ docsUrl }), OFF)).toContain(`(${docsUrl}#external_id_not_in_idp)`)
    expect(summaryOf(failedReport(), OFF)).not.toContain('](')
  })
})

describe('summaryOf: what else a reader needs', () => {
  test('an error before anything was counted is short: what failed and what to do', () => {
    const fault = { reason: 'configuration' as const, message: 'Input a is wrong\nInput b is wrong', action: '' }
    const text = summaryOf(reportOf({ conclusion: 'error', tally: NOTHING, fault }), { state: 'nothing' })
    expect(text).toContain('- Input a is wrong\n- Input b is wrong\n')
    expect(text.split('\n').length).toBeLessThan(12)
    expect(tablesIn(text)).toEqual([])
    expect(text).not.toContain('What to do')
    const advised = reportOf({ conclusion: 'error', tally: NOTHING, fault: { ...fault, action: 'Mend it.' } })
    expect(summaryOf(advised, { state: 'nothing' })).toContain('What to do.** Mend it.')
  })

  test('unknown prerequisites are shown as unknown', () => {
    const prerequisites = { federatedWorkspace: 'yes', premiumTier: 'no', accountAdmin: 'unknown' } as const
    const rows = tableTitled(summaryOf(reportOf({ prerequisites }), OFF), 'Prerequisite')
    expect(rows.slice(1, 4).map(([, seen]) => seen)).toEqual(['✅ yes', '❌ no', '❔ unknown'])
  })

  test('what could not be checked, by reason, with the first ones', () => {
    const report = reportWithNames(['a'])
    const text = summaryOf(report, OFF)
    expect(tableTitled(text, 'Error')[1]?.slice(0, 2)).toEqual(['`server-error: 500`', '1'])
    expect(tableTitled(text, 'Type')[1]).toEqual(['users', '`7`', '`server-error: 500`'])
  })

  test('identities that were not reached, and listings that fell short', () => {
    const text = summaryOf(
      reportOf({
        conclusion: 'incomplete',
        incompleteness: ['cancelled', 'listing-untrusted'],
        tally: { ...CLEAN, principals: { users: tallied({ listed: 3000, checked: 1000 }, []) } },
        untrustedListings: [{ type: 'groups', listed: 90, promised: 100, why: '' }],
      }),
      OFF,
    )
    expect(text).toContain('2,000 identities were not reached')
    expect(text).toContain('groups gave 90 of the 100')
    const totals = tablesIn(text).find(([header]) => header?.includes('Not reached'))
    expect(totals?.[1]?.slice(0, 6)).toEqual(['Users', '3,000', '1,000', '0', '0', '2,000'])
  })

  test('a listing that could not be read: nothing of it is a zero, and what was answered is told', () => {
    const report = reportOf({
      conclusion: 'incomplete',
      incompleteness: ['listing-untrusted'],
      tally: {
        ...CLEAN,
        principals: { users: tallied({ listed: 0 }, []), groups: tallied({ listed: 5, checked: 5 }, []) },
      },
      untrustedListings: [{ type: 'users', listed: 0, promised: undefined, why: 'Cannot list users: HTTP 400' }],
    })
    const text = summaryOf(report, OFF)
    expect(text).toContain('users could not be read. Cannot list users: HTTP 400.')
    const rows = tablesIn(text).flat()
    expect(rows.find(([title]) => title === 'Users')).toEqual(['Users', '–', '–', '–', '–', '–', '–'])
    expect(rows.find(([title]) => title === '`EXTERNAL_ID_NOT_IN_IDP`')?.slice(1, 3)).toEqual(['–', '0'])
    expect(JSON.parse(outputsOf(report, OFF).counts ?? '')).toMatchObject({ users: null, groups: {} })
  })

  test.each([
    [UPLOADED, '/artifacts/4711)'],
    [OFF, '`upload-artifact: false`'],
    [{ state: 'public' } as const, '`allow-public-artifact`'],
    [{ state: 'nothing' } as const, 'No file was written'],
    [{ state: 'failed', why: 'quota @team' } as const, 'quota &#64;'],
  ])('where the artifact is, or why there is none: %j', (artifact, expected) => {
    expect(summaryOf(failedReport(), artifact)).toContain(expected)
  })

  test('an artifact url of another form is not linked', () => {
    const url = 'https://x/) ![](https://evil.example)'
    expect(summaryOf(reportOf(), { state: 'uploaded', id: '1', url, name: 'aim-readiness' })).not.toContain('evil')
  })
})
