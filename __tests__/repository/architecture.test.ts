import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'

/** Lower layers first; a file may import from its own layer or a lower one, but adapters not from one another. */
const LAYERS: readonly (readonly string[])[] = [
  ['domain/'],
  ['config.ts', 'config/', 'version.ts'],
  ['ports.ts', 'stream.ts', 'report/'],
  ['phases/', 'http/'],
  [
    'audit.ts',
    'conclude.ts',
    'progress.ts',
    'saved/',
    'policy-setup.ts',
    'fingerprint.ts',
    'databricks/',
    'entra/',
    'github/',
    'files/',
  ],
  ['main.ts', 'action/'],
]
const ADAPTERS = ['databricks/', 'entra/', 'github/', 'files/']

const src = resolve(import.meta.dirname, '../../src')
const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'))
const contents = new Map(files.map((file) => [file, readFileSync(join(src, file), 'utf8')]))

const importsOf = (file: string): { path: string; typeOnly: boolean }[] =>
  [...(contents.get(file) ?? '').matchAll(/^(import type|import|export)\b[^'"]*?from '([^']+)'/gms)].map((found) => ({
    path: found[2] as string,
    typeOnly: found[1] === 'import type',
  }))

const inside = (file: string) =>
  importsOf(file)
    .filter(({ path }) => path.startsWith('.'))
    .map(({ path, typeOnly }) => ({ path: relative(src, resolve(src, dirname(file), path)), typeOnly }))

const layerOf = (file: string) => LAYERS.findIndex((layer) => layer.some((place) => file.startsWith(place)))
const adapterOf = (file: string) => ADAPTERS.find((place) => file.startsWith(place))

describe('architecture', () => {
  for (const file of files) {
    test(`${file} has a layer and imports only downwards`, () => {
      expect(layerOf(file)).toBeGreaterThanOrEqual(0)
      for (const { path, typeOnly } of inside(file)) {
        // The names of the calls are data that reports speak of.
        if (typeOnly && path === 'http/calls.ts') continue
        expect(layerOf(path), `${file} imports ${path}`).toBeLessThanOrEqual(layerOf(file))
        if (adapterOf(file) !== undefined && adapterOf(path) !== undefined)
          expect(adapterOf(path), `${file} imports ${path}`).toBe(adapterOf(file))
      }
    })
  }

  test('no import goes in a circle', () => {
    const done = new Set<string>()
    const visit = (file: string, path: readonly string[]) => {
      if (path.includes(file)) throw new Error(`Circular import: ${[...path, file].join(' > ')}`)
      if (done.has(file)) return
      for (const { path: next, typeOnly } of inside(file)) if (!typeOnly) visit(next, [...path, file])
      done.add(file)
    }
    for (const file of files) visit(file, [])
  })

  test('the rules, the configuration and the reports know neither time, chance, files, network nor the runner', () => {
    for (const file of files.filter((name) => /^(domain|report|config)(\/|\.ts)/.test(name))) {
      for (const { path } of importsOf(file))
        expect(path, file).not.toMatch(/^node:(fs|http|https|tls|child_process)|^@actions|^undici/)
      expect(contents.get(file), file).not.toMatch(/Date\.now|new Date\(\)|Math\.random|process\.env|console\./)
    }
  })

  test('every file fits its subject: none over 250 lines', () => {
    for (const [file, text] of contents) expect(text.split('\n').length, file).toBeLessThanOrEqual(250)
  })
})
