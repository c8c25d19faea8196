import { describe, expect, test } from 'vitest'
import type { AllowEntry } from '../../src/domain/allow-list.ts'
import type { Evidence } from '../../src/domain/finding.ts'
import { BaselineJudge, Judge, type Policy } from '../../src/domain/judgement/judge.ts'
import { annotationsOf } from '../../src/report/annotations.ts'
import { COMMENT_BYTES, commentOf, isCommentDue, markerOf } from '../../src/report/comment.ts'
import { type Judgement, SampleKeeper } from '../../src/report/judgement.ts'
import { judgementTable } from '../../src/report/judgement-table.ts'
import { redactedExternalId, redactedName, shortHash } from '../../src/report/redact.ts'
import { summaryOf } from '../../src/report/summary.ts'
import { judgementOutputsOf, judgementPartsOf } from '../../src/report/summary-judgement.ts'
import { chartOf, trendOf } from '../../src/report/summary-trend.ts'
import { A, B, C, EVERYTHING_CHECKED, evidencesOf, policyOf, rule, TODAY, tallyWith } from '../judgement/cast.ts'
import { ACCOUNT, CLEAN, reportOf, reportWithNames, UPLOADED } from './cast.ts'
import { HOSTILE_NAMES } from './corpus.ts'
import { linkable, pageOf, tablesIn } from './rendered.ts'

function judgementOf(
  found: readonly Evidence[],
  policy: Policy,
  changes: Partial<Judgement> = {},
  earlier?: readonly Evidence[],
): Judgement {
  const before = earlier && new BaselineJudge(policy)
  for (const evidence of earlier ?? []) before?.add(evidence)
  const judge = new Judge(
    policy,
    before?.baseline(tallyWith(earlier ?? []), EVERYTHING_CHECKED, '2026-11-21T04:10:00Z'),
  )
  const samples = new SampleKeeper()
  for (const evidence of found) {
    const judged = judge.add(evidence)
    if (judged !== undefined) samples.keep(judged)
  }
  const judged = judge.result(tallyWith(found), EVERYTHING_CHECKED)
  return {
    ...{
      judged,
      ready: judged.classes.blocker === 0,
      newOnly: policy.newOnly,
      ratchet: policy.ratchet,
      redaction: 'names',
    },
    ...{ policyFiles: [], policyUnknown: [], samples: samples.samples(), trend: [], result: undefined },
    ...changes,
  }
}

const entry = (changes: Partial<AllowEntry>): AllowEntry => ({
  ...{
    type: 'user',
    id: '1',
    mark: 'NAME_MATCH_EXTERNAL_ID_MISMATCH',
    reason: 'Known',
    owner: 'data',
    expires: '2027-03-31',
    line: 3,
  },
  ...changes,
})

const found = evidencesOf(
  { name: 'hedy@example.com', externalId: '', nameMatches: [A] },
  { name: 'grace@example.com', externalId: B, nameMatches: [C] },
  { name: 'ada@example.net', externalId: '00000000-0000-4000-8000-000000000001' },
)
const policy = policyOf({ primaryDomains: ['example.com'], rules: [rule('blockers'), rule('*', '5')] })
const partsOf = (judgement: Judgement, changes: Parameters<typeof reportOf>[0] = {}) =>
  judgementPartsOf(reportOf({ conclusion: 'failed', tally: tallyWith(found), ...changes }), judgement, [])

