import nock from 'nock'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { principalsOf } from '../../src/databricks/members.ts'
import { ACCOUNT, accountHttp, failureOf, HOST, never, offline, online } from './wire.ts'

beforeEach(offline)
afterEach(online)

const IAM = `/api/2.0/identity/accounts/${ACCOUNT}/groups`
const SCIM = `/api/2.1/accounts/${ACCOUNT}/scim/v2`
const api = () => nock(`https://${HOST}`, { reqheaders: { authorization: 'Bearer bearer-token' } })
const principals = () => principalsOf({ ...accountHttp(), host: HOST, accountId: ACCOUNT })

describe('Principals.members (groups.members, groups.get)', () => {
  test('by IAM v2: pages of 1000 by token, ids as numbers or texts, beyond 2^53 (case 27)', async () => {
    api()
      .get(`${IAM}/7/direct-members?page_size=1000`)
      .reply(
        200,
        `{"direct_group_members":[{"principal_id":9007199254740993,"principal_type":"USER","external_id":"e-1"},
          {"principal_id":"12","principal_type":"GROUP","membership_source":"INTERNAL"}],"next_page_token":"a/b="}`,
        { 'content-type': 'application/json' },
      )
    api()
      .get(`${IAM}/7/direct-members?page_size=1000&page_token=a%2Fb%3D`)
      .reply(200, {
        direct_group_members: [{ principal_id: 13, principal_type: 'SERVICE_PRINCIPAL', external_id: 'e-3' }],
      })
    expect(await principals().members('7', never)).toEqual([
      { id: '9007199254740993', type: 'users', externalId: 'e-1' },
      { id: '12', type: 'groups', externalId: '' },
      { id: '13', type: 'service-principals', externalId: 'e-3' },
    ])
  })

  test('an empty answer is an empty group', async () => {
    api().get(`${IAM}/7/direct-members?page_size=1000`).reply(200, {})
    expect(await principals().members('7', never)).toEqual([])
  })

  test('pages that go in a circle end (case 25)', async () => {
    api().get(`${IAM}/7/direct-members?page_size=1000`).reply(200, { next_page_token: 'x' })
    api().get(`${IAM}/7/direct-members?page_size=1000&page_token=x`).reply(200, { next_page_token: 'x' })
    expect((await failureOf(principals().members('7', never))).reason).toBe('unexpected-answer')
  })

  test.each([404, 403, 400])('where IAM v2 answers %i SCIM tells, and IAM v2 is not asked again', async (status) => {
    api()
      .get(`${IAM}/7/direct-members?page_size=1000`)
      .reply(status, { error_code: 'ENDPOINT_NOT_FOUND', message: 'x' })
    api()
      .get(`${SCIM}/Groups/7?attributes=id%2Cmembers`)
      .reply(200, {
        id: '7',
        members: [
          { value: '1', $ref: 'Users/1' },
          { value: '2', $ref: 'ServicePrincipals/2' },
          { value: '3', type: 'Group' },
        ],
      })
    api().get(`${SCIM}/Groups/8?attributes=id%2Cmembers`).reply(200, { id: '8' })
    const source = principals()
    expect(await source.members('7', never)).toEqual([
      { id: '1', type: 'users', externalId: undefined },
      { id: '2', type: 'service-principals', externalId: undefined },
      { id: '3', type: 'groups', externalId: undefined },
    ])
    expect(await source.members('8', never)).toEqual([])
  })

  test('a group that is gone is not found, and says nothing of IAM v2', async () => {
    api().get(`${IAM}/7/direct-members?page_size=1000`).reply(404, { error_code: 'RESOURCE_DOES_NOT_EXIST' })
    api().get(`${SCIM}/Groups/7?attributes=id%2Cmembers`).reply(404, { detail: 'x' })
    api().get(`${IAM}/8/direct-members?page_size=1000`).reply(200, {})
    const source = principals()
    expect((await failureOf(source.members('7', never))).reason).toBe('not-found')
    expect(await source.members('8', never)).toEqual([])
  })
})

describe('Principals.find (users.get)', () => {
  test('tells the principal whole, or that there is none', async () => {
    const path = `${SCIM}/Users/7?attributes=id%2CuserName%2CexternalId%2Cactive`
    api().get(path).reply(200, { id: '7', userName: 'ada@example.com', externalId: 'e-1', active: true })
    expect(await principals().find('users', '7', never)).toMatchObject({
      id: '7',
      name: 'ada@example.com',
      externalId: 'e-1',
    })
    api().get(path).reply(404, { detail: 'x' })
    expect(await principals().find('users', '7', never)).toBeUndefined()
    api().get(path).twice().reply(200, { id: '8', userName: 'eve@example.com' })
    expect((await failureOf(principals().find('users', '7', never))).reason).toBe('wrong-identity')
  })
})
