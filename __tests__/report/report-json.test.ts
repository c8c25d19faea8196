import { describe, expect, test } from 'vitest'
import { reportJsonOf } from '../../src/report/report-json.ts'
import { failedReport, NOTHING, reportOf, reportWithNames, UPLOADED } from './cast.ts'
import { HOSTILE_NAMES } from './corpus.ts'

describe('reportJsonOf', () => {
  test('a failed audit', () => {
    const report = failedReport({
      failureReasons: new Map([
        ['timeout', 1],
        ['server-error: 500', 2],
      ]),
    })
    const content = JSON.parse(reportJsonOf(report))
    expect(content).toMatchObject({
      schemaVersion: 1,
      toolVersion: '1.2.3',
      accountId: report.accountId,
      matchSource: 'databricks',
      conclusion: 'failed',
      incompleteness: [],
      fault: null,
      failuresByReason: { 'server-error: 500': 2, timeout: 1 },
      apiCalls: report.apiCalls,
      files: report.files,
    })
    expect(content.totals).toEqual({
      all: { listed: 3018, checked: 3018, divergent: 1144, failed: 0, gone: 0, localOnly: 120, unreached: 0 },
      users: { listed: 2504, checked: 2504, divergent: 1129, failed: 0, gone: 0, localOnly: 120, unreached: 0 },
      groups: { listed: 341, checked: 341, divergent: 7, failed: 0, gone: 0, localOnly: 0, unreached: 0 },
      'service-principals': { listed: 173, checked: 173, divergent: 8, failed: 0, gone: 0, localOnly: 0, unreached: 0 },
      workspaces: { listed: 20, telling: 20, federated: 4, divergent: 16 },
    })
    expect(content.rules[1]).toEqual({
      rule: 'users.NAME_MATCH_EXTERNAL_ID_MISMATCH',
      value: 69,
      checked: 2504,
      limit: '0',
      verdict: 'exceeded',
    })
  })

  test('equal audits give equal bytes, whatever the order of what was counted', () => {
    const one = reportOf({
      failureReasons: new Map([
        ['a', 1],
        ['b', 2],
      ]),
      apiCalls: { 'users.list': 1, 'users.match': 2 },
    })
    const other = reportOf({
      failureReasons: new Map([
        ['b', 2],
        ['a', 1],
      ]),
      apiCalls: { 'users.match': 2, 'users.list': 1 },
    })
    expect(reportJsonOf(one)).toBe(reportJsonOf(other))
    expect(reportJsonOf(one).endsWith('}\n')).toBe(true)
  })

  test('what is not known is null', () => {
    const content = JSON.parse(reportJsonOf(reportOf({ tally: NOTHING, conclusion: 'error' })))
    expect(content.totals).toEqual({ all: null, workspaces: null })
    expect(content.counts).toEqual({ workspaces: null })
  })

  test('the artifact is told when it is known', () => {
    expect(JSON.parse(reportJsonOf(reportOf()))).not.toHaveProperty('artifact')
    expect(JSON.parse(reportJsonOf(reportOf(), UPLOADED)).artifact).toEqual(UPLOADED)
  })

  test('case 68: holds no name', () => {
    const report = reportWithNames(HOSTILE_NAMES)
    expect(reportJsonOf(report)).toBe(reportJsonOf({ ...report, samples: reportOf().samples }))
  })
})
