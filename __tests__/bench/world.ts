// The make-believe account in a process of its own, so that its work is not counted as the client's.
import { type Sandbox, startSandbox } from '../sandbox/sandbox.ts'
import { leastRequests } from './least.ts'

export interface WorldOptions {
  readonly users: number
  readonly groups: number
  readonly servicePrincipals: number
  /** Of every call of the account's API and of Graph. */
  readonly latencyMs: number
  /** Most members of a group. */
  readonly groupSize?: number
}

/** A request as it was made, to be made again. */
export interface Sent {
  readonly call: string
  readonly method: string
  readonly url: string
  readonly authorization: string
  readonly body: string
  /** What was answered. */
  readonly status: number
}

/** What the benchmark may ask of this process, with what it is told. */
export interface WorldAnswers {
  start: { folder: string; env: Record<string, string>; inputs: Record<string, string>; identities: number }
  /** Forgets what was asked so far. */
  forget: true
  /** How often each call came. */
  counts: Record<string, number>
  /** Epoch ms of the first request of the account's API, Graph or a sign-in. */
  firstRequestAt: number | undefined
  /** Requests to the account's API and Graph, in order of arrival. */
  sent: Sent[]
  /** The same for the first so many match calls. */
  matches: Sent[]
  /** The fewest requests that a reader of Graph can do with. */
  least: ReturnType<typeof leastRequests>
  /** Members of all groups, each as often as it is one. */
  memberships: number
  close: boolean
}
export type WorldQuestion = keyof WorldAnswers

const options = JSON.parse(process.argv[2] ?? '') as WorldOptions
const { latencyMs, ...account } = options
let [forgotten, firstRequestAt] = [0, undefined as number | undefined]
const sandbox: Sandbox = await startSandbox({
  account,
  forBenchmarks: true,
  latencyMs: [latencyMs, latencyMs],
  tokenLifetimeSeconds: 24 * 3600,
  faults() {
    firstRequestAt ??= Date.now()
    return undefined
  },
})

const asked = () => sandbox.requests.slice(forgotten)
const isOfApi = (call: string) => /^graph\.|^(workspaces|users|groups|service-principals)\./.test(call)

const answers: { [Question in WorldQuestion]: () => WorldAnswers[Question] | Promise<WorldAnswers[Question]> } = {
  start: () => ({
    folder: sandbox.folder,
    env: sandbox.env(),
    inputs: sandbox.inputs(),
    identities: Object.values(sandbox.account.principals).reduce((sum, list) => sum + list.length, 0),
  }),
  forget() {
    forgotten = sandbox.requests.length
    firstRequestAt = undefined
    return true
  },
  counts() {
    const counts: Record<string, number> = {}
    for (const { call } of asked()) counts[call] = (counts[call] ?? 0) + 1
    return counts
  },
  firstRequestAt: () => firstRequestAt,
  sent: () => sentAgain(asked().filter(({ call }) => isOfApi(call))),
  matches: () =>
    sentAgain(
      asked()
        .filter(({ call }) => call.endsWith('.match'))
        .slice(0, 600),
    ),
  least: () => leastRequests(sandbox.account),
  memberships: () => sandbox.account.principals.groups.reduce((sum, { members }) => sum + members.length, 0),
  async close() {
    await sandbox[Symbol.asyncDispose]()
    return true
  },
}

function sentAgain(records: ReturnType<typeof asked>): Sent[] {
  const tokens = new Map(sandbox.tokens.map(({ id, token }) => [id, token]))
  return records.map(({ call, method, host, path, query, token, body = '', status }) => ({
    ...{ call, method, body, status },
    url: `https://${host}${path}${query}`,
    authorization: `Bearer ${tokens.get(token)}`,
  }))
}

process.on('message', async (question: WorldQuestion) => {
  process.send?.(await answers[question]())
  if (question === 'close') process.exit()
})
process.send?.('ready')
