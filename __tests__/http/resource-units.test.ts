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

describe('unitsOf', () => {
  const url = 'https://graph.microsoft.com/v1.0/groups/x/members?$select=id'
  test.each([
    ['graph.members', url, 2],
    ['graph.members', `${url}&$top=999`, 2],
    ['graph.members', `${url}&$top=190`, 2],
    ['graph.members', `${url}&$top=20`, 2],
    ['graph.members', `${url}&$top=19`, 1],
    ['graph.members', `${url}&%24top=5&$skiptoken=x`, 1],
    ['graph.users', 'https://graph.microsoft.com/v1.0/users?$top=1&$select=id', 1],
    ['users.match', 'https://account.invalid/', 1],
  ] as const)('%s at %s: %d', (call, url, units) => expect(unitsOf({ call, url })).toBe(units))
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
