import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { everyPrincipal, makeAccount } from './account.ts'
import type { ShownLine } from './commands.ts'
import { type Judging, judgedByLastNight } from './demo-judged.ts'
import { comparison, killedAndResumed, whenAsked } from './demo-killed.ts'
import { firstOf, oneIn, PASSING } from './faults.ts'
import { type RunOptions, type RunResult, runAction } from './runner.ts'
import { type Sandbox, startSandbox } from './sandbox.ts'
import { harmless, styled, terminalText } from './terminal.ts'

const HELP = `npm run demo -- [options]

Runs the bundled action against a make-believe Databricks account on this machine. No account, no secret, no network.

  --users <n>               users of the account, 1 to 100000; groups and service principals in proportion (default 2504)
  --seed <n>                another account and other faults (default 1)
  --throttle [<perSecond>]  the account answers 429 above so many match calls a second (default 200)
  --faults                  one request in 25 goes wrong: errors, cut connections, broken answers
  --graph                   Entra is read in bulk through Microsoft Graph, instead of one call an identity
  --kill-at <n>%            the step is killed when so much of the account is asked about; then the job is run again on an
                            empty machine, and the files are compared with those of a run that nobody interrupted
  --evaluate                a pull request is judged by what last night's audit found, without asking Databricks
  --baseline                an audit is compared with last night's, and only what is new counts
  --threshold "RULE: LIMIT" a rule of the gate, such as "users.NAME_MATCH_EXTERNAL_ID_MISMATCH: 0"; may be repeated
  --help                    this text
`

interface Wishes {
  readonly users: number
  readonly seed: number
  readonly throttle: number | undefined
  readonly faults: boolean
  readonly graph: boolean
  /** Percent of the identities. */
  readonly killAt: number | undefined
  readonly judging: Judging | undefined
  readonly thresholds: readonly string[]
  readonly help: boolean
}

function wholeNumber(name: string, text: string, least: number, most: number): number {
  const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN
  if (value >= least && value <= most) return value
  throw new Error(`--${name} must be a whole number from ${least} to ${most}, not "${text}"`)
}

function percent(name: string, text: string): number {
  if (!/^\d{1,2}%?$/.test(text) || Number.parseInt(text, 10) === 0)
    throw new Error(`--${name} must be a share from 1% to 99%, not "${text}"`)
  return Number.parseInt(text, 10)
}

/** Throws an `Error` whose message is for the person who typed. */
function wishesOf(args: readonly string[]): Wishes {
  // The rate may be left out, which `parseArgs` does not know.
  const full = args.flatMap((arg, index) =>
    arg === '--throttle' && !/^\d/.test(args[index + 1] ?? '') ? [arg, '200'] : [arg],
  )
  const { values } = parseArgs({
    args: full,
    options: {
      users: { type: 'string', default: '2504' },
      seed: { type: 'string', default: '1' },
      throttle: { type: 'string' },
      faults: { type: 'boolean', default: false },
      graph: { type: 'boolean', default: false },
      'kill-at': { type: 'string' },
      evaluate: { type: 'boolean', default: false },
      baseline: { type: 'boolean', default: false },
      threshold: { type: 'string', multiple: true, default: [] },
      help: { type: 'boolean', default: false },
    },
  })
  if (values['kill-at'] !== undefined && (values.evaluate || values.baseline))
    throw new Error('--kill-at shows another thing than --evaluate and --baseline; give one of them')
  if (values.evaluate && values.baseline) throw new Error('--evaluate and --baseline are two demos; give one of them')
  if (values.graph && (values['kill-at'] !== undefined || values.evaluate))
    throw new Error('--graph makes no comparisons that --kill-at could count, and --evaluate asks nobody; leave it out')
  const rules = values.threshold.map((rule) => {
    const colon = rule.lastIndexOf(':')
    if (colon < 1) throw new Error(`--threshold must look like "RULE: LIMIT", not "${rule}"`)
    const key = rule
      .slice(0, colon)
      .trim()
      .replace(/^"(.*)"$/, '$1')
    return `${JSON.stringify(key)}: ${rule.slice(colon + 1).trim()}`
  })
  return {
    users: wholeNumber('users', values.users, 1, 100_000),
    seed: wholeNumber('seed', values.seed, 0, 999_999_999),
    throttle: values.throttle === undefined ? undefined : wholeNumber('throttle', values.throttle, 1, 100_000),
    killAt: values['kill-at'] === undefined ? undefined : percent('kill-at', values['kill-at']),
    judging: values.evaluate ? 'evaluate' : values.baseline ? 'baseline' : undefined,
    ...{ faults: values.faults, graph: values.graph, thresholds: rules, help: values.help },
  }
}

const STYLES = { error: 'red', warning: 'yellow', notice: 'cyan', group: 'bold', text: 'reset' } as const

/** As a workflow's log shows it: folded groups open, annotations marked, debug lines hidden. */
function show({ kind, text }: ShownLine): void {
  if (kind === 'debug' || kind === 'endgroup') return
  const mark = { error: 'Error: ', warning: 'Warning: ', notice: 'Notice: ', group: '▾ ', text: '' }[kind]
  console.log(`  ${styled(STYLES[kind], mark + harmless(text))}`)
}

const title = (text: string) => console.log(`\n${styled(['bold', 'cyan'], `── ${text} `.padEnd(80, '─'))}\n`)

