import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdir, mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'
import { type Annotation, eachLine, logReader, type ShownLine } from './commands.ts'
import { parseFileCommands } from './file-commands.ts'
import type { Sandbox } from './sandbox.ts'

/** The repository: what `uses:` names. */
export const ACTION_FOLDER = fileURLToPath(new URL('../..', import.meta.url))

export interface RunOptions {
  /** Over the inputs with which the sandbox signs in; `undefined` leaves one out. */
  inputs?: Readonly<Record<string, string | undefined>>
  /** The event's payload; by default that of a private repository. */
  event?: object
  /** Default: `workflow_dispatch`. */
  eventName?: string
  /** Over everything else in the environment; `undefined` takes a variable away. */
  env?: Readonly<Record<string, string | undefined>>
  /** Default: a new, empty folder of the sandbox. */
  workspace?: string
  /** Which attempt of the run this is. Default: 1. */
  attempt?: number
  entry?: 'main' | 'post'
  /** What `main` saved, for `post`. */
  state?: ReadonlyMap<string, string>
  /** Values that the log hides from the beginning. */
  secrets?: readonly string[]
  /** Aborted, it cancels as the runner does: SIGINT, 7.5 s later SIGTERM, 2.5 s later SIGKILL. */
  signal?: AbortSignal
  /** Aborted, it sends SIGTERM, as whoever is in a hurry after a cancel. */
  secondSignal?: AbortSignal
  /** Aborted, it kills at once. */
  kill?: AbortSignal
  killAfterMs?: number
  /** In a process group of its own, so that Ctrl-C in a terminal reaches it only as a cancel of the runner. */
  detached?: boolean
  /** Gets what is shown of each line, as it comes. */
  onShown?: (lines: readonly ShownLine[]) => void
}

export interface RunResult {
  /** `null` when a signal ended it. */
  readonly exitCode: number | null
  readonly signal: NodeJS.Signals | null
  /** Output and errors together, line by line, as it came. */
  readonly log: readonly string[]
  readonly outputs: Readonly<Record<string, string>>
  /** Markdown; `''` when none was written. */
  readonly summary: string
  readonly state: ReadonlyMap<string, string>
  readonly workspace: string
  /** RUNNER_TEMP. */
  readonly temp: string
  /** Files of the results folder by their path in it. */
  readonly results: ReadonlyMap<string, Buffer>
  readonly masks: ReadonlySet<string>
  readonly annotations: readonly Annotation[]
  readonly durationMs: number
}

interface Metadata {
  readonly inputs: Record<string, { default?: unknown } | null>
  readonly runs: { readonly main: string; readonly post?: string }
}

/** What a step needs of a sandbox, which may be in another process. */
export type Surroundings = Pick<Sandbox, 'folder' | 'env' | 'inputs'>

