import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import nock from 'nock'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { matchSourceOf } from '../../src/databricks/idp-match.ts'
import type { Match } from '../../src/domain/match.ts'
import { PRINCIPAL_TYPES, type PrincipalType } from '../../src/domain/principal.ts'
import { ACCOUNT, accountHttp, failureOf, HOST, never, offline, online, rawSend } from './wire.ts'

beforeEach(offline)
afterEach(online)

const source = () => matchSourceOf({ ...accountHttp(), host: HOST, accountId: ACCOUNT })
const pathOf = (type: PrincipalType, id = '42') => {
  const collection = { users: 'users', groups: 'groups', 'service-principals': 'servicePrincipals' }[type]
  return `/api/2.0/identity/accounts/${ACCOUNT}/${collection}/${id}/matchWithIdp`
}
const asked = (type: PrincipalType, id?: string) =>
  nock(`https://${HOST}`, {
    reqheaders: { authorization: 'Bearer bearer-token', 'content-type': 'application/json' },
  }).post(pathOf(type, id), (body) => body === '')

/** As the generated models of the vendor have them. */
const DOCUMENTED: Record<PrincipalType, { body: object; match: Match }> = {
  users: {
    body: {
      databricks_user: {
        account_id: ACCOUNT,
        internal_id: 42,
        external_id: 'oid-1',
        username: 'ada@contoso.com',
        name: { given_name: 'Ada', family_name: 'L' },
        account_user_status: 'ACTIVE',
      },
      idp_match_by_username: { external_id: 'oid-2', username: 'ada@contoso.com' },
      idp_match_by_external_id: { external_id: 'oid-1', username: 'ada.l@contoso.com' },
    },
    match: {
      principal: { type: 'users', id: '42', name: 'ada@contoso.com', externalId: 'oid-1' },
      byExternalId: { name: 'ada.l@contoso.com' },
      nameMatches: ['oid-2'],
      localMembers: [],
      externalMembers: [],
    },
  },
  groups: {
    body: {
      databricks_group: { account_id: ACCOUNT, internal_id: 42, external_id: 'oid-1', group_name: 'Ops' },
      idp_match_by_external_id: { external_id: 'oid-1', group_name: 'Ops' },
      idp_matches_by_group_name: [
        { external_id: 'oid-1', group_name: 'Ops' },
        { external_id: 'oid-9', group_name: 'Ops' },
      ],
      local_members_not_in_idp: [
        { principal_id: 7, principal_type: 'USER', membership_source: 'INTERNAL', display_name: 'Eve' },
      ],
      external_members_not_in_idp: [{ principal_id: 8, principal_type: 'GROUP', external_id: 'oid-8' }],
    },
    match: {
      principal: { type: 'groups', id: '42', name: 'Ops', externalId: 'oid-1' },
      byExternalId: { name: 'Ops' },
      nameMatches: ['oid-1', 'oid-9'],
      localMembers: ['7'],
      externalMembers: ['8'],
      groupMembers: ['8'],
    },
  },
  'service-principals': {
    body: {
      databricks_service_principal: {
        account_id: ACCOUNT,
        internal_id: 42,
        application_id: 'app-1',
        display_name: 'robot',
        account_sp_status: 'ACTIVE',
      },
      idp_match_by_app_id: { external_id: 'oid-3', application_id: 'app-1' },
    },
    match: {
      principal: { type: 'service-principals', id: '42', name: 'app-1', externalId: '' },
      byExternalId: undefined,
      nameMatches: ['oid-3'],
      localMembers: [],
      externalMembers: [],
    },
  },
}

describe.each(PRINCIPAL_TYPES)('MatchSource.match (%s.match)', (type) => {
  const { body, match } = DOCUMENTED[type]

  test('asks with an empty body and reads the documented answer', async () => {
    asked(type).reply(200, body)
    expect(await source().match(type, '42', never)).toEqual(match)
  })

  test('an id beyond 2^53 goes and comes to the last digit (case 27)', async () => {
    const id = '9007199254740993'
    asked(type, id).reply(200, JSON.stringify(body).replace('"internal_id":42', `"internal_id":${id}`), {
      'content-type': 'application/json',
    })
    expect((await source().match(type, id, never)).principal.id).toBe(id)
  })

  test('an answer for another is asked for once more, then refused (case 34)', async () => {
    const other = JSON.parse(JSON.stringify(body).replace('"internal_id":42', '"internal_id":43'))
    asked(type).reply(200, other)
    asked(type).reply(200, body)
    expect(await source().match(type, '42', never)).toEqual(match)
    asked(type).twice().reply(200, other)
    expect((await failureOf(source().match(type, '42', never))).reason).toBe('wrong-identity')
  })

  test('an answer for another account is refused (case 35)', async () => {
    const other = JSON.parse(JSON.stringify(body).replace(ACCOUNT, 'ffffffff-4f50-6172-8394-a5b6c7d8e9f0'))
    asked(type).twice().reply(200, other)
    expect((await failureOf(source().match(type, '42', never))).reason).toBe('wrong-identity')
  })

  test('an answer without the identity is never clean (case 19, case 47)', async () => {
    asked(type).twice().reply(200, {})
    expect((await failureOf(source().match(type, '42', never))).reason).toBe('unexpected-answer')
    asked(type).thrice().reply(200, { error_code: 'INTERNAL_ERROR', message: 'x' })
    expect((await failureOf(source().match(type, '42', never))).reason).toBe('server-error')
  })

  test('a 404 is not found, whatever it says', async () => {
    asked(type).reply(404, { error_code: 'RESOURCE_DOES_NOT_EXIST', message: 'x' })
    expect(await failureOf(source().match(type, '42', never))).toMatchObject({ reason: 'not-found', code: '404' })
    asked(type).reply(404, '<html>')
    expect((await failureOf(source().match(type, '42', never))).reason).toBe('not-found')
  })

  test('trouble that passes is waited out', async () => {
    asked(type).reply(429, { error_code: 'RESOURCE_EXHAUSTED' })
    asked(type).reply(502, '<html>')
    asked(type).replyWithError(Object.assign(new Error('reset'), { code: 'ECONNRESET' }))
    asked(type).reply(200, body)
    expect(await source().match(type, '42', never)).toEqual(match)
  })

  test('a plain 500 gets three attempts', async () => {
    asked(type).thrice().reply(500, { error_code: 'INTERNAL_ERROR', message: 'x' })
    expect(await failureOf(source().match(type, '42', never))).toMatchObject({ reason: 'server-error', code: '500' })
  })
})

test('a POST without body says so: content-length 0', async () => {
  const seen: IncomingHttpHeaders[] = []
  const server = createServer((request, response) => {
    seen.push(request.headers)
    response.end('{}')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  nock.enableNetConnect('127.0.0.1')
  try {
    const source = matchSourceOf({
      host: HOST,
      accountId: ACCOUNT,
      ask: async (request) => {
        const { port } = server.address() as AddressInfo
        await rawSend({ ...request, url: `http://127.0.0.1:${port}/` }, never)
        throw new Error('sent')
      },
    })
    await expect(source.match('users', '42', never)).rejects.toThrow('sent')
    expect(seen[0]).toMatchObject({ 'content-length': '0', 'content-type': 'application/json' })
    expect(seen[0]).not.toHaveProperty('transfer-encoding')
  } finally {
    server.close()
  }
})
