import { expect, test } from 'vitest'
import { ageHoursOf, ageProblemOf } from '../../src/domain/judgement/age.ts'

const NOW = '2026-11-22T12:00:00.000Z'

test.each([
  ['2026-11-22T12:00:00.000Z', 0, undefined],
  ['2026-11-21T12:00:00.000Z', 24, undefined],
  ['2026-11-21T11:59:59.000Z', 24, /24 hours old, and 24 are allowed/],
  ['2026-11-20T12:00:00.000Z', 48, /48 hours old/],
  ['2026-11-22T12:10:00.000Z', 0, undefined],
  ['2026-11-22T13:00:00.000Z', 0, /still to come/],
] as const)('a result of %s is %d h old', (finishedAt, hours, problem) => {
  expect(ageHoursOf(finishedAt, NOW)).toBe(hours)
  const told = ageProblemOf(finishedAt, NOW, 24)
  if (problem === undefined) expect(told).toBeUndefined()
  else expect(told).toMatch(problem)
})
