import { describe, expect, test } from 'vitest'
import { CALLS, type CallName } from '../../src/http/calls.ts'
import { counting, inTable, isInTable } from '../../src/http/table.ts'
import { failureOf, jsonAnswer, never } from './expecting.ts'

const ACCOUNT = '0b1c2d3e-4f50-6172-8394-a5b6c7d8e9f0'
const places = { account: 'accounts.azuredatabricks.net', login: 'login.microsoftonline.com', accountId: ACCOUNT }
const host = 'https://accounts.azuredatabricks.net'
const users = `${host}/api/2.1/accounts/${ACCOUNT}/scim/v2/Users`

describe('isInTable()', () => {
  test('every row is itself, filled in', () => {
    for (const [name, { host: place, path }] of Object.entries(CALLS)) {
      const filled = path.replace('{account}', ACCOUNT).replace('{id}', '42').replace('{tenant}', 'contoso.example')
      const url = `https://${places[place]}${filled}?a=b`
      const rows = (Object.keys(CALLS) as CallName[]).filter((call) => isInTable({ call, url }, places))
      expect(rows).toStrictEqual([name])
    }
  })

  const refused: readonly [string, CallName, string][] = [
    ['another host', 'users.list', users.replace('accounts.azuredatabricks.net', 'evil.example')],
    ['a host that only begins so', 'users.list', users.replace('.net/', '.net.evil.example/')],
    [
      'a host within the user',
      'users.list',
      users.replace('https://', 'https://accounts.azuredatabricks.net@evil.example/'),
    ],
    ['a user', 'users.list', users.replace('https://', 'https://me:secret@')],
    ['a port', 'users.list', users.replace('.net/', '.net:8443/')],
    ['plain http', 'users.list', users.replace('https:', 'http:')],
    ['a fragment', 'users.list', `${users}#x`],
    ['another account', 'users.list', users.replace('0b1c', '1b1c')],
    ['another path of the API', 'users.list', users.replace('Users', 'Groups')],
    ['a longer path', 'users.list', `${users}/1/resolve`],
    ['an id that is a path', 'users.get', `${users}/..%2F1`],
    ['a way back that only a parser of URLs sees', 'users.get', `${users}\\..\\Groups/1`],
    ['a line break', 'users.get', `${users}/1\n`],
    ['a fragment after a query', 'users.list', `${users}?a=b#c`],
    ['an id that climbs', 'users.get', `${users}/../Groups/1`],
    ['an id that is a word', 'users.get', `${users}/me`],
    ['an empty id', 'users.get', `${users}/`],
    ['what is no URL', 'users.get', 'Users/1'],
    ['a call that is not in the table', 'toString' as CallName, users],
  ]
  for (const [name, call, url] of refused)
    test(`case 72: refuses ${name}`, () => expect(isInTable({ call, url }, places)).toBe(false))

  test('refuses the login host of an audit that does not sign in there', () => {
    const request = { call: 'entra.token', url: 'https://login.microsoftonline.com/t/oauth2/v2.0/token' } as const
    expect(isInTable(request, places)).toBe(true)
    expect(isInTable(request, { ...places, login: undefined })).toBe(false)
  })
})

describe('inTable(), counting()', () => {
  const world = () => {
    const counts = {}
    const sent: string[] = []
    const send = inTable(places)(
      counting(counts)(async ({ url }) => {
        sent.push(url)
        return jsonAnswer({})
      }),
    )
    return { counts, sent, send }
  }

  test('case 72: what is not in the table is a fault of ours and is never sent', async () => {
    const { counts, sent, send } = world()
    const failure = await failureOf(send({ call: 'users.list', url: 'https://evil.example/?token=x' }, never))
    expect(failure).toMatchObject({ reason: 'internal' })
    expect(failure.message).not.toContain('evil')
    expect([counts, sent]).toStrictEqual([{}, []])
  })

  test('what is sent is counted by its call', async () => {
    const { counts, send } = world()
    await send({ call: 'users.list', url: users }, never)
    await send({ call: 'users.list', url: `${users}?startIndex=101` }, never)
    await send({ call: 'users.get', url: `${users}/1` }, never)
    expect(counts).toStrictEqual({ 'users.list': 2, 'users.get': 1 })
  })
})
