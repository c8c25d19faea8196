import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseJson } from '../../src/http/json.ts'

describe('parseJson()', () => {
  const numbers: readonly [string, unknown][] = [
    ['9007199254740991', 9007199254740991],
    ['9007199254740992', '9007199254740992'],
    ['9007199254740993', '9007199254740993'],
    ['-9007199254740993', '-9007199254740993'],
    ['9223372036854775807', '9223372036854775807'],
    ['0', 0],
    ['-0', -0],
    ['1.5', 1.5],
    ['1e3', 1000],
    ['1e300', 1e300],
    ['12345678901234567.5', Number('12345678901234567.5')],
  ]
  for (const [text, value] of numbers)
    test(`case 27: ${text} loses no digit, wherever it stands`, () => {
      expect(parseJson(text)).toStrictEqual(value)
      expect(parseJson(`{"a":[{"id":${text}}]}`)).toStrictEqual({ a: [{ id: value }] })
    })

  test('case 27: an integer of any length survives', () => {
    fc.assert(fc.property(fc.bigInt(), (id) => String((parseJson(`{"id":${id}}`) as { id: unknown }).id) === `${id}`))
  })

  test('case 27: integers survive whatever stands around them', () => {
    const gap = fc.constantFrom('', ' ', '\n', '\t\r\n')
    const ids = fc.array(fc.tuple(gap, fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }), gap), { minLength: 1 })
    fc.assert(
      fc.property(ids, (ids) => {
        const text = `[${ids.map(([before, id, after]) => `${before}${id}${after}`).join(',')}]`
        expect((parseJson(text) as unknown[]).map(String)).toStrictEqual(ids.map(([, id]) => String(id)))
      }),
    )
  })

  test('reads all other JSON as JSON.parse does', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 5 }), (text) => {
        const plain: unknown = JSON.parse(text, (key, value) => (key === '__proto__' ? undefined : value))
        const hasBig = /\d{16}/.test(text)
        if (!hasBig) expect(parseJson(text)).toStrictEqual(plain)
      }),
    )
  })

  test('case 18: a byte order mark is forgiven', () => expect(parseJson('\uFEFF{"a":1}')).toStrictEqual({ a: 1 }))

  test('the last of a repeated key counts', () => expect(parseJson('{"a":1,"a":2}')).toStrictEqual({ a: 2 }))

  for (const key of ['__proto__', '\\u005f_proto__', '__prot\\u006F__'])
    test(`keys that name what objects are made of do no harm: ${key}`, () => {
      const json = parseJson(`{"${key}":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"a":1}`) as object
      expect(Object.getPrototypeOf(json)).toBe(Object.prototype)
      expect(Object.keys({ ...json })).toStrictEqual(['constructor', 'a'])
      expect(Object.hasOwn({}, 'polluted')).toBe(false)
      expect(({} as { polluted?: number }).polluted).toBeUndefined()
    })

  for (const [name, text] of Object.entries({
    'a truncated object': '{"a":',
    'trailing garbage': '{"a":1} x',
    'an empty text': '',
    'a web page': '<!doctype html>',
    'what is nested too deep': '['.repeat(33) + ']'.repeat(33),
    'what is nested so deep that a walker would fall': '['.repeat(200_000),
  }))
    test(`case 18: refuses ${name}`, () => expect(() => parseJson(text)).toThrow(SyntaxError))

  test('brackets within strings are no nesting', () => {
    const text = JSON.stringify({ a: '[{"\\'.repeat(100), b: 1 })
    expect(parseJson(text)).toStrictEqual(JSON.parse(text))
    expect(parseJson('['.repeat(32) + ']'.repeat(32))).toBeInstanceOf(Array)
  })
})
