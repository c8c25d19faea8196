import { describe, expect, test } from 'vitest'
import { jsonOf } from '../../src/http/answers.ts'
import { errorBodyOf } from '../../src/http/error-body.ts'
import type { HttpAnswer } from '../../src/http/send.ts'
import { jsonAnswer, thrownBy } from './expecting.ts'

const now = new Date('2026-01-05T08:00:00Z')
const judged = (answer: HttpAnswer) => jsonOf('users.list', answer, { date: () => now })
const refusalOf = (answer: HttpAnswer) => thrownBy(() => judged(answer))
const page = { 'content-type': 'text/html' }
const answer = (status: number, text: string, headers: HttpAnswer['headers'] = page) => ({ status, headers, text })

describe('jsonOf(), successes', () => {
  test('case 20: extra fields come through', () =>
    expect(judged(jsonAnswer({ id: '1', brandNew: { a: [] } }))).toStrictEqual({ id: '1', brandNew: { a: [] } }))

  test('case 27: ids that a number cannot hold come as digits', () =>
    expect(judged({ ...jsonAnswer({}), text: '{"id":9007199254740993}' })).toStrictEqual({ id: '9007199254740993' }))

  for (const type of ['application/json; charset=utf-8', 'application/scim+json', 'Application/Problem+JSON'])
    test(`takes ${type}`, () =>
      expect(judged({ ...jsonAnswer({ a: 1 }), headers: { 'content-type': type } })).toStrictEqual({ a: 1 }))

  test('an error code that is empty is none', () => {
    for (const code of [undefined, null, '', 0]) expect(judged(jsonAnswer({ error_code: code, a: 1 }))).toBeDefined()
  })
})

describe('jsonOf(), successes that are none', () => {
  const cases: readonly [string, HttpAnswer][] = [
    ['case 17: a web page with 200', answer(200, '<!DOCTYPE html><html>')],
    ['case 17: JSON of the wrong content type', { ...jsonAnswer({}), headers: { 'content-type': 'text/plain' } }],
    ['case 17: no content type', { ...jsonAnswer({}), headers: {} }],
    ['case 18: truncated JSON', { ...jsonAnswer({}), text: '{"Resources":[{"id":"1"' }],
    ['case 18: trailing garbage', { ...jsonAnswer({}), text: '{} {}' }],
    ['case 19: an empty body', { ...jsonAnswer({}), text: '' }],
    ['204 without a body', { ...jsonAnswer({}), status: 204, text: '' }],
    ['a body nested without end', { ...jsonAnswer({}), text: '['.repeat(100_000) }],
  ]
  for (const [name, given] of cases) test(name, () => expect(refusalOf(given).reason).toBe('not-json'))

  test('case 73: a captive portal is named as a possibility', () =>
    expect(refusalOf(answer(200, '<html>Please sign in')).message).toContain('captive portal'))

  for (const [code, reason] of [
    ['PERMISSION_DENIED', 'forbidden'],
    ['RESOURCE_DOES_NOT_EXIST', 'not-found'],
    ['INVALID_PARAMETER_VALUE', 'bad-request'],
    ['INTERNAL_ERROR', 'server-error'],
    ['TEMPORARILY_UNAVAILABLE', 'unavailable'],
    ['REQUEST_LIMIT_EXCEEDED', 'throttled'],
    ['NEVER_HEARD_OF', 'unexpected-answer'],
    [1234, 'unexpected-answer'],
  ])
    test(`case 47: error_code ${code} in a 200 is an error`, () =>
      expect(refusalOf(jsonAnswer({ error_code: code, message: 'x' }))).toMatchObject({ reason, code: '200' }))
})

