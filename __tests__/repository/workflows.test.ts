import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { configOf } from '../../src/config.ts'
import { markdownDocumentOf } from './markdown-document.ts'

const ROOT = join(import.meta.dirname, '../..')
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8')
const filesIn = (folder: string): string[] => readdirSync(join(ROOT, folder)).map((name) => `${folder}/${name}`)

interface Step {
  readonly id?: string
  readonly uses?: string
  readonly run?: string
  readonly with?: Readonly<Record<string, unknown>>
}
interface Job {
  readonly permissions?: Readonly<Record<string, string>>
  readonly 'timeout-minutes'?: number
  readonly steps?: readonly Step[]
}
interface Workflow {
  readonly on: unknown
  readonly permissions?: unknown
  readonly concurrency?: unknown
  readonly jobs: Readonly<Record<string, Job>>
}
interface Source {
  readonly name: string
  readonly text: string
}

const OURS = filesIn('.github/workflows').map((name): Source => ({ name, text: read(name) }))
const EXAMPLES = filesIn('.github/examples').map((name): Source => ({ name, text: read(name) }))
const IN_README = markdownDocumentOf(read('README.md'))
  .codeBlocks.filter(({ language }) => language === 'yaml')
  .map(({ text }, index): Source => ({ name: `README.md, YAML ${index + 1}`, text }))

const action: {
  readonly inputs: Readonly<Record<string, unknown>>
  readonly outputs: Readonly<Record<string, unknown>>
} = parse(read('action.yml'))

const workflowOf = ({ text }: Source): Workflow => parse(text)
const jobsOf = (source: Source): [string, Job][] => Object.entries(workflowOf(source)?.jobs ?? {})
const hasJobs = (source: Source): boolean => jobsOf(source).length > 0

/** Every step in a piece of YAML, be it a workflow, a list of steps or a part of a job. */
function stepsOf(value: unknown): Step[] {
  if (typeof value !== 'object' || value === null) return []
  const own = 'uses' in value || 'run' in value ? [value as Step] : []
  return [...own, ...Object.values(value).flatMap(stepsOf)]
}

/** As the README says it: by the major tag, or pinned. `./` is this repository itself. */
const isOurs = ({ uses = '' }: Step): boolean => uses === './' || /^OWNER\/aim-readiness@/.test(uses)

const named = (sources: readonly Source[]) => sources.map((source) => [source.name, source] as const)

test.each(named([...OURS, ...EXAMPLES, ...IN_README]))(
  '%s: foreign actions are pinned by SHA, with their version',
  (_, { text }) => {
    for (const [, uses, comment] of text.matchAll(/\buses:\s*(\S+)[ \t]*(.*)$/gm)) {
      if (uses === './' || uses === 'OWNER/aim-readiness@v1') continue
      expect(`${uses} ${comment}`).toMatch(/^[\w.-]+\/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/)
    }
  },
)

test('an action is pinned to the same SHA everywhere', () => {
  const pins = new Map<string, Set<string>>()
  for (const { text } of [...OURS, ...EXAMPLES, ...IN_README])
    for (const [, name = '', sha = ''] of text.matchAll(/uses:\s*([\w./-]+)@([0-9a-f]{40})/g))
      pins.set(name, (pins.get(name) ?? new Set()).add(sha))
  expect([...pins].filter(([, shas]) => shas.size > 1)).toEqual([])
})

/** Stands for an expression that only a run can work out. */
const filledIn = (text: string): string =>
  text.replace(/\$\{\{\s*(\w+)[^}]*\}\}/g, (_, context: string) =>
    context === 'vars' ? '0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d' : 'value',
  )

test.each(named([...EXAMPLES, ...IN_README]))('%s: the action accepts the inputs that are given to it', (_, source) => {
  for (const step of stepsOf(parse(source.text)).filter(isOurs)) {
    const given = Object.entries(step.with ?? {}).map(([name, value]) => [name, filledIn(String(value))] as const)
    for (const [name] of given) expect(Object.keys(action.inputs)).toContain(name)
    expect(configOf(new Map(given))).not.toHaveProperty('problems')
  }
})

