import type { ErrorCategory, SubjectType } from '../../src/domain/category.ts'
import { type Divergence, divergenceOf } from '../../src/domain/divergence.ts'
import type { Failure } from '../../src/domain/failure.ts'
import { isProblem, type Rule, ruleOf, type Verdict } from '../../src/domain/gate.ts'
import { PRINCIPAL_TYPES, type PrincipalType } from '../../src/domain/principal.ts'
import { Counter, emptyTally, maskOf, type Tally, type TypeTally } from '../../src/domain/tally.ts'
import { type ArtifactState, type Report, SAMPLE_SIZE, type Samples } from '../../src/report/model.ts'
import { verdictOf } from '../domain/verdict.ts'

export const UPLOADED: ArtifactState = {
  state: 'uploaded',
  id: '4711',
  url: 'https://github.com/acme/platform/actions/runs/1234/artifacts/4711',
  name: 'aim-readiness',
}

/** A type's counts: combinations of categories, each with how many identities carry exactly it. */
export function tallied(
  of: Partial<TypeTally>,
  combinations: readonly (readonly [ErrorCategory[], number])[],
): TypeTally {
  const listed = of.listed ?? 0
  return {
    ...emptyTally(listed),
    checked: listed - (of.failed ?? 0) - (of.gone ?? 0),
    ...of,
    combinations: new Map(combinations.map(([categories, count]) => [maskOf(categories), count])),
  }
}

/** An account of 3,018 identities and 20 workspaces, of the size and kind of a real one. */
export const ACCOUNT: Tally = {
  workspaces: { listed: 20, telling: 20, federated: 4, divergent: 16 },
  principals: {
    users: tallied({ listed: 2504, localOnly: 120 }, [
      [['EXTERNAL_ID_NOT_IN_IDP'], 1029],
      [['EXTERNAL_ID_NOT_IN_IDP', 'NAME_MATCH_EXTERNAL_ID_MISMATCH'], 10],
      [['NAME_MATCH_EXTERNAL_ID_MISMATCH'], 59],
      [['EXTERNAL_ID_MATCH_NAME_MISMATCH'], 31],
    ]),
    groups: tallied({ listed: 341 }, [[['NAME_MATCH_EXTERNAL_ID_MISMATCH'], 7]]),
    'service-principals': tallied({ listed: 173 }, [
      [['NAME_MATCH_EXTERNAL_ID_MISMATCH'], 3],
      [['EXTERNAL_ID_MATCH_NAME_MISMATCH'], 2],
      [['EXTERNAL_ID_NOT_IN_IDP'], 3],
    ]),
  },
}

/** The same account when nothing was found. */
export const CLEAN: Tally = {
  workspaces: { listed: 2, telling: 2, federated: 2, divergent: 0 },
  principals: {
    users: tallied({ listed: 10 }, []),
    groups: tallied({ listed: 3 }, []),
    'service-principals': tallied({ listed: 1 }, []),
  },
}

export const NOTHING: Tally = { workspaces: undefined, principals: {} }

const INCLUDED: readonly SubjectType[] = ['workspaces', ...PRINCIPAL_TYPES]

export function ruleFrom(key: string, limit: string): Rule {
  const rule = ruleOf(key, limit, INCLUDED)
  if (isProblem(rule)) throw new Error(rule.problem)
  return rule
}

export const verdictsOf = (thresholds: Readonly<Record<string, string>>, tally: Tally): Verdict[] =>
  Object.entries(thresholds).map(([key, limit]) => verdictOf(ruleFrom(key, limit), tally))

export const THRESHOLDS = {
  EXTERNAL_ID_NOT_IN_IDP: '50%',
  'users.NAME_MATCH_EXTERNAL_ID_MISMATCH': '0',
  'groups.GROUP_HAS_LOCAL_MEMBERS_*': '10 or 2%',
  'service-principals.*': '0',
  'workspaces.IDENTITY_FEDERATION_DISABLED': '16',
  '*': '2000',
} as const

const NO_SAMPLES: Samples = { principals: {}, workspaces: [], failures: [] }

export const reportOf = (of: Partial<Report> = {}): Report => ({
  toolVersion: '1.2.3',
  accountId: '0f4b4c5e-6d1c-4d6a-9d0e-3b1f5a2c9c1e',
  host: 'accounts.azuredatabricks.net',
  matchSource: 'databricks',
  startedAt: '2026-11-22T04:10:03.000Z',
  finishedAt: '2026-11-22T04:24:11.000Z',
  durationSeconds: 848,
  conclusion: 'passed',
  warnOnly: false,
  incompleteness: [],
  fault: undefined,
  tally: CLEAN,
  verdicts: [],
  maxFailures: '0',
  failureReasons: new Map(),
  prerequisites: { federatedWorkspace: 'yes', premiumTier: 'yes', accountAdmin: 'unknown' },
  samples: NO_SAMPLES,
  apiCalls: { 'users.match': 2504, 'groups.match': 341, 'users.list': 26, 'entra.token': 1 },
  untrustedListings: [],
  resultsPath: 'aim-readiness',
  files: ['divergence_workspaces.csv', 'idp_divergence_users.csv', 'report.json'],
  showNames: true,
  directory: undefined,
  judgement: undefined,
  continuedFrom: undefined,
  finishedHere: 0,
  ...of,
})

/** Principals of one type that carry every category that it can, under the given names. */
export function divergent(type: PrincipalType, names: readonly string[]): Divergence[] {
  return names.flatMap((name, index) => {
    const of = divergenceOf({
      principal: { type, id: String(index + 1), name: `${name}#`, externalId: name === '' ? 'x' : name },
      byExternalId: { name },
      nameMatches: [`${name}?`, 'other'],
      localMembers: type === 'groups' ? ['101', '102'] : [],
      externalMembers: type === 'groups' ? ['103'] : [],
    })
    return of === undefined ? [] : [of]
  })
}

const FAILURE: Failure = { type: 'users', id: '7', reason: 'server-error', code: '500' }

/** A report whose first rows show the given names wherever a name can stand. */
export function reportWithNames(names: readonly string[], of: Partial<Report> = {}): Report {
  const principals: Partial<Record<PrincipalType, TypeTally>> = {}
  const samples: Partial<Record<PrincipalType, Partial<Record<ErrorCategory, Divergence[]>>>> = {}
  for (const type of PRINCIPAL_TYPES) {
    const counter = new Counter(type === 'users' ? names.length + 1 : names.length)
    if (type === 'users') counter.add({ kind: 'failed', failure: FAILURE })
    const kept: Partial<Record<ErrorCategory, Divergence[]>> = {}
    for (const divergence of divergent(type, names)) {
      counter.add({ kind: 'divergent', divergence })
      for (const category of divergence.categories) kept[category] = [...(kept[category] ?? []), divergence]
    }
    principals[type] = counter.tally()
    samples[type] = Object.fromEntries(Object.entries(kept).map(([key, rows]) => [key, rows.slice(0, SAMPLE_SIZE)]))
  }
  return reportOf({
    tally: { workspaces: ACCOUNT.workspaces, principals },
    samples: {
      principals: samples,
      workspaces: ['1', '2'],
      failures: [FAILURE],
    },
    failureReasons: new Map([['server-error: 500', 1]]),
    ...of,
  })
}

export const failedReport = (of: Partial<Report> = {}): Report =>
  reportOf({ conclusion: 'failed', tally: ACCOUNT, verdicts: verdictsOf(THRESHOLDS, ACCOUNT), ...of })
