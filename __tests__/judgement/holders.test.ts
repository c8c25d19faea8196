import { describe, expect, test } from 'vitest'
import type { Compared } from '../../src/domain/finding.ts'
import { findingOf } from '../../src/domain/judgement/judged.ts'
import { A, B, C, evidencesIn, evidencesOf, type Given, rowOf } from './cast.ts'

describe('what only all principals of a type together tell', () => {
  test('case 33: one external id held by several is a blocker where the IdP knows it, even for those that agree', () => {
    const agreeing = { idp: 'ada@example.com' }
    const found = evidencesOf(agreeing, { ...agreeing, externalId: A.toUpperCase() }, { ...agreeing, externalId: B })
    expect(found.map(({ id, categories, reasons }) => ({ id, categories, reasons }))).toEqual([
      { id: '1', categories: [], reasons: ['DUPLICATE_EXTERNAL_ID'] },
      { id: '2', categories: [], reasons: ['DUPLICATE_EXTERNAL_ID'] },
    ])
    expect(found.map((evidence) => findingOf(evidence, [])?.class)).toEqual(['blocker', 'blocker'])
  })

  test('and hygiene where the IdP knows it for none of them', () => {
    const found = evidencesOf({}, {})
    expect(found.map((evidence) => findingOf(evidence, []))).toMatchObject([
      { reasons: ['DUPLICATE_EXTERNAL_ID'], class: 'hygiene', compared: { sharedWith: ['2'] } },
      { reasons: ['DUPLICATE_EXTERNAL_ID'], class: 'hygiene', compared: { sharedWith: ['1'] } },
    ])
  })

  test('a holder that could not be checked is not known to be lost', () => {
    const failed = {
      ...rowOf({ id: '2' }),
      outcome: { kind: 'failed', failure: { type: 'users', id: '2', reason: 'timeout', code: '' } },
    } as const
    const found = evidencesIn([rowOf({ id: '1' }), failed])
    expect(found.map((evidence) => findingOf(evidence, [])?.class)).toEqual(['blocker', 'blocker'])
  })

  test('who is gone holds nothing any more', () => {
    const gone = { ...rowOf({ id: '2' }), outcome: { kind: 'gone' } } as const
    expect(evidencesIn([rowOf({ id: '1', idp: 'ada@example.com' }), gone])).toEqual([])
  })

  test('the target of a link that another one holds is taken', () => {
    const found = evidencesOf({ externalId: '', nameMatches: [B] }, { externalId: B, idp: 'ada@example.com' })
    expect(found).toMatchObject([{ id: '1', reasons: ['TARGET_TAKEN'], compared: { targetOf: ['2'] } }])
  })

  test('so is one that two would be linked to', () => {
    const found = evidencesOf({ externalId: '', nameMatches: [B] }, { externalId: '', nameMatches: [B.toUpperCase()] })
    expect(found.map(({ reasons }) => reasons)).toEqual([['TARGET_TAKEN'], ['TARGET_TAKEN']])
  })

  test('without a single target nothing is taken yet', () => {
    const found = evidencesOf(
      { type: 'groups', externalId: '', nameMatches: [B, C] },
      { type: 'groups', externalId: B, idp: 'ada@example.com' },
    )
    expect(found.map(({ reasons }) => reasons)).toEqual([['AMBIGUOUS_NAME']])
  })

  test('a member that was listed as a group is one, where the match did not tell', () => {
    const group: Given = { type: 'groups', idp: 'ada@example.com', localMembers: ['7', '8'] }
    expect(evidencesIn([rowOf(group)], ['8'])).toMatchObject([
      { reasons: ['NESTED_GROUP_MEMBER'], compared: { groupMembers: ['8'] } },
    ])
  })

  test('a thousand holders of one id name a few others each', () => {
    const found = evidencesOf(...Array.from({ length: 1_000 }, () => ({})))
    expect(found).toHaveLength(1_000)
    for (const { compared } of found) expect((compared as Compared).sharedWith?.length).toBeLessThanOrEqual(20)
  })
})
