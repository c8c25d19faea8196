import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ACCOUNT_HOSTS, accountHostOf, azureEnvironmentOf } from '../../src/config/host.ts'
import { problemsWith } from './given.ts'

const AZURE = 'accounts.azuredatabricks.net'

const problemOf = (text: string): string => {
  const result = accountHostOf(text)
  if (typeof result === 'string') throw new Error(`accepted as ${result}`)
  return result.problem
}

describe('accountHostOf', () => {
  test('knows the six account consoles and no more', () => {
    expect(ACCOUNT_HOSTS).toEqual([
      'accounts.azuredatabricks.net',
      'accounts.databricks.azure.us',
      'accounts.databricks.azure.cn',
      'accounts.cloud.databricks.com',
      'accounts-dod.cloud.databricks.us',
      'accounts.gcp.databricks.com',
    ])
    for (const host of ACCOUNT_HOSTS) expect(accountHostOf(`https://${host}`)).toBe(host)
  })

  test.each([
    AZURE,
    `${AZURE}/`,
    `https://${AZURE}/`,
    `HTTPS://${AZURE.toUpperCase()}`,
    'Accounts.AzureDatabricks.Net',
  ])('case 2: %s is put into its canonical form', (text) => expect(accountHostOf(text)).toBe(AZURE))

  test('case 2: spaces around it are forgiven', () =>
    expect(problemsWith({ 'databricks-host': `  https://${AZURE}/  ` })).toEqual([]))

  test.each([
    ['http', `http://${AZURE}`],
    ['another scheme', `ftp://${AZURE}`],
    ['scheme twice', `https://https://${AZURE}`],
    ['no slashes', `https:${AZURE}`],
    ['user', `https://me@${AZURE}`],
    ['user that is the host', `https://${AZURE}@evil.example`],
    ['user and password', `https://me:secret@${AZURE}`],
    ['empty user', `https://@${AZURE}`],
    ['port', `https://${AZURE}:8443`],
    ['the default port', `https://${AZURE}:443`],
    ['empty port', `https://${AZURE}:`],
    ['path', `https://${AZURE}/users`],
    ['two slashes', `https://${AZURE}//`],
    ['query', `https://${AZURE}/?o=1`],
    ['fragment', `https://${AZURE}#x`],
    ['backslash', `https:\\\\${AZURE}`],
    ['backslash path', `https://${AZURE}\\@evil.example`],
    ['tab inside', 'https://accounts.azure\tdatabricks.net'],
    ['line break inside', 'https://accounts.azure\ndatabricks.net'],
    ['line break at the end', `https://${AZURE}\n`],
    ['NUL', `${AZURE}\0`],
    ['percent encoding', 'https://accounts%2eazuredatabricks.net'],
    ['trailing dot', `https://${AZURE}.`],
    ['IPv4', 'https://10.0.0.1'],
    ['IPv4 as a number', 'https://2130706433'],
    ['IPv6', 'https://[::1]'],
    ['localhost', 'https://localhost'],
    ['Cyrillic look-alike', 'https://аccounts.azuredatabricks.net'],
    ['full-width letters', 'https://ａccounts.azuredatabricks.net'],
    ['Kelvin sign, which lower-cases to k', 'https://accounts.azuredatabric\u212as.net'],
    ['ideographic full stop', 'https://accounts。azuredatabricks.net'],
    ['soft hyphen', 'https://accounts.azure\u00addatabricks.net'],
    ['punycode', 'https://xn--ccounts-1nf.azuredatabricks.net'],
    ['suffix trick', `https://${AZURE}.evil.example`],
    ['prefix trick', `https://evil${AZURE}`],
    ['sub-domain', `https://evil.${AZURE}`],
    ['name of an object property', 'constructor'],
    ['workspace', 'https://adb-1234567890123456.7.azuredatabricks.net'],
    ['bare zone', 'https://azuredatabricks.net'],
  ])('case 1: refuses %s', (_, text) => expect(problemOf(text)).toMatch(/; write /))

  test.each([
    ['https://adb-1234567890123456.7.azuredatabricks.net/?o=1234', 'workspace; write accounts.azuredatabricks.net'],
    ['dbc-a1b2c3d4-e5f6.cloud.databricks.com', 'workspace; write accounts.cloud.databricks.com'],
    ['https://1234567890.1.gcp.databricks.com', 'workspace; write accounts.gcp.databricks.com'],
    ['adb-1.2.databricks.azure.us', 'workspace; write accounts.databricks.azure.us'],
  ])('says which account console stands above the workspace %s', (text, hint) =>
    expect(problemOf(text)).toContain(hint),
  )

  test('case 1: neither a password nor a query gets into the message', () => {
    expect(problemOf(`https://me:hunter2@${AZURE}`)).not.toContain('hunter2')
    expect(problemOf(`https://me:hun/ter2@${AZURE}`)).not.toContain('ter2')
    expect(problemOf(`https://${AZURE}/?token=hunter2`)).not.toContain('hunter2')
  })

  test('case 1: of 10,000 hostile hosts none is accepted unless it is on the list', () => {
    const host = fc.constantFrom(...ACCOUNT_HOSTS)
    const noise = fc.constantFrom(
      '',
      '.',
      '/',
      '//',
      '@',
      ':443',
      '?',
      '#',
      '\\',
      '%2e',
      ' ',
      '\t',
      '\0',
      '-',
      'x',
      '。',
      'ａ',
    )
    const scheme = fc.constantFrom('', 'https://', 'HTTPS://', 'http://', 'https:', '//', 'javascript:')
    const mutated = fc
      .tuple(host, fc.nat(40), fc.oneof(noise, fc.string({ unit: 'binary', maxLength: 3 })), fc.nat(3))
      .map(([name, at, insert, cut]) => name.slice(0, at) + insert + name.slice(at + cut))
    const hostile = fc.oneof(
      fc.tuple(scheme, noise, mutated, noise).map((parts) => parts.join('')),
      fc.tuple(scheme, fc.domain(), noise, host).map((parts) => parts.join('')),
      fc.tuple(scheme, host, noise, fc.domain()).map((parts) => parts.join('')),
      fc.webUrl({ withQueryParameters: true, withFragments: true }),
      fc.string({ unit: 'grapheme' }),
    )
    fc.assert(
      fc.property(hostile, (text) => {
        const result = accountHostOf(text)
        const asWritten = text.replace(/^https:\/\//i, '').replace(/\/$/, '')
        const isListed = ACCOUNT_HOSTS.some(
          (name) => name.length === asWritten.length && /^[\x21-\x7e]+$/.test(text) && name === asWritten.toLowerCase(),
        )
        expect(typeof result === 'string').toBe(isListed)
        if (typeof result === 'string') expect(new URL(`https://${result}`).hostname).toBe(result)
        else expect(result.problem).toMatch(/^[\x20-\x7e…]+$/)
      }),
      { numRuns: 10_000 },
    )
  })
})

test('azureEnvironmentOf: one cloud for each Azure console, none for the others', () =>
  expect(ACCOUNT_HOSTS.map(azureEnvironmentOf)).toEqual([
    'public',
    'usgovernment',
    'china',
    undefined,
    undefined,
    undefined,
  ]))