const CONCLUSIONS: Readonly<Record<string, string>> = {
  passed: 'passed: every rule is within its limit',
  failed: 'failed: the audit is complete and a rule is exceeded, so the step fails. The demo did its job',
  incomplete: 'incomplete: not everything could be checked, so the step fails',
  error: 'error: the audit could not be done',
}

async function report(sandbox: Sandbox, run: RunResult): Promise<void> {
  title('The job summary')
  console.log(terminalText(run.summary, Math.min(process.stdout.columns ?? 130, 140)))
  for (const { body } of sandbox.repository.comments) {
    title('The comment on the pull request')
    console.log(terminalText(body, Math.min(process.stdout.columns ?? 130, 140)))
  }
  title('The outputs')
  for (const [name, value] of Object.entries(run.outputs)) console.log(`  ${name} = ${harmless(value)}`)
  title('What the step left behind')
  const { conclusion = '' } = run.outputs
  console.log(`  exit code  ${run.exitCode ?? run.signal}  (${CONCLUSIONS[conclusion] ?? 'no conclusion'})`)
  for (const [name, { zip, files }] of sandbox.artifacts)
    console.log(`  artifact   ${name}: ${zip.length} bytes, ${[...files().keys()].join(', ')}`)
  console.log(`  files      ${join(run.workspace, run.outputs['results-path'] ?? '')}`)
  for (const [name, content] of run.results) console.log(`             ${name} (${content.length} bytes)`)
  const faults = sandbox.requests.filter(({ fault }) => fault !== '').length
  console.log(
    `  requests   ${sandbox.requests.length}, of which ${faults} went wrong on purpose; ${sandbox.refused.length} refused`,
  )
}

/** The demo did its job unless the action ended in a way that no account like this explains. */
const isFine = ({ exitCode, outputs: { conclusion } }: RunResult): boolean =>
  (conclusion === 'passed' && exitCode === 0) || (conclusion === 'failed' && exitCode === 1)

async function demo(wishes: Wishes): Promise<number> {
  const interrupted = new AbortController()
  // The first one cancels, as a runner would; the second ends everything at once.
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.on(signal, () => (interrupted.signal.aborted ? process.exit(130) : interrupted.abort()))
  const account = makeAccount({ seed: wishes.seed, users: wishes.users })
  const kill = new AbortController()
  const killAfter = Math.ceil((everyPrincipal(account).length * (wishes.killAt ?? 0)) / 100)
  await using sandbox = await startSandbox({
    ...{ account, latencyMs: [15, 30] },
    faults: firstOf(
      wishes.killAt === undefined ? undefined : whenAsked(killAfter, () => kill.abort()),
      wishes.faults ? oneIn(25, { seed: wishes.seed, kinds: PASSING.filter((kind) => kind !== '429') }) : undefined,
    ),
    ...(wishes.throttle !== undefined && { throttle: { perSecond: wishes.throttle, retryAfter: '1' } }),
  })
  const workspace = await mkdtemp(join(tmpdir(), 'aim-readiness-demo-'))
  const { workspaces } = sandbox.account
  title('A make-believe Databricks account')
  console.log(
    `  ${everyPrincipal(sandbox.account).length} identities, ${workspaces.length} workspaces, seed ${wishes.seed}`,
  )
  const step = {
    inputs: {
      thresholds: wishes.thresholds.join('\n'),
      'primary-domains': 'example.com',
      ...(wishes.graph ? { 'match-source': 'graph' } : {}),
    },
    workspace,
    ...{ signal: interrupted.signal, detached: true },
    onShown: (lines: readonly ShownLine[]) => lines.forEach(show),
  }
  const run = await runOf(wishes, sandbox, step, kill.signal)
  const after = await runAction(sandbox, {
    ...step,
    workspace: run.workspace,
    entry: 'post',
    state: run.state,
    signal: new AbortController().signal,
  })
  if (after.exitCode !== 0) console.log(`  The post step ended with ${after.exitCode ?? after.signal}`)
  await report(sandbox, run)
  if (interrupted.signal.aborted) return 130
  const isSame = wishes.killAt === undefined || (await isLikeUninterrupted(sandbox, run, step))
  return isFine(run) && after.exitCode === 0 && isSame ? 0 : 1
}

/** The run that is shown, and before it what leads up to it. */
async function runOf(wishes: Wishes, sandbox: Sandbox, step: RunOptions, kill: AbortSignal): Promise<RunResult> {
  if (wishes.judging !== undefined) return await judgedByLastNight(wishes.judging, sandbox, step, title)
  if (wishes.killAt !== undefined) return await killedAndResumed(sandbox, step, kill, title)
  title('The log, as a workflow shows it')
  return await runAction(sandbox, step)
}

async function isLikeUninterrupted(sandbox: Sandbox, run: RunResult, step: RunOptions): Promise<boolean> {
  title('Compared with a run that nobody interrupted')
  const { lines, isEqual } = await comparison(sandbox, run, step)
  for (const line of lines) console.log(`  ${line}`)
  console.log(`  ${isEqual ? 'Every file is the same, byte for byte' : 'The files are NOT the same'}`)
  return isEqual
}

let wishes: Wishes | undefined
try {
  wishes = wishesOf(process.argv.slice(2))
} catch (error) {
  console.error(`${(error as Error).message}\n\n${HELP}`)
  process.exitCode = 2
}
if (wishes?.help) console.log(HELP)
else if (wishes !== undefined) process.exitCode = await demo(wishes)
