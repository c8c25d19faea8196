import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { INPUT_NAMES, INPUTS } from '../../src/config/inputs.ts'
import { outputsOf } from '../../src/report/outputs.ts'
import { reportOf, UPLOADED } from '../report/cast.ts'

interface Described {
  readonly description?: string
  readonly default?: string
  readonly required?: boolean
}

const action: {
  readonly name: string
  readonly description: string
  readonly author: string
  readonly branding: { readonly icon: string; readonly color: string }
  readonly inputs: Readonly<Record<string, Described>>
  readonly outputs: Readonly<Record<string, Described>>
  readonly runs: unknown
} = parse(readFileSync(new URL('../../action.yml', import.meta.url), 'utf8'))

describe('action.yml', () => {
  test('has the inputs that the code reads, in its order', () =>
    expect(Object.keys(action.inputs)).toEqual(INPUT_NAMES))

  test('has the defaults of the code, as texts', () =>
    expect(Object.fromEntries(INPUT_NAMES.map((name) => [name, action.inputs[name]?.default ?? '']))).toEqual(INPUTS))

  test('requires what nobody can do without', () =>
    expect(INPUT_NAMES.filter((name) => action.inputs[name]?.required === true)).toEqual(['databricks-account-id']))

  test('has the outputs of an audit', () =>
    expect(Object.keys(action.outputs).sort()).toEqual(Object.keys(outputsOf(reportOf(), UPLOADED)).sort()))

  test('describes everything in whole sentences', () => {
    for (const [name, { description }] of Object.entries({ ...action.inputs, ...action.outputs }))
      expect(description, name).toMatch(/^\S.{10,400}\.$/s)
  })

  test('is what the Marketplace takes', () => {
    expect(action.name).toBe('AIM readiness')
    expect(action.description.length).toBeLessThanOrEqual(125)
    expect(action.author).not.toBe('')
    expect(action.branding.icon).toMatch(/^[a-z-]+$/)
    expect(['white', 'black', 'yellow', 'blue', 'green', 'orange', 'red', 'purple', 'gray-dark']).toContain(
      action.branding.color,
    )
  })

  test('runs the bundle on Node 24, and again when the job ends, however it ends', () =>
    expect(action.runs).toEqual({
      using: 'node24',
      main: 'dist/index.js',
      post: 'dist/post.js',
      'post-if': 'always()',
    }))
})
