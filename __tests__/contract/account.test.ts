import nock from 'nock'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { accountOf } from '../../src/databricks/account.ts'
import { PRINCIPAL_TYPES, type PrincipalType } from '../../src/domain/principal.ts'
import { ACCOUNT, accountHttp, failureOf, HOST, never, offline, online } from './wire.ts'

beforeEach(offline)
afterEach(online)

const account = () => accountOf({ ...accountHttp(), host: HOST, accountId: ACCOUNT })
const api = () => nock(`https://${HOST}`, { reqheaders: { authorization: 'Bearer bearer-token', accept: /json/ } })

const WORKSPACES = `/api/2.0/accounts/${ACCOUNT}/workspaces`
const SCIM = `/api/2.1/accounts/${ACCOUNT}/scim/v2`
const COLLECTIONS: Record<PrincipalType, string> = {
  users: 'Users',
  groups: 'Groups',
  'service-principals': 'ServicePrincipals',
}
const JSON_TYPE = { 'content-type': 'application/json; charset=utf-8' }
const SCIM_TYPE = { 'content-type': 'application/scim+json' }

describe('Account.workspaces (workspaces.list)', () => {
  const documented = {
    workspace_id: 5581763342009999,
    workspace_name: 'analytics',
    workspace_status: 'RUNNING',
    account_id: ACCOUNT,
    deployment_name: 'adb-5581763342009999',
    pricing_tier: 'PREMIUM',
    creation_time: 1_700_000_000_000,
    location: 'westeurope',
    azure_workspace_info: { subscription_id: 's', resource_group: 'g' },
    identity_federation_info: { enable_identity_federation: true },
  }

  test.each([
    ['a bare array', [documented]],
    ['an object', { workspaces: [documented] }],
  ])('asks once, without paging, and reads %s', async (_, body) => {
    api().get(WORKSPACES).reply(200, body)
    expect(await account().workspaces(never)).toEqual([
      { id: '5581763342009999', federation: 'enabled', pricingTier: 'PREMIUM' },
    ])
  })

  test('ids beyond 2^53 come through to the last digit (case 27)', async () => {
    api()
      .get(WORKSPACES)
      .reply(200, '[{"workspace_id":9007199254740993},{"workspace_id":"12345678901234567"}]', JSON_TYPE)
    expect((await account().workspaces(never)).map(({ id }) => id)).toEqual(['9007199254740993', '12345678901234567'])
  })

  test('an unknown form is asked for once more, then refused (case 19)', async () => {
    api().get(WORKSPACES).twice().reply(200, { items: [] })
    expect((await failureOf(account().workspaces(never))).reason).toBe('unexpected-answer')
  })

  test('an error in a 200 is an error (case 47)', async () => {
    api().get(WORKSPACES).reply(200, { error_code: 'PERMISSION_DENIED', message: 'no' })
    expect((await failureOf(account().workspaces(never))).reason).toBe('forbidden')
  })

  test('access refused', async () => {
    api().get(WORKSPACES).reply(403, { error_code: 'PERMISSION_DENIED', message: 'not an account admin' })
    expect(await failureOf(account().workspaces(never))).toMatchObject({ reason: 'forbidden', code: '403' })
  })
})

describe.each(PRINCIPAL_TYPES)('Account.page (%s.list)', (type) => {
  const path = `${SCIM}/${COLLECTIONS[type]}`
  const attributes = {
    users: 'id,userName,externalId,active',
    groups: 'id,displayName,externalId',
    'service-principals': 'id,applicationId,externalId,active,roles',
  }[type]
  const query = (startIndex: number) => ({ startIndex, count: 100, attributes })
  const resource = (id: string) => ({ id, ...(type === 'service-principals' ? { applicationId: `app-${id}` } : {}) })

  test('asks for a hundred from a start index, and reads the page', async () => {
    api()
      .get(path)
      .query(query(101))
      .reply(
        200,
        {
          schemas: ['urn:ietf:params:scim:api:messages:2.0:ListResponse'],
          totalResults: 102,
          startIndex: 101,
          itemsPerPage: 2,
          Resources: [resource('7'), resource('9007199254740993')],
        },
        SCIM_TYPE,
      )
    const page = await account().page(type, 101, never)
    expect(page.promised).toBe(102)
    expect(page.principals.map(({ id }) => id)).toEqual(['7', '9007199254740993'])
    expect(page.principals[0]?.name).toBe(type === 'service-principals' ? 'app-7' : '')
  })

  test('a page without resources is an empty page (case 23)', async () => {
    api().get(path).query(query(1)).reply(200, { totalResults: 5, startIndex: 1, itemsPerPage: 0 })
    expect(await account().page(type, 1, never)).toEqual({ promised: 5, principals: [] })
  })

  test('a page from elsewhere is asked for once more (case 24)', async () => {
    const body = (startIndex: number) => ({ totalResults: 300, startIndex, Resources: [resource('7')] })
    api().get(path).query(query(101)).reply(200, body(1))
    api().get(path).query(query(101)).reply(200, body(101))
    expect((await account().page(type, 101, never)).principals).toHaveLength(1)
  })

  test('a bad id never leaves the adapter (case 28)', async () => {
    api()
      .get(path)
      .query(query(1))
      .twice()
      .reply(200, { totalResults: 1, Resources: [resource('../1')] })
    expect((await failureOf(account().page(type, 1, never))).reason).toBe('unexpected-answer')
  })

  test('trouble that passes is waited out', async () => {
    api().get(path).query(query(1)).reply(429, { error_code: 'REQUEST_LIMIT_EXCEEDED' }, { 'retry-after': '1' })
    api().get(path).query(query(1)).reply(503, 'upstream connect error')
    api().get(path).query(query(1)).reply(500, { detail: 'null', status: '500' })
    api().get(path).query(query(1)).reply(200, { totalResults: 0 })
    expect(await account().page(type, 1, never)).toEqual({ promised: 0, principals: [] })
  })

  test('a SCIM error is told by its status', async () => {
    api().get(path).query(query(1)).reply(400, { detail: 'bad filter', status: '400', scimType: 'invalidFilter' })
    expect(await failureOf(account().page(type, 1, never))).toMatchObject({ reason: 'bad-request', code: '400' })
  })
})

describe.each(PRINCIPAL_TYPES)('Account.exists (%s.get)', (type) => {
  const path = `${SCIM}/${COLLECTIONS[type]}/42`
  const look = () => account().exists(type, '42', never)
  const asked = () => api().get(path).query({ attributes: 'id' })

  test('is true for the identity and false for a 404', async () => {
    asked().reply(200, { schemas: [], id: '42' }, SCIM_TYPE)
    expect(await look()).toBe(true)
    asked().reply(404, { detail: 'User with id 42 not found.', status: '404' }, SCIM_TYPE)
    expect(await look()).toBe(false)
  })

  test('is neither when the answer is about another or nobody (case 19, case 34)', async () => {
    asked().twice().reply(200, { id: '43' })
    expect((await failureOf(look())).reason).toBe('wrong-identity')
    asked().twice().reply(200, {})
    expect((await failureOf(look())).reason).toBe('unexpected-answer')
  })

  test('is neither when access is refused', async () => {
    asked().reply(403, { error_code: 'PERMISSION_DENIED' })
    expect((await failureOf(look())).reason).toBe('forbidden')
  })
})
