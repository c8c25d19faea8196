import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { allowListOf } from '../../src/config/allow-list.ts'
import { LATE_DEFAULTS } from '../../src/config/inputs.ts'
import { policyValuesOf } from '../../src/config/policy-file.ts'
import { rulesOf } from '../../src/config/thresholds.ts'
import { CATEGORIES_OF, ERROR_CATEGORIES, SUBJECT_TYPES } from '../../src/domain/category.ts'
import { exitCodeOf } from '../../src/domain/gate.ts'
import { PRINCIPAL_TYPES } from '../../src/domain/principal.ts'
import { EVERY_CALL } from '../../src/http/calls.ts'
import { judgementTable } from '../../src/report/judgement-table.ts'
import {
  DIVERGENCES_TABLES,
  FAILURES_TABLE,
  IDENTITIES_TABLES,
  type Table,
  WORKSPACES_TABLE,
} from '../../src/report/tables.ts'
import { type MarkdownDocument, markdownDocumentOf } from './markdown-document.ts'

const ROOT = join(import.meta.dirname, '../..')
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8')

const DOCUMENTS = ['README.md', 'SECURITY.md', '.github/CONTRIBUTING.md', '.github/ARCHITECTURE.md']
const documents = new Map<string, MarkdownDocument>(DOCUMENTS.map((path) => [path, markdownDocumentOf(read(path))]))
const readme = documents.get('README.md') as MarkdownDocument

interface Described {
  readonly description: string
  readonly required?: boolean
  readonly default?: string
}
const action: {
  readonly inputs: Readonly<Record<string, Described>>
  readonly outputs: Readonly<Record<string, Described>>
} = parse(read('action.yml'))
const scripts: Readonly<Record<string, string>> = JSON.parse(read('package.json')).scripts

