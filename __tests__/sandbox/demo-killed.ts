import { createHash } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type MakeBelieveAccount, TYPES } from './account.ts'
import type { FaultPlan } from './faults.ts'
import { type RunOptions, type RunResult, runAction } from './runner.ts'
import { type Sandbox, startSandbox } from './sandbox.ts'

/** Acts once, when so many identities have been asked about. */
export function whenAsked(count: number, act: () => void): FaultPlan {
  const asked = new Set<string>()
  return ({ call, target }) => {
    if (!call.endsWith('.match') || asked.size > count) return undefined
    asked.add(`${call} ${target}`)
    if (asked.size === count) {
      act()
      asked.add('acted')
    }
    return undefined
  }
}

/** A job that is killed, its post step, and the second attempt on an empty machine; `title` comes before each. */
export async function killedAndResumed(
  sandbox: Sandbox,
  step: RunOptions,
  kill: AbortSignal,
  title: (text: string) => void,
): Promise<RunResult> {
  title('The log, until the runner kills the step')
  const first = await runAction(sandbox, { ...step, kill })
  if (first.signal === null) return first
  title('The post step of the same job')
  await runAction(sandbox, { ...step, entry: 'post', state: first.state })
  await rm(first.workspace, { recursive: true, force: true })
  await rm(first.temp, { recursive: true, force: true })
  title('The job is run again: the second attempt, on an empty machine')
  const workspace = await mkdtemp(join(tmpdir(), 'aim-readiness-demo-'))
  return await runAction(sandbox, { ...step, workspace, attempt: 2 })
}

const hashOf = (bytes: Buffer | undefined): string =>
  bytes === undefined ? 'missing' : createHash('sha256').update(bytes).digest('hex').slice(0, 16)

export interface Comparison {
  readonly lines: readonly string[]
  readonly isEqual: boolean
}

/** Every file beside that of a run of the same account that nobody interrupted, and how often was asked. */
export async function comparison(sandbox: Sandbox, run: RunResult, step: RunOptions): Promise<Comparison> {
  const { onShown: _shown, workspace: _workspace, ...quiet } = step
  const whole = await uninterrupted(sandbox.account, quiet)
  // The report tells times, and how many calls there were.
  const names = [...new Set([...whole.results.keys(), ...run.results.keys()])].filter((name) => name !== 'report.json')
  const rows = names.sort().map((name) => {
    const [ours, theirs] = [run.results.get(name), whole.results.get(name)].map(hashOf)
    return { name, ours, theirs, isEqual: ours === theirs && ours !== 'missing' }
  })
  const width = Math.max(...names.map((name) => name.length))
  const times = timesAsked(sandbox)
  const again = times.filter((count) => count > 1).length
  return {
    isEqual: rows.length > 0 && rows.every(({ isEqual }) => isEqual),
    lines: [
      `${'SHA-256 of'.padEnd(width)}  ${'uninterrupted'.padEnd(16)}  ${'killed, resumed'.padEnd(16)}`,
      ...rows.map(({ name, ours, theirs, isEqual }) =>
        [name.padEnd(width), theirs, ours, isEqual ? 'the same' : 'DIFFERENT'].join('  '),
      ),
      '',
      `${times.length} identities were asked about, ${again} of them a second time`,
    ],
  }
}

async function uninterrupted(account: MakeBelieveAccount, step: RunOptions): Promise<RunResult> {
  await using sandbox = await startSandbox({ account, latencyMs: [15, 30] })
  return await runAction(sandbox, step)
}

function timesAsked({ requests }: Sandbox): number[] {
  const calls: readonly string[] = TYPES.map((type) => `${type}.match`)
  const times = new Map<string, number>()
  for (const { call, target } of requests)
    if (calls.includes(call)) times.set(`${call} ${target}`, (times.get(`${call} ${target}`) ?? 0) + 1)
  return [...times.values()]
}
