import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { confirmResource, pageOf, workspacesOf } from '../../src/databricks/decode.ts'
import { AuditError } from '../../src/domain/failure.ts'
import { isId } from '../../src/domain/principal.ts'
import { thrownBy } from './wire.ts'

const reasonOf = (act: () => unknown) => thrownBy(act).reason

describe('workspacesOf', () => {
  const wire = [
    { workspace_id: 1, pricing_tier: 'PREMIUM', identity_federation_info: { enable_identity_federation: true } },
    { workspace_id: '2', identity_federation_info: { enable_identity_federation: false } },
    { workspace_id: '9007199254740993', pricing_tier: null },
    { workspace_id: 1, pricing_tier: 'STANDARD' },
    { workspace_id: 4, identity_federation_info: null },
    { workspace_id: 5, identity_federation_info: {}, workspace_status: 'DREAMING' },
    { workspace_id: 6, identity_federation_info: { enable_identity_federation: 'true' } },
  ]
  const domain = [
    { id: '1', federation: 'enabled', pricingTier: 'PREMIUM' },
    { id: '2', federation: 'disabled', pricingTier: '' },
    { id: '9007199254740993', federation: 'unknown', pricingTier: '' },
    { id: '4', federation: 'unknown', pricingTier: '' },
    { id: '5', federation: 'disabled', pricingTier: '' },
    { id: '6', federation: 'disabled', pricingTier: '' },
  ]

  test('reads a bare array and an object alike, each workspace once (case 20, case 27)', () => {
    expect(workspacesOf(wire)).toEqual(domain)
    expect(workspacesOf({ workspaces: wire })).toEqual(domain)
    expect(workspacesOf([])).toEqual([])
    expect(workspacesOf({ workspaces: [] })).toEqual([])
  })

  test.each([
    null,
    {},
    'x',
    3,
    { workspaces: null },
    { workspaces: {} },
    { error_code: 'FORBIDDEN', message: 'm' },
    [null],
    [{ workspace_name: 'w' }],
    [{ workspace_id: '../1' }],
    [{ workspace_id: 1, identity_federation_info: 'yes' }],
  ])('anything else is no list of workspaces (case 19, case 28, case 47): %j', (answer) => {
    expect(reasonOf(() => workspacesOf(answer))).toBe('unexpected-answer')
  })
})

describe('pageOf', () => {
  const page = (answer: unknown, startIndex = 1) => pageOf('service-principals', answer, startIndex, 'the list')

  test('reads a page of service principals', () => {
    const answer = {
      schemas: ['urn:ietf:params:scim:api:messages:2.0:ListResponse'],
      totalResults: 2,
      startIndex: 1,
      itemsPerPage: 2,
      Resources: [
        { id: '11', applicationId: 'app-1', roles: [{ value: 'account_admin', type: 'direct' }, {}] },
        { id: 12, applicationId: null, roles: 'odd' },
      ],
    }
    expect(page(answer)).toEqual({
      promised: 2,
      principals: [
        { id: '11', name: 'app-1', externalId: '', active: undefined, roles: ['account_admin'] },
        { id: '12', name: '', externalId: '', active: undefined, roles: [] },
      ],
    })
  })

  test.each([undefined, null, []])(
    'no resources are none, and what was promised is told (case 23): %j',
    (Resources) => {
      expect(page({ totalResults: 250, Resources })).toEqual({ promised: 250, principals: [] })
    },
  )

  test('what was promised may be digits', () => {
    expect(page({ totalResults: '250' }).promised).toBe(250)
  })

  test.each([
    null,
    [],
    {},
    { Resources: [] },
    { totalResults: -1 },
    { totalResults: 1.5 },
    { totalResults: 'many' },
    { totalResults: null },
    { totalResults: '' },
    { totalResults: 1, Resources: {} },
    { error_code: 'INVALID_STATE', message: 'm' },
    { detail: 'null', status: '500' },
  ])('anything else is no page (case 19, case 24, case 47): %j', (answer) => {
    expect(reasonOf(() => page(answer))).toBe('unexpected-answer')
  })

  test('a page from another place is refused (case 24)', () => {
    const answer = (startIndex: unknown) => ({
      totalResults: 300,
      startIndex,
      itemsPerPage: 0,
      Resources: [{ id: '1' }],
    })
    expect(page(answer(101), 101).principals).toHaveLength(1)
    expect(page(answer('101'), 101).principals).toHaveLength(1)
    expect(page(answer(null), 101).principals).toHaveLength(1)
    for (const wrong of [1, 0, -5, '102', 'x'])
      expect(reasonOf(() => page(answer(wrong), 101))).toBe('unexpected-answer')
  })

  test('an empty page stands nowhere, whatever it echoes', () => {
    expect(page({ totalResults: 300, startIndex: 0 }, 301)).toEqual({ promised: 300, principals: [] })
  })

  test('more than was asked for is welcome', () => {
    const Resources = Array.from({ length: 250 }, (_, index) => ({ id: String(index) }))
    expect(page({ totalResults: 250, Resources }).principals).toHaveLength(250)
  })

  test.each([undefined, null, '', '../1', '1/2', 'x', {}])('a bad id refuses the page (case 28): %j', (id) => {
    expect(reasonOf(() => page({ totalResults: 2, Resources: [{ id: '1' }, { id }] }))).toBe('unexpected-answer')
  })

  test('every id that leaves is decimal digits (case 28)', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (id) => {
        try {
          return page({ totalResults: 1, Resources: [{ id }] }).principals.every((principal) => isId(principal.id))
        } catch (error) {
          return error instanceof AuditError
        }
      }),
    )
  })
})

describe('confirmResource', () => {
  test('tells the asked identity from any other (case 34)', () => {
    expect(() => confirmResource({ id: '42', schemas: [] }, '42', 'w')).not.toThrow()
    expect(reasonOf(() => confirmResource({ id: '43' }, '42', 'w'))).toBe('wrong-identity')
    for (const answer of [null, {}, { id: '' }, { error_code: 'X' }])
      expect(reasonOf(() => confirmResource(answer, '42', 'w'))).toBe('unexpected-answer')
  })
})