describe('jsonOf(), refusals', () => {
  for (const [status, reason] of Object.entries({
    400: 'bad-request',
    401: 'unauthorized',
    403: 'forbidden',
    404: 'not-found',
    405: 'bad-request',
    407: 'proxy',
    408: 'unavailable',
    409: 'bad-request',
    422: 'bad-request',
    425: 'unavailable',
    429: 'throttled',
    500: 'server-error',
    501: 'bad-request',
    502: 'unavailable',
    503: 'unavailable',
    504: 'unavailable',
    507: 'server-error',
    511: 'proxy',
    599: 'server-error',
  }))
    test(`${status} is ${reason}, whatever its body`, () => {
      for (const given of [
        answer(Number(status), ''),
        answer(Number(status), '<html>'),
        jsonAnswer({}, Number(status)),
      ])
        expect(refusalOf(given)).toMatchObject({ reason, code: status })
    })

  const throttled: readonly [string, HttpAnswer][] = [
    [
      '400 of the token endpoint',
      jsonAnswer({ error: 'invalid_request', error_description: 'Temporarily throttled, too many requests' }, 400),
    ],
    ['400 with a wish', jsonAnswer({ message: 'Please try again later or try a faster operation.' }, 400)],
    ['409 of the RPC layer', jsonAnswer({ message: 'RPC token bucket limit has been exceeded' }, 409)],
    ['422 by its code', jsonAnswer({ error_code: 'RESOURCE_EXHAUSTED', message: '' }, 422)],
    ['403 by its code', jsonAnswer({ error_code: 'REQUEST_LIMIT_EXCEEDED', message: '' }, 403)],
    ['500 of SCIM', jsonAnswer({ detail: 'REQUEST_LIMIT_EXCEEDED: slow down', status: '500' }, 500)],
  ]
  for (const [name, given] of throttled)
    test(`is throttled: ${name}`, () => expect(refusalOf(given).reason).toBe('throttled'))

  test('a name that sounds like it throttles nobody', () =>
    expect(refusalOf(jsonAnswer({ message: 'Group "try again later" not found' }, 404)).reason).toBe('not-found'))

  test('tells what the server asks to wait', () =>
    expect(refusalOf(jsonAnswer({}, 429, { 'retry-after': '7' })).retryAfterMs).toBe(7_000))

  test('a message names the action, the status and the code, but neither body nor URL', () => {
    const { message } = refusalOf(jsonAnswer({ error_code: 'PERMISSION_DENIED', message: '::error::secret name' }, 403))
    expect(message).toContain('Cannot list users: HTTP 403 PERMISSION_DENIED')
    expect(message).not.toMatch(/secret|::/)
    expect(refusalOf(jsonAnswer({ error_code: '::stop-commands::x' }, 400)).message).toBe('Cannot list users: HTTP 400')
  })

  test('case 73: a 403 that is not from the API, and an IP access list, are hinted at', () => {
    expect(refusalOf(answer(403, '<html>Blocked')).message).toContain('firewall')
    expect(refusalOf(jsonAnswer({ message: 'Source IP address 10.0.0.1 is blocked' }, 403)).message).toContain(
      'IP access list',
    )
  })
})

describe('errorBodyOf()', () => {
  const cases: readonly [string, string, string][] = [
    ['Databricks', '{"error_code":"NOT_FOUND","message":"m"}', 'NOT_FOUND'],
    ['a numeric code', '{"error_code":404,"message":"m"}', ''],
    ['details', '{"message":"m","details":[{"@type":"x","reason":"QUOTA"}]}', 'QUOTA'],
    ['legacy', '{"error":"BAD_REQUEST"}', 'BAD_REQUEST'],
    ['SCIM', '{"detail":"null","status":"404","scimType":null}', ''],
    ['plain text', 'PERMISSION_DENIED: not an admin', 'PERMISSION_DENIED'],
    ['a web page', '<html><pre>oops</pre>', ''],
    ['an array', '[1]', ''],
    ['null', 'null', ''],
    ['nothing', '', ''],
  ]
  for (const [name, text, code] of cases) test(`reads ${name}`, () => expect(errorBodyOf(text).code).toBe(code))
})
