import { describe, expect, test } from 'vitest'
import { budgetNewsOf, DOCUMENTED, perSecondOf, unitsOf } from '../../src/http/resource-units.ts'

describe('perSecondOf', () => {
  test.each([
    [0, 350],
    [49, 350],
    [50, 500],
    [499, 500],
    [500, 800],
    [500_000, 800],
  ])('a tenant of %d users: a little less than the %d that are documented', (users, documented) => {
    expect(perSecondOf(users)).toBeLessThan(documented)
    expect(perSecondOf(users)).toBeGreaterThan(0.95 * documented)
  })

  test('we begin with the budget of a large tenant', () => expect(DOCUMENTED.perSecond).toBe(perSecondOf(500)))
})

test('unitsOf: a call that Graph does not price costs one', () => {
  expect(unitsOf('graph.members')).toBe(2)
  expect(unitsOf('users.match')).toBe(1)
})

describe('budgetNewsOf', () => {
  test.each([
    ['2', '0.85', 2, 0.85],
    [undefined, undefined, undefined, undefined],
    ['', 'NaN', undefined, undefined],
    ['-3', '1e9', undefined, undefined],
    ['9999999999', '0x1', undefined, undefined],
    ['2,2', '0.9, 0.9', undefined, undefined],
  ])('x-ms-resource-unit %j, x-ms-throttle-limit-percentage %j', (unit, percentage, units, share) => {
    const headers = {
      ...(unit !== undefined && { 'x-ms-resource-unit': unit }),
      ...(percentage !== undefined && { 'x-ms-throttle-limit-percentage': percentage }),
    }
    expect(budgetNewsOf({ headers })).toEqual({ units, share })
  })
})
