import { describe, expect, test } from 'vitest'
import { transportFailure } from '../../src/http/transport-failure.ts'

describe('transportFailure()', () => {
  const coded = (code: string, message = 'x') => Object.assign(new Error(message), { code })
  const cases: readonly [string, unknown, string, string][] = [
    ['case 40: a name that does not exist', coded('ENOTFOUND'), 'name-not-resolved', 'ENOTFOUND'],
    ['case 40: a name server that is away', coded('EAI_AGAIN'), 'network', 'EAI_AGAIN'],
    ['case 41: a broken pipe', coded('EPIPE'), 'network', 'EPIPE'],
    ['a network that is away', coded('ENETUNREACH'), 'network', 'ENETUNREACH'],
    [
      'case 42: a connection that is not made in time',
      coded('UND_ERR_CONNECT_TIMEOUT'),
      'timeout',
      'UND_ERR_CONNECT_TIMEOUT',
    ],
    ['case 42: the system gave up', coded('ETIMEDOUT'), 'timeout', 'ETIMEDOUT'],
    [
      'several addresses that all refused',
      new AggregateError([coded('ECONNREFUSED'), coded('ECONNREFUSED')]),
      'network',
      'ECONNREFUSED',
    ],
    [
      'an error within an error',
      new Error('fetch failed', { cause: coded('UND_ERR_SOCKET') }),
      'network',
      'UND_ERR_SOCKET',
    ],
    [
      'case 39: TLS that is not spoken',
      coded('ERR_SSL_WRONG_VERSION_NUMBER'),
      'certificate',
      'ERR_SSL_WRONG_VERSION_NUMBER',
    ],
    [
      'a TLS record that was damaged on its way',
      coded('ERR_SSL_DECRYPTION_FAILED_OR_BAD_RECORD_MAC'),
      'network',
      'ERR_SSL_DECRYPTION_FAILED_OR_BAD_RECORD_MAC',
    ],
    [
      'an unknown intermediate',
      coded('UNABLE_TO_GET_ISSUER_CERT_LOCALLY'),
      'certificate',
      'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
    ],
    ['a wrong argument of ours', coded('UND_ERR_INVALID_ARG'), 'internal', 'UND_ERR_INVALID_ARG'],
    ['a bug of ours', new TypeError('x is not a function'), 'internal', ''],
    ['what nobody foresaw', new Error('?'), 'network', ''],
    ['what is no error at all', 'oops', 'network', ''],
  ]
  for (const [name, error, reason, code] of cases)
    test(name, () => expect(transportFailure(error, 'list users')).toMatchObject({ reason, code }))
})
