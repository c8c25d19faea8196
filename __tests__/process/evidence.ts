import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gunzipSync, zstdDecompressSync } from 'node:zlib'
import { parse } from 'csv-parse/sync'
import type { AccountShape, MakeBelieveAccount } from '../sandbox/account.ts'
import { expectedFiles } from '../sandbox/oracle.ts'
import type { RunResult } from '../sandbox/runner.ts'
import type { Sandbox } from '../sandbox/sandbox.ts'

/** Enough for every kind of identity and more than one page, and quickly audited. */
export const SMALL = { users: 120, groups: 30, servicePrincipals: 15 } as const satisfies AccountShape

/** Files by name, byte for byte as text, in an order that does not matter. */
export const bytesOf = (files: Iterable<readonly [string, Buffer]>): Record<string, string> =>
  Object.fromEntries(
    [...files].map(([name, bytes]) => [name, bytes.toString('latin1')] as const).sort(([a], [b]) => (a < b ? -1 : 1)),
  )

export const csvsOf = ({ results }: RunResult): Record<string, string> =>
  bytesOf([...results].filter(([name]) => name.endsWith('.csv')))

export const reportOf = ({ results }: RunResult) => JSON.parse(results.get('report.json')?.toString() ?? 'null')

/** The rows of one CSV, header first, as an independent reader sees them. */
export const rowsOf = ({ results }: RunResult, name: string): string[][] =>
  parse(results.get(name) ?? '', { record_delimiter: '\r\n' })

/** Rows of the files of an unfinished audit that are not rows of the finished one, in the same order. What failed is left out. */
export function untrueRowsOf(run: RunResult, account: MakeBelieveAccount): string[] {
  return [...expectedFiles(account)].flatMap(([name, bytes]) => {
    if (name === 'idp_divergence_failures.csv' || !run.results.has(name)) return []
    const whole = rowsOf({ ...run, results: new Map([[name, bytes]]) }, name).map((row) => row.join('\0'))
    let at = -1
    return rowsOf(run, name).flatMap((cells) => {
      const next = whole.indexOf(cells.join('\0'), at + 1)
      if (next < 0) return [`${name}: ${cells.join()}`]
      at = next
      return []
    })
  })
}

/** How often each identity was asked about, by `<type>.match <id>`. */
export function matchesOf({ requests }: Sandbox, from = 0): Map<string, number> {
  const times = new Map<string, number>()
  for (const { call, target } of requests.slice(from)) {
    if (!call.endsWith('.match')) continue
    times.set(`${call} ${target}`, (times.get(`${call} ${target}`) ?? 0) + 1)
  }
  return times
}

export const errorsOf = ({ annotations }: RunResult): string =>
  annotations
    .filter(({ kind }) => kind === 'error')
    .map(({ message }) => message)
    .join('\n')

const GZIP = Buffer.from([0x1f, 0x8b, 0x08])

/** What is in the cache, unpacked: a tar keeps its files as they are, and each of ours holds one that is packed again. */
export const cachedBy = ({ cacheEntries }: Sandbox): { key: string; text: string }[] =>
  cacheEntries.map(({ key, archive }) => {
    const tar = zstdDecompressSync(archive)
    const packed: Buffer[] = []
    for (let at = tar.indexOf(GZIP); at >= 0; at = tar.indexOf(GZIP, at + 1)) packed.push(tar.subarray(at))
    return { key, text: [tar, ...packed.map(unpacked)].map(String).join('\n') }
  })

/** `''` when it only looked as if it were packed. */
function unpacked(packed: Buffer): string {
  try {
    return gunzipSync(packed).toString()
  } catch {
    return ''
  }
}

/** Everything that people and later steps may read of a run, by where it stands. What only tells the runner to hide a value is left out. */
export async function everythingOf(run: RunResult, sandbox: Sandbox): Promise<Map<string, string>> {
  const everything = new Map([
    ['log', run.log.filter((line) => !line.startsWith('::add-mask::')).join('\n')],
    ['summary', run.summary],
    ['outputs', JSON.stringify(run.outputs)],
    ['state', JSON.stringify([...run.state])],
  ])
  for (const [name, bytes] of run.results) everything.set(`results ${name}`, bytes.toString())
  for (const { name, files } of sandbox.artifacts.values())
    for (const [path, bytes] of files()) everything.set(`artifact ${name} ${path}`, bytes.toString())
  for (const { key, text } of cachedBy(sandbox)) everything.set(`cache ${key}`, text)
  for (const path of await filesBelow(run.temp)) everything.set(`temp ${path}`, (await readFile(path)).toString())
  return everything
}

/** What is left in the temporary folder, but for the list of files of the cache toolkit and the time of the last save. */
export const leftBelow = async (temp: string): Promise<string[]> =>
  (await filesBelow(temp)).filter((path) => !/(\/manifest\.txt|\.saved)$/.test(path))

export async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return entries.filter((entry) => !entry.isDirectory()).map(({ parentPath, name }) => join(parentPath, name))
}
