import { describe, expect, test } from 'vitest'
import { INPUTS, LATE_DEFAULTS } from '../../src/config/inputs.ts'
import { POLICY_INPUTS } from '../../src/config/policy-file.ts'
import { configOf, policyPathsOf } from '../../src/config.ts'
import { ACCOUNT, configWith, given, problemsWith } from './given.ts'

const EVALUATE = { mode: 'evaluate', 'databricks-account-id': ACCOUNT } as const

const evaluating = (inputs: Readonly<Record<string, string>> = {}, eventName = 'pull_request') =>
  configOf(new Map(Object.entries({ ...EVALUATE, ...inputs })), eventName)

describe('INPUTS', () => {
  test('have no default that the runner would pass on as if somebody had written it, where the config file may speak', () => {
    for (const name of POLICY_INPUTS) expect([name, INPUTS[name]]).toEqual([name, ''])
    for (const name of Object.keys(LATE_DEFAULTS)) expect(INPUTS[name as keyof typeof INPUTS]).toBe('')
  })
})

describe('configOf, mode evaluate', () => {
  test('needs nothing to sign in with', () =>
    expect(evaluating()).toMatchObject({
      config: { mode: 'evaluate', accountId: ACCOUNT, from: undefined, notes: [], warnOnly: false },
    }))

  test('tells what has no effect without asking Databricks', () => {
    const result = evaluating({ 'auth-type': 'oauth-m2m', 'databricks-client-secret': 'x', 'max-concurrency': '7' })
    expect('config' in result && result.config.notes).toEqual([
      'auth-type: has no effect with mode evaluate',
      'databricks-client-secret: has no effect with mode evaluate',
      'max-concurrency: has no effect with mode evaluate',
    ])
  })

  test.each([
    ['pull_request', 'is refused on pull_request'],
    ['merge_group', 'is refused on merge_group'],
  ])('evaluate-from on %s', (eventName, why) =>
    expect(evaluating({ 'evaluate-from': 'there' }, eventName)).toEqual({
      problems: [expect.stringContaining(`evaluate-from: ${why}`)],
    }),
  )

  test('evaluate-from elsewhere', () =>
    expect(evaluating({ 'evaluate-from': 'there' }, 'push')).toMatchObject({ config: { from: 'there' } }))

  test('still needs the account, so that nobody is judged by the results of another', () =>
    expect(configOf(new Map([['mode', 'evaluate']]), 'push')).toEqual({
      problems: [expect.stringMatching(/^databricks-account-id: /)],
    }))
})

describe('configOf, what findings are judged by', () => {
  test('every input of it', () =>
    expect(
      configWith({
        'primary-domains': 'Example.com, example.org',
        baseline: 'audits/last',
        'new-only': 'true',
        ratchet: 'true',
        'allow-list': 'policy/accepted.yml',
        'allow-list-max-days': '30',
        'audit-workflow': '.github/workflows/nightly.yml',
        'artifact-name': 'results',
        'max-result-age': '48',
        redact: 'all',
        'pr-comment': 'on-failure',
      }).judgement,
    ).toMatchObject({
      primaryDomains: ['example.com', 'example.org'],
      baseline: { from: 'path', path: 'audits/last' },
      ...{ newOnly: true, ratchet: true, allowListMaxDays: 30, maxResultAgeHours: 48 },
      allowList: { path: 'policy/accepted.yml', isDefault: false },
      ...{ auditWorkflow: 'nightly.yml', artifactName: 'results', redaction: 'all', comment: 'on-failure' },
    }))

  test('what does not go together is told only when all is known', () => {
    expect(problemsWith({ ratchet: 'true' })).toEqual([expect.stringMatching(/^ratchet: there is no baseline/)])
    expect(configOf(given({ ratchet: 'true' }))).toHaveProperty('config')
  })

  test('a baseline of a pull request lies in the repository', () => {
    const inputs = given({ baseline: '/abs/olute' })
    expect(configOf(inputs, 'push')).toHaveProperty('config')
    expect(configOf(inputs, 'pull_request')).toEqual({ problems: [expect.stringMatching(/^baseline: /)] })
  })
})

describe('policyPathsOf', () => {
  test('knows a named file from the default one', () => {
    expect(policyPathsOf(given()).configFile).toEqual({ path: '.github/aim-readiness.yml', isDefault: true })
    expect(policyPathsOf(given({ 'config-file': './.github/aim-readiness.yml' })).configFile).toEqual({
      path: '.github/aim-readiness.yml',
      isDefault: false,
    })
  })
})
