import { type ChildProcess, execFile, fork } from 'node:child_process'
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { runAction } from '../sandbox/runner.ts'
import type { LoopPlan, LoopUsage } from './loop.ts'
import type { WorldAnswers, WorldOptions, WorldQuestion } from './world.ts'

const here = (name: string) => fileURLToPath(new URL(name, import.meta.url))

/** The make-believe account, in another process. */
export interface World extends AsyncDisposable {
  readonly identities: number
  ask<Question extends WorldQuestion>(question: Question): Promise<WorldAnswers[Question]>
  /** Runs the bundled action against it, whole: from the start of its process to the end. */
  audit(inputs?: Readonly<Record<string, string>>): Promise<AuditUsage>
  /** Fires requests with a bare client. */
  loop(plan: LoopPlan): Promise<LoopUsage>
}

export interface AuditUsage {
  readonly wallMs: number
  readonly cpuMs: number
  readonly peakMb: number
  /** From the start of the process to the first request that reached a server. */
  readonly firstRequestMs: number
}

/** A large account takes more than Node gives a process by itself. */
const WORLD_HEAP_MB = 16_384

function askerOf(child: ChildProcess) {
  const ended = once(child, 'exit').then(() => Promise.reject(new Error('The make-believe account ended')))
  ended.catch(() => {})
  const answered = async (): Promise<unknown> => (await Promise.race([once(child, 'message'), ended]))[0]
  const ask: World['ask'] = async (question) => {
    const answer = answered()
    child.send(question)
    return (await answer) as never
  }
  return { answered, ask }
}

export async function startWorld(options: WorldOptions): Promise<World> {
  const execArgv = [`--max-old-space-size=${WORLD_HEAP_MB}`]
  const child = fork(here('world.ts'), [JSON.stringify(options)], { serialization: 'advanced', execArgv })
  const { answered, ask } = askerOf(child)
  await answered()
  const { folder, env, inputs, identities } = await ask('start')
  const sandbox = { folder, env: () => env, inputs: () => inputs }

  return {
    identities,
    ask,
    async audit(wanted = {}) {
      await ask('forget')
      const usagePath = join(folder, 'usage.json')
      const startedAt = Date.now()
      const nodeOptions = `--import=${here('usage.mjs')} ${process.env.BENCH_NODE_OPTIONS ?? ''}`
      const result = await runAction(sandbox, {
        inputs: wanted,
        env: { NODE_OPTIONS: nodeOptions, BENCH_USAGE: usagePath },
      })
      if (result.outputs.conclusion !== 'passed')
        throw new Error(`The audit concluded ${result.outputs.conclusion}:\n${result.log.slice(-20).join('\n')}`)
      return {
        ...(JSON.parse(await readFile(usagePath, 'utf8')) as Pick<AuditUsage, 'cpuMs' | 'peakMb'>),
        wallMs: result.durationMs,
        firstRequestMs: ((await ask('firstRequestAt')) ?? Number.NaN) - startedAt,
      }
    },
    async loop(plan) {
      const [planPath, usagePath] = [join(folder, 'plan.json'), join(folder, 'loop.json')]
      await writeFile(planPath, JSON.stringify(plan))
      await promisify(execFile)(process.execPath, [here('loop.ts'), planPath, usagePath], {
        env: { ...process.env, ...env },
      })
      return JSON.parse(await readFile(usagePath, 'utf8')) as LoopUsage
    },
    async [Symbol.asyncDispose]() {
      const ended = once(child, 'exit')
      child.send('close')
      await ended
    },
  }
}