describe('the summary of a judgement', () => {
  test('says in one line what blocks and what does not', () => {
    const { verdict } = partsOf(judgementOf(found, policy))
    expect(verdict).toContain('**2 blockers** · 0 to review · 1 outside your tenant · 0 hygiene · 0 not checked')
    expect(verdict).toContain('settle the 2 blockers')
  })

  test('the gate shows what was found, accepted and counted, and what became of it', () => {
    const entries = [entry({}), entry({ id: '2', mark: 'EXTERNAL_ID_NOT_IN_IDP' })]
    const earlier = found.slice(1)
    const judgement = judgementOf(found, { ...policy, allowList: entries, ratchet: true }, {}, earlier)
    expect(tablesIn(partsOf(judgement).gate)).toEqual([
      [
        ['Rule', 'Found', 'Accepted', 'Counted', 'Limit', 'Since baseline', 'Verdict'],
        ['`blockers`', '2', '1', '1 of 3,000 (<0.1%)', '`0`', '±0', '❌ exceeded'],
        ['`*`', '3', '1', '2 of 3,000 (<0.1%)', '`5`', '±0', '✅ within'],
      ],
    ])
  })

  test('what to do stands in order, with class, owner, count, file and undo', () => {
    const [rows = []] = tablesIn(partsOf(judgementOf(found, policy)).tasks)
    const file = '`idp_divergence_users.csv`'
    expect(rows.slice(1).map(([number, , ...rest]) => [number, ...rest])).toEqual([
      ['1', 'blocker', 'Databricks admin', '2 (users)', file, 'not for 1, whose external id was empty'],
      ['2', 'out-of-scope', 'Security', '1 (user)', file, '–'],
    ])
  })

  test('a name that is only spelt otherwise needs no ticket, and a link that nobody has left is not urgent', () => {
    const some = evidencesOf(
      { name: 'hedy@example.com', externalId: A, idp: 'hedy.l@example.com', nameMatches: [A] },
      { name: 'ada@example.com', externalId: B },
      { name: 'grace@example.com', externalId: B },
      { name: 'joan@example.com', externalId: C, idp: 'joan.c@example.com' },
    )
    const { tasks } = judgementOf(some, policy).judged
    expect(tasks.map(({ step, count }) => [step.class, step.owner, count])).toEqual([
      ['blocker', 'support', 1],
      ['review', 'databricks-admin', 1],
      ['hygiene', 'databricks-admin', 2],
    ])
  })

  test('the first blockers of each step are shown, with what the identity provider says', () => {
    const named = Array.from({ length: 7 }, (_, index) => ({
      ...{ name: `u${index}@example.com`, externalId: '', nameMatches: [A.replace(/.$/, String(index))] },
    }))
    const hedy = { name: 'hedy@example.com', externalId: B, idp: 'ada@example.com' }
    const some = evidencesOf(...named, hedy)
    const { blockers } = partsOf(judgementOf(some, policy, { redaction: 'none' }))
    const [table] = tablesIn(blockers)
    expect(table?.slice(1).map(([step]) => step)).toEqual(['1', '1', '1', '1', '1', '2'])
    expect(blockers).toContain('6 of 8')
    expect(table?.at(-1)?.at(-1)).toBe(`external id \`${B}\`, which is \`ada@example.com\` in the identity provider`)
    expect(partsOf(judgementOf([], policy)).blockers).toBe('')
  })

  test('new since the baseline: names are shortened, both sides are told', () => {
    const { changes } = partsOf(judgementOf(found, policy, {}, found.slice(1)))
    expect(changes).toContain('1 new · 0 changed · 0 fixed · 2 existing')
    expect(changes).toContain(`h•••@example.com #${shortHash('hedy@example.com')}`)
    expect(changes).not.toContain('hedy@')
    expect(changes).toContain(A)
  })

  test('not counted: accepted, expired, expiring and unused entries', () => {
    const allowList = [
      entry({ expires: '2026-11-30' }),
      entry({ id: '2', expires: '2026-01-01' }),
      entry({ id: '3', mark: 'CONFLICT' }),
    ]
    const { notCounted } = partsOf(judgementOf(found, { ...policy, allowList }))
    expect(notCounted).toContain('1 finding has something accepted · 1 entry is expired · 1 expiring soon · 1 unused')
    expect(pageOf(notCounted).tags.filter((tag) => tag === 'details')).toHaveLength(4)
  })

  test('what of the allow-list wants attention is an annotation too, within the ten', () => {
    const levels = (allowList: readonly AllowEntry[], rules = policy.rules) => {
      const judgement = judgementOf(found, { ...policy, rules, allowList })
      const report = reportOf({ conclusion: 'failed', verdicts: judgement.judged.verdicts, judgement })
      return annotationsOf(report).map(({ level }) => level)
    }
    expect(levels([])).toEqual(['error'])
    expect(levels([entry({ id: '3', mark: 'CONFLICT' })])).toEqual(['error', 'notice'])
    expect(levels([entry({ expires: '2026-01-01' })])).toEqual(['error', 'warning'])
    const many = levels(
      [entry({ expires: '2026-01-01' })],
      Array.from({ length: 15 }, () => rule('blockers')),
    )
    expect([many.length, many.at(-1)]).toEqual([10, 'warning'])
  })

  test('in a public repository no name is anywhere', () => {
    const judgement = judgementOf(found, { ...policy, allowList: [entry({})] }, { redaction: 'none' }, [])
    const text = Object.values(partsOf(judgement, { showNames: false })).join('\n')
    expect(text).not.toMatch(/example\.(com|net)|hedy|•••/)
    expect(Object.values(partsOf(judgement)).join('\n')).toContain('hedy@example.com')
  })

  test('each policy file is named with its commit, or that there is none; a change is shown', () => {
    expect(partsOf(judgementOf(found, policy)).policy).toContain('No policy file was used')
    const change = { kind: 'modified', added: ['warn-only: true'], removed: ['@team | `x`'] } as const
    const policyFiles = [{ path: '.github/aim-readiness.yml', origin: 'base', commit: 'b'.repeat(40), change }] as const
    const text = partsOf(judgementOf(found, policy, { policyFiles })).policy
    expect(text).toContain('`bbbbbbb`')
    expect(text).toContain('takes effect once it is merged')
    expect(pageOf(text).code).toContain('+ warn-only: true')
    expect(pageOf(text).prose).not.toMatch(linkable)
  })

  test('case 68: hostile names and reasons change nothing of the page', () => {
    const plain = HOSTILE_NAMES.map((_, index) => `n${index}@example.com`)
    const pages = [HOSTILE_NAMES, plain].map((names) =>
      Array.from({ length: Math.ceil(names.length / 20) }, (_, part) => {
        const some = names.slice(part * 20, part * 20 + 20)
        const evidence = evidencesOf(
          ...some.map((name) => ({ name, externalId: name === '' ? '' : `id-${name}`, nameMatches: [`x${name}`] })),
        )
        const allowList = some.map((name, index) =>
          entry({ id: String(index + 1), owner: name || 'x', reason: name || 'x' }),
        )
        return Object.values(partsOf(judgementOf(evidence, { ...policy, allowList }, { redaction: 'none' }, []))).join(
          '\n\n',
        )
      }).join('\n\n'),
    ) as [string, string]
    const shape = (text: string) => tablesIn(text).map((table) => table.map((row) => row.length))
    expect(shape(pages[0])).toEqual(shape(pages[1]))
    expect(new Set(pageOf(pages[0]).tags)).toEqual(new Set(pageOf(pages[1]).tags))
    expect(pageOf(pages[0]).prose).not.toMatch(linkable)
  })

  test('what was judged is told with its age, or that this is not known', () => {
    const result = {
      from: 'run',
      shown: '1234',
      url: 'https://github.com/o/r/actions/runs/1234',
      finishedAt: '2026-11-22T04:10:00Z',
      ageHours: 6,
      maxAgeHours: 24,
    } as const
    expect(partsOf(judgementOf(found, policy, { result })).verdict).toContain(
      'run [`1234`](https://github.com/o/r/actions/runs/1234) of 2026-11-22 04:10 UTC (6 h old, limit 24 h)',
    )
    const unknown = { ...result, from: 'prep-script', finishedAt: '', ageHours: undefined } as const
    expect(partsOf(judgementOf(found, policy, { result: unknown })).verdict).toContain('its age is not known')
  })
})