const cell = (text: string): string => text.trim().replace(/\s+/g, ' ').replace(/[|*<]/g, '\\$&')
const code = (text: string): string => `\`${text}\``
const tableOf = (header: readonly string[], rows: readonly (readonly string[])[]): string =>
  [header, header.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')

const LATE: Readonly<Record<string, string>> = LATE_DEFAULTS
const defaultOf = (name: string, { required, default: value = LATE[name] ?? '' }: Described): string =>
  required === true ? '**required**' : value === '' ? '–' : code(value)

const columnsRow = (table: Pick<Table<never>, 'file' | 'header'>): string[] => [
  code(table.file),
  table.header.map(code).join(', '),
]

/** What stands between `<!-- name:start -->` and `<!-- name:end -->`: made from the source that decides. */
const GENERATED: Readonly<Record<string, string>> = {
  inputs: tableOf(
    ['Input', 'Default', 'Meaning'],
    Object.entries(action.inputs).map(([name, input]) => [code(name), defaultOf(name, input), cell(input.description)]),
  ),
  judgement: judgementTable(),
  outputs: tableOf(
    ['Output', 'Meaning'],
    Object.entries(action.outputs).map(([name, { description }]) => [code(name), cell(description)]),
  ),
  files: tableOf(
    ['File', 'Columns'],
    [
      columnsRow(WORKSPACES_TABLE),
      ...PRINCIPAL_TYPES.map((type) => columnsRow(IDENTITIES_TABLES[type])),
      ...PRINCIPAL_TYPES.map((type) => columnsRow(DIVERGENCES_TABLES[type])),
      columnsRow(FAILURES_TABLE),
    ],
  ),
}

test.each(Object.keys(GENERATED))('README: the table of %s is what its source says; UPDATE=1 rewrites it', (name) => {
  const text = read('README.md')
  const [before, rest] = text.split(`<!-- ${name}:start -->\n`)
  const [, after] = (rest ?? '').split(`<!-- ${name}:end -->`)
  expect(after, `README has the markers of ${name}`).toBeDefined()
  const expected = `${before}<!-- ${name}:start -->\n${GENERATED[name]}\n<!-- ${name}:end -->${after}`
  if (process.env.UPDATE === '1') writeFileSync(join(ROOT, 'README.md'), expected)
  else expect(text).toBe(expected)
})

test('README: every error category has its own heading, under the one that the summary links to', () => {
  expect(readme.anchors).toContain('error-categories')
  for (const category of ERROR_CATEGORIES) expect(readme.anchors).toContain(category.toLowerCase())
})

test('README: speaks of no error category that does not exist', () => {
  const known: readonly string[] = ERROR_CATEGORIES
  const written = read('README.md').match(/\b[A-Z]+(?:_[A-Z]+){2,}\b/g) ?? []
  const like = written.filter((word) => /^(EXTERNAL_ID|NAME_MATCH|GROUP_HAS|IDENTITY_FEDERATION)_/.test(word))
  for (const word of like) expect(known.some((category) => category === word || category.startsWith(word))).toBe(true)
})

test('README: says which types can carry a category', () => {
  const sections = read('README.md').split(/^#### /m)
  for (const category of ERROR_CATEGORIES) {
    const section = sections.find((text) => text.startsWith(category)) ?? ''
    const types = SUBJECT_TYPES.filter((type) => CATEGORIES_OF[type].includes(category))
    const stated = /^Types: (.*)\.$/m.exec(section)?.[1]
    expect(stated?.split(', ')).toEqual(types.map((type) => code(type)))
  }
})

test('README: lists every call that the audit can make, and no other', () => {
  const listed = read('README.md').match(/^\| `(GET|POST) \/\S*` \|/gm) ?? []
  const made = Object.values(EVERY_CALL).map(({ method, path }) => `| \`${method} ${path}\` |`)
  expect([...listed].sort()).toEqual([...made].sort())
})

test('README: the table of conclusions gives the exit codes of the code', () => {
  for (const conclusion of ['passed', 'failed', 'incomplete', 'error'] as const) {
    const row = read('README.md')
      .split('\n')
      .find((line) => line.startsWith(`| \`${conclusion}\` |`))
    const [plain, warnOnly] = [exitCodeOf(conclusion, false), exitCodeOf(conclusion, true)]
    expect(row).toMatch(plain === warnOnly ? `| ${plain} |` : `| ${plain}, or ${warnOnly} with \`warn-only\` |`)
  }
})

/** The text of all messages: pieces that are joined in the code stand joined here. */
const MESSAGES = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts'))
  .map((path) => read(`src/${path}`).replace(/['`]\s*\+\s*['`]/g, ''))
  .join('\n')

test('README: troubleshooting quotes messages that the action really gives', () => {
  const section =
    read('README.md')
      .split(/^## /m)
      .find((text) => text.startsWith('Troubleshooting')) ?? ''
  const quoted = section
    .split('\n')
    .flatMap((line) => [...(/^\| (`.*?) \|/.exec(line)?.[1] ?? '').matchAll(/`([^`]+)`/g)])
  expect(quoted.length).toBeGreaterThan(10)
  for (const [, message = ''] of quoted)
    for (const piece of message.replace(/^AADSTS/, '').split('…')) expect(MESSAGES).toContain(piece)
})

test('README: every example of thresholds is one that the action accepts', () => {
  const examples = readme.codeBlocks
    .filter(({ language }) => language === 'yaml')
    .map(({ text }) => parse(text))
    .filter((value) => typeof value?.thresholds === 'string')
  expect(examples.length).toBeGreaterThan(0)
  for (const { thresholds } of examples) {
    const { rules, problems } = rulesOf(thresholds, SUBJECT_TYPES)
    expect(problems).toEqual([])
    expect(rules.length).toBeGreaterThan(0)
  }
})

test('README: the example of an allow-list and of a config file are ones that the action accepts', () => {
  const blocks = readme.codeBlocks.filter(({ language }) => language === 'yaml').map(({ text }) => text)
  const lists = blocks.filter((text) => text.startsWith('# .github/aim-allow-list.yml\n'))
  const configs = blocks.filter((text) => text.startsWith('# .github/aim-readiness.yml\n'))
  expect([lists.length, configs.length]).toEqual([1, 1])
  for (const text of lists) {
    const { entries, problems } = allowListOf(text, { today: '2026-11-22', maxDays: 180 })
    expect([problems, entries.length > 1]).toEqual([[], true])
  }
  for (const text of configs) {
    const { values, problems } = policyValuesOf(text, SUBJECT_TYPES)
    expect([problems, values.size > 3]).toEqual([[], true])
  }
})

test('README: the quick start is a whole workflow of at most 15 lines', () => {
  const section =
    read('README.md')
      .split(/^## /m)
      .find((text) => text.startsWith('Quick start')) ?? ''
  const [block] = markdownDocumentOf(section).codeBlocks.filter(({ language }) => language === 'yaml')
  expect(parse(block?.text ?? '')).toMatchObject({ jobs: {} })
  expect(block?.text.trim().split('\n').length).toBeLessThanOrEqual(15)
})

test('README: knows the flags of the demo, all of them but --help', () => {
  const told = read('README.md').match(/^\| `--\w+/gm) ?? []
  const known = read('__tests__/sandbox/demo.ts').match(/^ {2}--\w+/gm) ?? []
  expect(told.map((flag) => flag.slice(3))).toEqual(
    known.map((flag) => flag.slice(2)).filter((flag) => flag !== '--help'),
  )
})

test.each(DOCUMENTS)('%s: its YAML can be read, its links lead somewhere, its npm scripts exist', (path) => {
  const document = documents.get(path) as MarkdownDocument
  for (const { language, text } of document.codeBlocks) if (language === 'yaml') expect(() => parse(text)).not.toThrow()
  for (const link of document.links.filter((target) => !/^https:\/\//.test(target))) {
    const [file, anchor] = link.split('#')
    const target = file === '' ? path : join(dirname(path), file ?? '')
    expect(existsSync(join(ROOT, target)), `${path} links to ${link}`).toBe(true)
    if (anchor !== undefined) expect(documents.get(target)?.anchors, `${path} links to ${link}`).toContain(anchor)
  }
  const commands = [...document.codeBlocks, ...document.codeSpans.map((text) => ({ text }))].map(({ text }) => text)
  for (const [, name] of commands.join('\n').matchAll(/\bnpm run (?:--silent )?([\w:-]+)/g))
    expect(Object.keys(scripts)).toContain(name)
})

test('ARCHITECTURE: names everything that lies in src', () => {
  const layers = documents.get('.github/ARCHITECTURE.md')?.codeBlocks[0]?.text ?? ''
  for (const entry of readdirSync(join(ROOT, 'src'), { withFileTypes: true }))
    expect(layers.split(/\s+/)).toContain(entry.isDirectory() ? `${entry.name}/` : entry.name)
})
