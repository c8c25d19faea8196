import { expect, test } from 'vitest'
import { keepPolicy, keptPolicy } from '../../src/action/kept-policy.ts'
import { NO_POLICY } from '../../src/action/policy-texts.ts'
import type { PolicySetup } from '../../src/policy-setup.ts'
import { temporaryFolder } from '../files/temporary.ts'
import { ruleFrom } from '../report/cast.ts'

const SETUP: PolicySetup = {
  policy: {
    primaryDomains: ['example.com'],
    rules: [ruleFrom('blockers', '10 or 2%')],
    allowList: [],
    today: '2026-11-22',
    ...{ newOnly: true, ratchet: false },
  },
  baseline: undefined,
  redaction: 'names',
  policyFiles: [],
  policyUnknown: ['why not'],
  trend: [{ finishedAt: '2026-11-21T00:00:00.000Z', divergent: 7, blockers: undefined }],
}

test.each([0, 20_000])(
  'what findings are judged by is kept for the post step, with a baseline of %i',
  async (count) => {
    await using folder = await temporaryFolder()
    const finding = { marks: 5, lighter: 1, link: 'é\u2028"\n' }
    const baseline: PolicySetup['baseline'] = {
      findings: new Map(Array.from({ length: count }, (_, at) => [`user ${at}`, finding] as const)),
      tally: { users: [{ raw: 5, open: 5, gated: 5, count }] },
      ...{ subjects: ['users'], finishedAt: '2026-11-21T00:00:00.000Z' },
    }
    for (const setup of [{ ...SETUP, baseline }, SETUP]) {
      await keepPolicy(folder.path, { texts: NO_POLICY, setup })
      expect(await keptPolicy(folder.path)).toEqual({ texts: NO_POLICY, setup })
    }
  },
)