test('outputs are of identities, what is accepted left out', () => {
  expect(judgementOutputsOf(judgementOf(found, { ...policy, allowList: [entry({})] }))).toEqual({
    ready: 'false',
    'blocker-count': '1',
    'review-count': '0',
    'hygiene-count': '0',
    'out-of-scope-count': '1',
  })
})

describe('trend and chart', () => {
  test('the last audits, oldest first, this one last', () => {
    const point = (divergent: number, blockers: number | undefined) => ({ finishedAt: TODAY, divergent, blockers })
    expect(trendOf([point(1_141, undefined), point(1_138, 90)], point(1_144, 87))).toBe(
      '- Identities that differ: 1,141 → 1,138 → 1,144\n- Blockers that are not accepted: – → 90 → 87',
    )
    expect(trendOf([], point(1, 1))).toBe('')
  })

  test('the chart has a slice for each category that occurs', () => {
    expect(chartOf(reportOf({ tally: ACCOUNT }))).toContain('```mermaid\npie showData')
    expect(chartOf(reportOf({ tally: ACCOUNT }))).toContain('"EXTERNAL_ID_NOT_IN_IDP" : 1042')
    expect(chartOf(reportOf({ tally: ACCOUNT }))).not.toContain('GROUP_HAS')
    expect(chartOf(reportOf({ tally: CLEAN }))).toBe('')
  })
})