test.each(named([...OURS, ...EXAMPLES, ...IN_README]))('%s: reads outputs only that the action has', (_, { text }) => {
  for (const [, name] of text.matchAll(/steps\.audit\.outputs\.([\w-]+)/g))
    expect(Object.keys(action.outputs)).toContain(name)
})

const CHECKOUT = { contents: 'read' }
/** What each job of ours may do; more than this is a decision, to be made here. */
const RIGHTS: Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, string>>>>>> = {
  '.github/workflows/ci.yml': { check: CHECKOUT, runner: CHECKOUT },
  '.github/workflows/release.yml': {
    verify: CHECKOUT,
    attest: { ...CHECKOUT, 'id-token': 'write', attestations: 'write' },
    publish: { contents: 'write' },
  },
}

test.each(named(OURS))('%s: each job has the rights that it needs and no others', (name, source) => {
  expect(workflowOf(source).permissions).toEqual({})
  expect(Object.fromEntries(jobsOf(source).map(([job, { permissions }]) => [job, permissions]))).toEqual(RIGHTS[name])
})

const isEvaluation = (job: Job): boolean => stepsOf(job).some((step) => isOurs(step) && step.with?.mode === 'evaluate')

test.each(named([...EXAMPLES, ...IN_README].filter(hasJobs)))(
  '%s: a job that audits can sign in and read, one that judges can read and comment, no more',
  (_, source) => {
    const audits = { 'id-token': 'write', contents: 'read' }
    const judges = { actions: 'read', contents: 'read', 'pull-requests': 'write' }
    for (const [, job] of jobsOf(source))
      if (isEvaluation(job)) expect(judges).toMatchObject(job.permissions ?? {})
      else expect([audits, { ...audits, actions: 'read' }]).toContainEqual(job.permissions)
  },
)

test.each(named([...OURS, ...EXAMPLES]))('%s: says why it needs each right', (_, { text }) => {
  const rights = text.match(/^ +[a-z-]+: (?:read|write)\b.*$/gm) ?? []
  expect(rights.length).toBeGreaterThan(0)
  for (const line of rights) expect(line).toMatch(/ # \S/)
})

test.each(named([...OURS, ...EXAMPLES]))('%s: is bounded in time and does not overtake itself', (_, source) => {
  expect(workflowOf(source).concurrency).toBeDefined()
  for (const [, job] of jobsOf(source)) expect(job['timeout-minutes']).toBeGreaterThan(0)
})

test.each(named([...OURS, ...EXAMPLES, ...IN_README]))(
  '%s: runs on no event that lends rights to strangers',
  (_, source) => {
    expect(source.text).not.toMatch(/\b(pull_request_target|workflow_run|issue_comment)\b/)
  },
)

test.each(named([...OURS, ...EXAMPLES]))(
  '%s: puts no expression into a script and leaves no token behind',
  (_, source) => {
    for (const { run, uses, with: inputs } of stepsOf(parse(source.text))) {
      expect(run ?? '').not.toContain('${{')
      if (uses?.startsWith('actions/checkout@')) expect(inputs?.['persist-credentials']).toBe(false)
    }
  },
)

test('release.yml: restores no cache', () => {
  const steps = stepsOf(parse(read('.github/workflows/release.yml')))
  for (const { uses = '', with: inputs } of steps) {
    expect(uses).not.toMatch(/^actions\/cache/)
    if (uses.startsWith('actions/setup-node@'))
      expect(inputs).toEqual({ 'node-version-file': '.node-version', 'package-manager-cache': false })
  }
})

test('.ci/run can be run', () => {
  expect(statSync(join(ROOT, '.ci/run')).mode & 0o111).toBe(0o111)
})