/** Runs the bundled action once, as a step of a job. */
export async function runAction(sandbox: Surroundings, options: RunOptions = {}): Promise<RunResult> {
  const started = performance.now()
  const metadata = parse(await readFile(join(ACTION_FOLDER, 'action.yml'), 'utf8')) as Metadata
  const folder = await mkdtemp(join(sandbox.folder, 'job-'))
  const workspace = resolve(options.workspace ?? join(folder, 'workspace'))
  const inputs = inputsOf(metadata, { ...sandbox.inputs(), ...options.inputs })
  const files = await fileCommands(folder)
  const env = { ...(await environment(sandbox, options, folder, workspace)), ...files, ...inputs, ...options.env }
  await mkdir(workspace, { recursive: true })

  const script = options.entry === 'post' ? metadata.runs.post : metadata.runs.main
  if (script === undefined) throw new Error('the action has no post step')
  const child = spawn(process.execPath, [join(ACTION_FOLDER, script)], {
    cwd: workspace,
    env,
    detached: options.detached ?? false,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const reader = logReader(options.secrets)
  const log: string[] = []
  const take = (line: string) => {
    log.push(line)
    const shown = reader.read(line)
    options.onShown?.(shown)
  }
  const output = Promise.all([child.stdout, child.stderr].map((stream) => eachLine(stream, take)))
  const forget = interrupting(child, options)
  const [exitCode, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((done, fail) => {
    child.once('error', fail)
    child.once('close', (...end) => done(end))
  }).finally(forget)
  await output

  const state = new Map([...reader.state, ...parseFileCommands(await readFile(files.GITHUB_STATE, 'utf8'))])
  const outputs = [...reader.outputs, ...parseFileCommands(await readFile(files.GITHUB_OUTPUT, 'utf8'))]
  return {
    ...{ exitCode, signal, log, state, workspace, outputs: Object.fromEntries(outputs) },
    temp: env.RUNNER_TEMP ?? '',
    summary: await readFile(files.GITHUB_STEP_SUMMARY, 'utf8'),
    results: await filesIn(resolve(workspace, inputs['INPUT_RESULTS-PATH'] ?? '.')),
    masks: reader.masks,
    annotations: reader.annotations,
    durationMs: performance.now() - started,
  }
}

/** Every input of `action.yml` is in the environment, given or not; its name keeps its dashes. */
function inputsOf({ inputs }: Metadata, given: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const defaults = Object.entries(inputs).map(([name, input]): [string, string] => {
    const text = input?.default === undefined || input.default === null ? '' : String(input.default)
    return [name, text.replace(/^\$\{\{\s*github\.token\s*\}\}$/, 'ghs_makebelieve0123456789abcdefghijklmnop')]
  })
  const values = Object.entries({ ...Object.fromEntries(defaults), ...given })
  return Object.fromEntries(
    values.flatMap(([name, value]) =>
      value === undefined ? [] : [[`INPUT_${name.replaceAll(' ', '_').toUpperCase()}`, value]],
    ),
  )
}

/** The files must be there, empty. */
async function fileCommands(folder: string) {
  const paths = {
    GITHUB_OUTPUT: join(folder, 'output'),
    GITHUB_STATE: join(folder, 'state'),
    GITHUB_STEP_SUMMARY: join(folder, 'summary.md'),
    GITHUB_ENV: join(folder, 'env'),
    GITHUB_PATH: join(folder, 'path'),
  }
  for (const path of Object.values(paths)) await writeFile(path, '')
  return paths
}

async function environment(sandbox: Surroundings, options: RunOptions, folder: string, workspace: string) {
  const { eventName = 'workflow_dispatch', attempt = 1, state = new Map<string, string>() } = options
  const event = options.event ?? { repository: { visibility: 'private', private: true, default_branch: 'main' } }
  const eventPath = join(folder, 'event.json')
  await writeFile(eventPath, JSON.stringify(event))
  const temp = join(folder, 'temp')
  await mkdir(temp)
  return {
    PATH: process.env.PATH,
    HOME: homedir(),
    ...{ CI: 'true', GITHUB_ACTIONS: 'true', GITHUB_REPOSITORY: 'octo/aim', GITHUB_REPOSITORY_OWNER: 'octo' },
    ...{
      GITHUB_RUN_ID: '4711',
      GITHUB_RUN_NUMBER: '42',
      GITHUB_RUN_ATTEMPT: String(attempt),
      GITHUB_SHA: '0'.repeat(40),
    },
    ...{ GITHUB_REF: 'refs/heads/main', GITHUB_REF_NAME: 'main', GITHUB_WORKFLOW: 'audit', GITHUB_JOB: 'audit' },
    GITHUB_WORKFLOW_REF: 'octo/aim/.github/workflows/audit.yml@refs/heads/main',
    ...{ GITHUB_ACTOR: 'octo', GITHUB_ACTION: 'audit', GITHUB_EVENT_NAME: eventName, GITHUB_EVENT_PATH: eventPath },
    ...{
      GITHUB_SERVER_URL: 'https://github.com',
      GITHUB_API_URL: 'https://api.github.com',
      GITHUB_RETENTION_DAYS: '90',
    },
    ...{ GITHUB_WORKSPACE: workspace, GITHUB_ACTION_PATH: ACTION_FOLDER },
    ...{ RUNNER_TEMP: temp, RUNNER_TOOL_CACHE: join(folder, 'tools'), RUNNER_OS: 'Linux', RUNNER_ARCH: 'X64' },
    ...{ RUNNER_NAME: 'make-believe', RUNNER_ENVIRONMENT: 'github-hosted', RUNNER_TRACKING_ID: randomUUID() },
    ...sandbox.env(),
    ...Object.fromEntries([...state].map(([name, value]) => [`STATE_${name}`, value])),
  }
}

/** Arms what may end the process early; the answer disarms it. */
function interrupting(
  child: ReturnType<typeof spawn>,
  { signal, secondSignal, kill, killAfterMs }: RunOptions,
): () => void {
  const timers: NodeJS.Timeout[] = []
  const after = (ms: number, name: NodeJS.Signals) => timers.push(setTimeout(() => child.kill(name), ms))
  const cancel = () => [after(0, 'SIGINT'), after(7500, 'SIGTERM'), after(10_000, 'SIGKILL')]
  const killNow = () => child.kill('SIGKILL')
  const terminate = () => child.kill('SIGTERM')
  process.once('exit', killNow)
  if (killAfterMs !== undefined) after(killAfterMs, 'SIGKILL')
  signal?.addEventListener('abort', cancel, { once: true })
  secondSignal?.addEventListener('abort', terminate, { once: true })
  kill?.addEventListener('abort', killNow, { once: true })
  if (signal?.aborted) cancel()
  if (kill?.aborted) killNow()
  return () => {
    for (const timer of timers) clearTimeout(timer)
    signal?.removeEventListener('abort', cancel)
    secondSignal?.removeEventListener('abort', terminate)
    kill?.removeEventListener('abort', killNow)
    process.removeListener('exit', killNow)
  }
}

async function filesIn(folder: string): Promise<Map<string, Buffer>> {
  const files = new Map<string, Buffer>()
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])
  for (const entry of entries) {
    const path = join(entry.parentPath, entry.name)
    if (entry.isFile()) files.set(relative(folder, path), await readFile(path))
  }
  return files
}
