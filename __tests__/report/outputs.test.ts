import { describe, expect, test } from 'vitest'
import { outputsOf } from '../../src/report/outputs.ts'
import { ACCOUNT, CLEAN, failedReport, NOTHING, reportOf, reportWithNames, tallied, UPLOADED } from './cast.ts'
import { HOSTILE_NAMES } from './corpus.ts'

const NAMES = [
  'conclusion',
  'total-checked',
  'divergent-count',
  'failure-count',
  'gone-count',
  'workspace-count',
  'divergent-workspace-count',
  'counts',
  'exceeded',
  'results-path',
  'artifact-id',
  'artifact-url',
  'resumed',
  'duration-seconds',
  'ready',
  'blocker-count',
  'review-count',
  'hygiene-count',
  'out-of-scope-count',
  'api-calls',
]

describe('outputsOf', () => {
  test('a failed audit', () => {
    const outputs = outputsOf(failedReport(), UPLOADED)
    expect(outputs).toMatchObject({
      conclusion: 'failed',
      'total-checked': '3018',
      'divergent-count': '1144',
      'failure-count': '0',
      'gone-count': '0',
      'workspace-count': '20',
      'divergent-workspace-count': '16',
      'results-path': 'aim-readiness',
      'artifact-id': '4711',
      'artifact-url': UPLOADED.state === 'uploaded' ? UPLOADED.url : '',
      resumed: 'false',
      'duration-seconds': '848',
      'api-calls': '2872',
    })
    expect(JSON.parse(outputs.exceeded ?? '')).toEqual([
      { rule: 'users.NAME_MATCH_EXTERNAL_ID_MISMATCH', value: 69, checked: 2504, limit: '0' },
      { rule: 'service-principals.*', value: 8, checked: 173, limit: '0' },
    ])
  })

  test('counts: each included type, each of its categories, zeros included', () => {
    const tally = { ...CLEAN, principals: { groups: CLEAN.principals.groups ?? tallied({}, []) } }
    const { counts = '' } = outputsOf(reportOf({ tally }), UPLOADED)
    expect(JSON.parse(counts)).toEqual({
      workspaces: { IDENTITY_FEDERATION_DISABLED: 0 },
      groups: {
        EXTERNAL_ID_NOT_IN_IDP: 0,
        EXTERNAL_ID_MATCH_NAME_MISMATCH: 0,
        NAME_MATCH_EXTERNAL_ID_MISMATCH: 0,
        GROUP_HAS_LOCAL_MEMBERS_WITHOUT_EXTERNAL_ID: 0,
        GROUP_HAS_LOCAL_MEMBERS_WITH_EXTERNAL_ID: 0,
      },
    })
  })

  test('counts: an identity with two categories counts in both', () => {
    const { counts = '' } = outputsOf(reportOf({ tally: ACCOUNT }), UPLOADED)
    expect(JSON.parse(counts).users).toEqual({
      EXTERNAL_ID_NOT_IN_IDP: 1039,
      EXTERNAL_ID_MATCH_NAME_MISMATCH: 31,
      NAME_MATCH_EXTERNAL_ID_MISMATCH: 69,
    })
  })

  test.each([
    ['the API does not tell', { listed: 5, telling: 0, federated: 0, divergent: 5 }, '5'],
    ['the listing was not read', undefined, ''],
  ])('counts.workspaces is null when %s', (_, workspaces, listed) => {
    const outputs = outputsOf(reportOf({ tally: { ...CLEAN, workspaces } }), UPLOADED)
    expect(JSON.parse(outputs.counts ?? '').workspaces).toBeNull()
    expect(outputs).toMatchObject({ 'workspace-count': listed, 'divergent-workspace-count': '' })
  })

  test('an error before anything was known: every output is there, what is not known is empty', () => {
    const report = reportOf({ conclusion: 'error', tally: NOTHING, apiCalls: {}, durationSeconds: 0, resultsPath: '' })
    expect(outputsOf(report, { state: 'nothing' })).toEqual({
      ...Object.fromEntries(NAMES.map((name) => [name, ''])),
      conclusion: 'error',
      counts: '{"workspaces":null}',
      exceeded: '[]',
      resumed: 'false',
      ready: 'false',
      'duration-seconds': '0',
      'api-calls': '0',
    })
  })

  test('case 68: no output holds a name', () => {
    const report = reportWithNames(HOSTILE_NAMES)
    expect(Object.keys(outputsOf(report, UPLOADED))).toEqual(NAMES)
    expect({ ...outputsOf({ ...report, samples: reportOf().samples }, UPLOADED) }).toEqual(outputsOf(report, UPLOADED))
  })
})
