import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { givenInputs, INPUT_NAMES, INPUTS } from '../../src/config/inputs.ts'
import { configOf } from '../../src/config.ts'
import { ACCOUNT, CLIENT, configWith, given, problemsWith, TENANT } from './given.ts'

describe('givenInputs', () => {
  test('takes what the runner sets, dashes and all, and nothing else', () =>
    expect(
      givenInputs({ 'INPUT_WARN-ONLY': ' true ', INPUT_THRESHOLDS: 'a\nb', PATH: '/bin', HOME: undefined }),
    ).toEqual(
      new Map([
        ['warn-only', ' true '],
        ['thresholds', 'a\nb'],
      ]),
    ))
})

describe('configOf', () => {
  test('the defaults', () =>
    expect(configWith()).toEqual({
      mode: 'audit',
      accountId: ACCOUNT,
      host: 'accounts.azuredatabricks.net',
      signIn: {
        type: 'github-oidc-azure',
        tenantId: TENANT,
        clientId: CLIENT,
        environment: 'public',
        audience: 'api://AzureADTokenExchange',
      },
      included: ['users', 'groups', 'service-principals'],
      targets: undefined,
      rules: [],
      maxFailures: { count: 0, percentHundredths: undefined },
      maxFailuresText: '0',
      warnOnly: false,
      matchSource: { type: 'databricks' },
      maxConcurrency: 64,
      requestsPerSecond: 0,
      progress: { resume: true, resumeMaxAgeMs: 36 * 3_600_000, key: undefined, maxDurationMs: 330 * 60_000 },
      judgement: {
        configFile: { path: '.github/aim-readiness.yml', isDefault: true },
        allowList: { path: '.github/aim-allow-list.yml', isDefault: true },
        allowListMaxDays: 180,
        primaryDomains: [],
        baseline: { from: 'none' },
        newOnly: false,
        ratchet: false,
        auditWorkflow: '',
        artifactName: 'aim-readiness',
        maxResultAgeHours: 24,
        redaction: 'names',
        comment: 'off',
      },
      resultsPath: 'aim-readiness',
      csvFormat: 'safe',
      upload: { enabled: true, name: 'aim-readiness', retentionDays: undefined, allowPublic: false },
      jobSummary: true,
      githubToken: '',
      notes: [],
    }))

  test('the defaults are the same when the runner passes them on', () =>
    expect(configOf(new Map([...Object.entries(INPUTS), ...given()]))).toEqual(configOf(given())))

  test('the defaults are the same when every optional input is empty', () =>
    expect(configOf(new Map([...INPUT_NAMES.map((name) => [name, ' '] as const), ...given()]))).toEqual(
      configOf(given()),
    ))

  test('every problem is told at once', () =>
    expect(
      problemsWith({
        'databricks-account-id': '',
        'databricks-host': 'http://example.com',
        'azure-tenant-id': 'x',
        'include-users': 'yes',
        'target-identities': 'USER x',
        thresholds: 'users.*: x',
        'max-failures': 'x',
        'max-concurrency': '0',
        'results-path': '..',
        'csv-format': 'x',
        'artifact-name': 'a/b',
        nonsense: 'x',
      }).map((problem) => problem.split(/[: ]/)[0]),
    ).toEqual([
      '"nonsense"',
      'databricks-account-id',
      'databricks-host',
      'azure-tenant-id',
      'include-users',
      'target-identities',
      'thresholds',
      'max-failures',
      'results-path',
      'max-concurrency',
      'csv-format',
      'artifact-name',
    ]))

  test.each([
    ['treshold', 'thresholds'],
    ['databricks_account_id', 'databricks-account-id'],
    ['account-id', undefined],
    ['include-service-principal', 'include-service-principals'],
    ['max-concurency', 'max-concurrency'],
    ['foo', undefined],
    ['__proto__', undefined],
    ['constructor', undefined],
  ])('case 6: the unknown input %s; did somebody mean %s?', (name, nearest) =>
    expect(problemsWith({ [name]: 'x' })).toEqual([
      `"${name}" is no input of this action; ${nearest ? `did you mean ${nearest}?` : 'remove it'}`,
    ]),
  )

  test('case 6: an unknown input is told even when it is empty', () =>
    expect(problemsWith({ thresold: '' })).toHaveLength(1))

  test('case 9: to leave out every type is refused, and what follows from it is not told', () => {
    const off = { 'include-users': 'false', 'include-groups': 'FALSE', 'include-service-principals': 'False' }
    expect(problemsWith({ ...off, thresholds: 'users.*: 0', 'target-identities': 'GROUP 1' })).toEqual([
      'include-users, include-groups, include-service-principals: all are false, which leaves nothing to check; set one to true',
    ])
    expect(configWith({ ...off, 'include-groups': 'true' }).included).toEqual(['groups'])
  })

  test.each([
    ['0', 0, undefined],
    ['10', 10, undefined],
    ['0%', undefined, 0],
    ['0.5%', undefined, 50],
    ['1.25 %', undefined, 125],
    ['100%', undefined, 10_000],
  ])('case 4: max-failures %s', (text, count, percentHundredths) =>
    expect(configWith({ 'max-failures': text })).toMatchObject({
      maxFailures: { count, percentHundredths },
      maxFailuresText: text,
    }),
  )

  test.each([
    '1e3',
    '-1',
    'NaN',
    '０',
    '0x10',
    '1.5',
    '101%',
    '0.001%',
    '-1%',
    '10 or 2%',
    '1 2',
    '1% or 2%',
    '%',
    'none',
  ])('case 4: max-failures refuses %j', (text) =>
    expect(problemsWith({ 'max-failures': text })).toEqual([expect.stringMatching(/^max-failures: .*; write /)]),
  )

  test('the upload: its name, its days, and what has no effect without it', () => {
    const inputs = {
      'artifact-name': 'audit of May',
      'artifact-retention-days': '400',
      'allow-public-artifact': 'true',
    }
    expect(configWith(inputs).upload).toEqual({
      enabled: true,
      name: 'audit of May',
      retentionDays: 400,
      allowPublic: true,
    })
    const off = configWith({ ...inputs, 'upload-artifact': 'false' })
    expect(off.upload).toEqual({ enabled: false })
    expect(off.notes).toHaveLength(3)
    for (const days of ['0', '401', '-1', '1.5'])
      expect(problemsWith({ 'artifact-retention-days': days })).toHaveLength(1)
  })

  test('the token is only what was given', () =>
    expect(configWith({ 'github-token': ' ghs_abc ' }).githubToken).toBe('ghs_abc'))

  test('any inputs are a configuration or problems, never a fault', () =>
    fc.assert(
      fc.property(
        fc.dictionary(fc.oneof(fc.constantFrom(...INPUT_NAMES), fc.string()), fc.string({ unit: 'binary' })),
        (inputs) => {
          const problems = problemsWith(inputs)
          for (const problem of problems) expect(problem).toMatch(/^[\x20-\x7e…]+$/)
        },
      ),
    ))
})
