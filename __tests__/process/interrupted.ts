import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { MakeBelieveAccount } from '../sandbox/account.ts'
import type { StoredCacheEntry } from '../sandbox/cache-service.ts'
import type { FaultPlan } from '../sandbox/faults.ts'
import { type RunOptions, type RunResult, runAction } from '../sandbox/runner.ts'
import { type Sandbox, type SandboxOptions, startSandbox } from '../sandbox/sandbox.ts'
import { reportOf, rowsOf } from './evidence.ts'

/** Acts when so many more identities have been asked about, or other calls made; set again at any time. */
export function atNextMatch(isCounted = (call: string) => call.endsWith('.match')): {
  plan: FaultPlan
  set: (more: number, act: () => void) => void
} {
  let matches = 0
  let due: { at: number; act: () => void } | undefined
  return {
    set: (more, act) => {
      due = { at: matches + more, act }
    },
    plan: ({ call }) => {
      if (isCounted(call) && ++matches === due?.at) due.act()
      return undefined
    },
  }
}

/** A job whose main step is killed, and its post step; then the machine is gone. */
export async function killedJob(
  sandbox: Sandbox,
  kill: AbortSignal,
  options: RunOptions,
): Promise<{ main: RunResult; post: RunResult | undefined }> {
  const main = await runAction(sandbox, { ...options, kill })
  if (main.signal === null) return { main, post: undefined }
  const post = await postOf(sandbox, main, options)
  await goneMachine(main)
  return { main, post }
}

export const postOf = (sandbox: Sandbox, { state, workspace }: RunResult, options: RunOptions): Promise<RunResult> =>
  runAction(sandbox, { ...options, entry: 'post', state, workspace })

/** Nothing of it is left for whoever comes next. */
export async function goneMachine({ workspace, temp }: RunResult): Promise<void> {
  await rm(workspace, { recursive: true, force: true })
  await rm(temp, { recursive: true, force: true })
}

/** The files of an entry of the cache by path, as its archive holds them. */
export async function unpacked({ archive }: StoredCacheEntry, sandbox: Sandbox): Promise<Map<string, Buffer>> {
  const folder = await mkdtemp(join(sandbox.folder, 'unpacked-'))
  const path = join(folder, 'archive')
  await writeFile(path, archive)
  const isZstd = archive.subarray(0, 4).equals(Buffer.from([0x28, 0xb5, 0x2f, 0xfd]))
  execFileSync('tar', ['-xf', path, isZstd ? '--zstd' : '--gzip', '-C', folder])
  await rm(path)
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name))
  return new Map(
    await Promise.all(files.map(async (file) => [file.slice(folder.length + 1), await readFile(file)] as const)),
  )
}

export const KEY = 'correct horse battery staple, 32 characters'
export const NO_UPLOAD = { 'upload-artifact': 'false' } as const
/** In flight at once, and in one batch that is not yet committed. */
export const BOUND = 256 + 200

export const hashesOf = (files: Iterable<readonly [string, string | Buffer]>) =>
  Object.fromEntries([...files].map(([name, bytes]) => [name, createHash('sha256').update(bytes).digest('hex')]).sort())
export const csvHashesOf = (run: RunResult) => hashesOf([...run.results].filter(([name]) => name.endsWith('.csv')))

/** Every file but the report, which tells times. */
export const fileHashesOf = (run: RunResult) => hashesOf([...run.results].filter(([name]) => name !== 'report.json'))

/** What two reports of the same findings agree in. */
export const findingsOf = (run: RunResult) => {
  const { durationSeconds: _d, startedAt: _s, finishedAt: _f, apiCalls: _a, resumed: _r, ...rest } = reportOf(run)
  return rest
}

/** The same audit, in one go. */
export async function uninterrupted(account: MakeBelieveAccount, inputs: Record<string, string>): Promise<RunResult> {
  await using sandbox = await startSandbox({ account })
  return await runAction(sandbox, { inputs })
}

/** Rows of identities that have another name in the IdP: without a key they are not saved, since no listing tells it. */
export const renamedIn = (run: RunResult): number =>
  ['users', 'groups', 'service_principals']
    .flatMap((type) => rowsOf(run, `idp_divergence_${type}.csv`))
    .filter((row) => row.at(-1)?.includes('EXTERNAL_ID_MATCH_NAME_MISMATCH')).length

/** A sandbox in which the next job can be killed at a match. */
export async function killable(options: SandboxOptions) {
  const next = atNextMatch()
  const sandbox = await startSandbox({ latencyMs: [10, 30], ...options, faults: options.faults ?? next.plan })
  return {
    sandbox,
    /** Aborted when so many more identities have been asked about. */
    killAfter(matches: number): AbortSignal {
      const kill = new AbortController()
      next.set(matches, () => kill.abort())
      return kill.signal
    },
    [Symbol.asyncDispose]: () => sandbox[Symbol.asyncDispose](),
  }
}
