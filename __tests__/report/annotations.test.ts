import { describe, expect, test } from 'vitest'
import { annotationsOf } from '../../src/report/annotations.ts'
import { ACCOUNT, CLEAN, failedReport, NOTHING, reportOf, verdictsOf } from './cast.ts'
import { commandsIn } from './commands.ts'
import { HOSTILE_NAMES } from './corpus.ts'

const levels = (of: Parameters<typeof reportOf>[0]) => annotationsOf(reportOf(of)).map(({ level }) => level)

/** Fifteen different rules that all are exceeded. */
const MANY = Object.fromEntries(
  Array.from({ length: 15 }, (_, index) => [`users.${'EXTERNAL_ID_NOT_IN_IDP'.slice(0, 4 + index)}*`, '0']),
)

describe('annotationsOf', () => {
  test('a passed audit has none', () => {
    expect(annotationsOf(reportOf())).toEqual([])
  })

  test('one for each exceeded rule', () => {
    const texts = annotationsOf(failedReport())
    expect(texts.map(({ level }) => level)).toEqual(['error', 'error'])
    expect(texts[0]?.text).toContain('users.NAME_MATCH_EXTERNAL_ID_MISMATCH')
    expect(texts[1]?.text).toContain('service-principals.*')
  })

  test('warn-only: warnings when the audit failed, errors when it is incomplete and the step fails', () => {
    const verdicts = verdictsOf({ '*': '0' }, ACCOUNT)
    expect(levels({ tally: ACCOUNT, verdicts, warnOnly: true, conclusion: 'failed' })).toEqual(['warning'])
    expect(
      levels({
        tally: ACCOUNT,
        verdicts,
        warnOnly: true,
        conclusion: 'incomplete',
        incompleteness: ['idp-unreadable'],
      }),
    ).toEqual(['error', 'error'])
  })

  test('at most ten; the tenth sums up the rest', () => {
    const verdicts = verdictsOf(MANY, ACCOUNT)
    expect(verdicts.filter(({ state }) => state === 'exceeded')).toHaveLength(15)
    const annotations = annotationsOf(reportOf({ tally: ACCOUNT, verdicts, conclusion: 'failed' }))
    expect(annotations).toHaveLength(10)
    expect(annotations[9]?.text).toContain('6 more')
    const ten = annotationsOf(reportOf({ tally: ACCOUNT, verdicts: verdicts.slice(0, 10), conclusion: 'failed' }))
    expect(ten).toHaveLength(10)
    expect(ten[9]?.text).toContain(verdicts[9]?.rule.text)
  })

  test('every cause of an incomplete audit, once each', () => {
    expect(
      levels({
        conclusion: 'incomplete',
        tally: CLEAN,
        incompleteness: ['cancelled', 'listing-untrusted'],
        fault: { reason: 'cancelled', message: 'The audit was cancelled', action: 'Run it again' },
      }),
    ).toEqual(['error', 'error'])
  })

  test('what ended an audit, with what to do', () => {
    const [annotation] = annotationsOf(
      reportOf({
        conclusion: 'error',
        tally: NOTHING,
        fault: { reason: 'forbidden', message: 'Listing users was refused', action: 'Become `admin`' },
      }),
    )
    expect(annotation?.text).toContain('Listing users was refused')
    expect(annotation?.text).toContain('Become "admin"')
  })

  test('case 68: a fault can hold anything and is harmless', () => {
    for (const name of HOSTILE_NAMES) {
      const annotations = annotationsOf(
        reportOf({ conclusion: 'error', fault: { reason: 'internal', message: name, action: name } }),
      )
      expect(annotations.flatMap(({ text }) => commandsIn(text))).toEqual([])
    }
  })
})