describe('redaction', () => {
  test.each([
    ['hedy@example.com', 'names', /^h•••@example\.com #[0-9a-f]{4}$/],
    ['Platform Team', 'names', /^P••• #[0-9a-f]{4}$/],
    ['hedy@example.com', 'all', /^#[0-9a-f]{4}$/],
    ['hedy@example.com', 'none', /^hedy@example\.com$/],
    ['👩‍💻@x.y', 'names', /^👩‍💻•••@x\.y #[0-9a-f]{4}$/u],
    ['@x', 'names', /^@••• #[0-9a-f]{4}$/],
    ['', 'all', /^$/],
  ] as const)('%j with %s', (name, redaction, shown) => {
    expect(redactedName(name, redaction)).toMatch(shown)
  })

  test('the hash of a name is always the same, so that a row can be found again', () => {
    expect(shortHash('hedy@example.com')).toBe('836d')
    expect(redactedExternalId(A, 'names')).toBe(A)
    expect(redactedExternalId(A, 'all')).toMatch(/^#[0-9a-f]{4}$/)
  })
})

test('redact: all leaves no external id in the summary, those found by name included', () => {
  const redacted = (redaction: Judgement['redaction']) =>
    summaryOf(reportWithNames(['zebra'], { judgement: judgementOf([], policyOf(), { redaction }) }), UPLOADED)
  expect(redacted('names')).toMatch(/`zebra\?`, `other`/)
  expect(redacted('all')).not.toMatch(/`zebra`|zebra\?|`other`/)
})

describe('commentOf', () => {
  const of = (judgement: Judgement, conclusion: 'passed' | 'failed' = 'failed') =>
    commentOf({
      ...{
        conclusion,
        judgement,
        unchecked: '0 not checked',
        runUrl: 'https://github.com/o/r/actions/runs/1',
        artifactUrl: '',
        docsUrl: undefined,
      },
      key: ACCOUNT_ID,
    })
  const ACCOUNT_ID = '0f4b4c5e-6d1c-4d6a-9d0e-3b1f5a2c9c1e'

  test('begins with its mark and holds no name, whatever is to be redacted', () => {
    const text = of(
      judgementOf(found, { ...policy, allowList: [entry({ reason: 'Because of hedy' })] }, { redaction: 'none' }, []),
    )
    expect(text.startsWith(`${markerOf(ACCOUNT_ID)}\n`)).toBe(true)
    expect(text).not.toMatch(/hedy|grace|ada@|Because/)
    expect(tablesIn(text)[0]?.[1]?.[0]).toBe('`blockers`')
  })

  test('without limits it claims none to be kept', () => {
    expect(of(judgementOf(found, policyOf()), 'passed')).toContain('no limits are set')
    expect(of(judgementOf(found, policy), 'passed')).toContain('within all limits')
  })

  test('two accounts have two marks, and a mark closes its own comment only', () => {
    expect(markerOf('a')).not.toBe(markerOf('b'))
    expect(markerOf('x --> <img>')).toMatch(/^<!-- aim-readiness [\w.-]+ -->$/)
  })

  test('case 67: never longer than GitHub takes', () => {
    const rules = Array.from({ length: 2_000 }, (_, index) => ({
      ...rule('blockers'),
      text: `rule ${index} ${'x'.repeat(60)}`,
    }))
    const text = of(judgementOf(found, { ...policy, rules }))
    expect(text.length).toBeLessThanOrEqual(65_536)
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(COMMENT_BYTES)
  })

  test('a change of policy is told', () => {
    const change = { kind: 'modified', added: [], removed: [] } as const
    const policyFiles = [
      { path: '.github/aim-allow-list.yml', origin: 'base', commit: 'b'.repeat(40), change },
    ] as const
    expect(of(judgementOf(found, policy, { policyFiles }))).toContain(
      'This pull request changes `.github/aim-allow-list.yml`',
    )
  })

  test.each([
    ['off', 'failed', true, true, false],
    ['always', 'passed', false, false, true],
    ['on-failure', 'failed', false, false, true],
    ['on-failure', 'incomplete', false, false, true],
    ['on-failure', 'passed', true, false, false],
    ['on-failure', 'passed', false, true, true],
    ['changes', 'failed', false, false, false],
    ['changes', 'passed', true, false, true],
    ['changes', 'passed', undefined, false, true],
  ] as const)('pr-comment %s, %s, changes %s, there already %s: %s', (mode, conclusion, hasChanges, exists, due) => {
    expect(isCommentDue({ mode, conclusion, hasChanges, exists })).toBe(due)
  })
})

test('the table of the README is the one in the code', () => {
  const [rows = []] = tablesIn(judgementTable())
  expect(rows).toHaveLength(1 + 6 + 11)
  expect(rows.find(([mark]) => mark === '`EXTERNAL_ID_MATCH_NAME_MISMATCH`')?.[3]).toBe(
    'blocker; review with `SAME_OBJECT` or `CASE_ONLY` or `GUEST`',
  )
  expect(rows.find(([mark]) => mark === '`DUPLICATE_EXTERNAL_ID`')?.[3]).toBe(
    'blocker; hygiene where the identity provider knows the id for none of them',
  )
})
