import { accountOf } from '../../src/databricks/account.ts'
import { matchSourceOf } from '../../src/databricks/idp-match.ts'
import { principalsOf } from '../../src/databricks/members.ts'
import type { Match } from '../../src/domain/match.ts'
import { PRINCIPAL_TYPES, type PrincipalType } from '../../src/domain/principal.ts'
import { graphSourceOf } from '../../src/entra/graph-match.ts'
import { systemClock } from '../../src/http/clock.ts'
import { graphHttp } from '../../src/http/graph-stack.ts'
import { databricksHttp } from '../../src/http/stack.ts'
import type { Account, BulkMatchSource, MatchSource, Snapshot } from '../../src/ports.ts'
import type { MakeBelieveAccount } from '../sandbox/account.ts'
import { databricksRoutes } from '../sandbox/databricks-server.ts'
import type { Route } from '../sandbox/exchange.ts'
import { graphRoutes } from '../sandbox/graph-server.ts'
import { type GraphTenant, makeTenant } from '../sandbox/graph-tenant.ts'
import { sendTo } from '../sandbox/in-process.ts'
import { makeTokens } from '../sandbox/tokens.ts'
import { never } from './wire.ts'

const HOST = 'accounts.azuredatabricks.net'
export const GRAPH = 'graph.microsoft.com'

export interface GraphWorld {
  readonly account: MakeBelieveAccount
  readonly tenant: GraphTenant
  /** The calls that were made, in order. */
  readonly calls: readonly string[]
  readonly graph: BulkMatchSource
  readonly databricks: MatchSource
  /** Preflight, phase 2 and the bulk reading. */
  prepare(options?: {
    early?: boolean
    learn?: boolean
    included?: readonly PrincipalType[]
    only?: readonly string[]
  }): Promise<void>
  everyMatch(source: MatchSource): Promise<Map<string, Match | string>>
}

/** Both match sources over a make-believe account and tenant, with every layer but the network. */
export function graphWorld(
  account: MakeBelieveAccount,
  options: { hasIam?: boolean; routes?: readonly Route[] } = {},
): GraphWorld {
  const tenant = makeTenant()
  const tokens = makeTokens()
  const calls: string[] = []
  const databricksToken = tokens.issue('databricks', '', HOST, 3600)
  const routes = [
    ...(options.routes ?? []),
    ...databricksRoutes({
      ...{ account, tokens, host: HOST, audience: '', subject: '', tokenLifetimeSeconds: 3600 },
      isAdmin: () => true,
      hasIam: options.hasIam ?? true,
    }),
    ...graphRoutes({ account, tenant, tokens }),
  ]
  const way = {
    transport: sendTo(routes, calls),
    places: { account: HOST, login: undefined, graph: GRAPH, accountId: account.accountId },
    counts: {},
    clock: hurried(),
    random: () => 0,
    maxConcurrency: 8,
  }
  const held = (token: string) => ({ current: async () => token, accept() {}, reject() {}, isFresh: () => false })
  const http = databricksHttp({ ...way, tokens: held(databricksToken) })
  const toGraph = graphHttp({ ...way, tokens: held(tokens.issue('entra', '', `https://${GRAPH}`, 3600)) })
  const address = { ask: http.ask, host: HOST, accountId: account.accountId }
  const scim = accountOf(address)
  const graph = graphSourceOf({
    ...{ ask: toGraph.ask, host: GRAPH, account: scim, principals: principalsOf(address) },
    clock: systemClock,
    tenantHas: toGraph.tenantHas,
  })
  return {
    ...{ account, tenant, calls, graph, databricks: matchSourceOf(address) },
    async prepare({ early = false, learn = true, included = PRINCIPAL_TYPES, only } = {}) {
      await graph.preflight(included, never)
      if (early) for (const type of included) graph.expect(type, account.principals[type].length, never)
      if (learn) for (const type of included) await learnAll(scim, graph, type)
      await graph.prepare(snapshotOf(account, included, only), never)
    },
    async everyMatch(source) {
      const matches = new Map<string, Match | string>()
      for (const type of PRINCIPAL_TYPES)
        for (const { id } of account.principals[type]) {
          const match = await source.match(type, id, never).catch((error) => `${error.reason}: ${error.code}`)
          matches.set(`${type} ${id}`, match)
        }
      return matches
    },
  }
}

async function learnAll(account: Account, graph: BulkMatchSource, type: PrincipalType): Promise<void> {
  for (let start = 1; ; ) {
    const { principals, promised } = await account.page(type, start, never)
    graph.learn(type, principals)
    start += principals.length
    if (principals.length === 0 || start > promised) return
  }
}

const snapshotOf = (
  account: MakeBelieveAccount,
  included: readonly PrincipalType[],
  only?: readonly string[],
): Pick<Snapshot, 'listed' | 'count' | 'ids'> => {
  const idsOf = (type: PrincipalType) =>
    account.principals[type].map(({ id }) => id).filter((id) => only?.includes(id) ?? true)
  return {
    listed: () => [...included],
    count: (type) => idsOf(type).length,
    async *ids(type) {
      yield idsOf(type).map((id, position) => ({ position, id }))
    },
  }
}

/** A pause of a limiter or of a retry is over at once, and a second passes between two looks. */
function hurried() {
  let now = 0
  const at = () => {
    now += 1000
    return now
  }
  return {
    ...systemClock,
    now: at,
    sleep: (ms: number, signal?: AbortSignal) => systemClock.sleep(ms > 30_000 ? ms : 0, signal),
  }
}
