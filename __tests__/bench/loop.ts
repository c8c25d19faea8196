// The floor: fires given requests over a bare undici client and reads the answers, nothing more. What it used is counted
// from here on, so that starting Node is not in it.
import { readFileSync, writeFileSync } from 'node:fs'
import { EnvHttpProxyAgent, request } from 'undici'
import type { Sent } from './world.ts'

export interface LoopPlan {
  readonly requests: readonly Sent[]
  readonly concurrency: number
  /** Waits for the slowest of each batch before the next one is fired, as the KB script does. */
  readonly batched: boolean
}
export interface LoopUsage {
  readonly wallMs: number
  readonly cpuMs: number
}

const [planPath = '', usagePath = ''] = process.argv.slice(2)
const { requests, concurrency, batched } = JSON.parse(readFileSync(planPath, 'utf8')) as LoopPlan
const [startedAt, before] = [performance.now(), process.cpuUsage()]
const dispatcher = new EnvHttpProxyAgent({ connections: concurrency, pipelining: 1, allowH2: false })

/** The last one is what counts need in Graph. */
const COMMON = { accept: 'application/json', 'content-type': 'application/json', consistencylevel: 'eventual' }

async function fire({ method, url, authorization, body, status }: Sent): Promise<void> {
  const headers = { authorization, ...COMMON }
  const answer = await request(url, { dispatcher, method: method as 'GET', headers, body: body === '' ? null : body })
  await answer.body.text()
  if (answer.statusCode !== status) throw new Error(`HTTP ${answer.statusCode} instead of ${status} from ${url}`)
}

if (batched)
  for (let at = 0; at < requests.length; at += concurrency)
    await Promise.all(requests.slice(at, at + concurrency).map(fire))
else {
  let next = 0
  const worker = async () => {
    for (let sent = requests[next++]; sent !== undefined; sent = requests[next++]) await fire(sent)
  }
  await Promise.all(Array.from({ length: concurrency }, worker))
}
const { user, system } = process.cpuUsage(before)
const usage: LoopUsage = { wallMs: performance.now() - startedAt, cpuMs: (user + system) / 1000 }
writeFileSync(usagePath, JSON.stringify(usage))
process.exit()
