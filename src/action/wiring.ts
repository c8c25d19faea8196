import { arch, platform } from 'node:os'
import * as core from '@actions/core'
import type { AuditConfig } from '../config.ts'
import { accountOf } from '../databricks/account.ts'
import { explained } from '../databricks/explanation.ts'
import { matchSourceOf } from '../databricks/idp-match.ts'
import { principalsOf } from '../databricks/members.ts'
import { githubOidcSignIn, oauthM2mSignIn } from '../databricks/sign-in.ts'
import type { SavedPace, SavedPaces } from '../domain/checkpoint.ts'
import type { AuditError } from '../domain/failure.ts'
import { graphSourceOf } from '../entra/graph-match.ts'
import { GRAPH_HOSTS, githubOidcAzureSignIn, githubOidcGraphSignIn, LOGIN_HOSTS } from '../entra/sign-in.ts'
import { idTokens } from '../github/oidc.ts'
import { agentOf } from '../http/agent.ts'
import type { CallCounts } from '../http/calls.ts'
import { type Claims, claimsOf } from '../http/claims.ts'
import { systemClock } from '../http/clock.ts'
import { graphHttp } from '../http/graph-stack.ts'
import type { Send } from '../http/send.ts'
import { databricksHttp, signInSend } from '../http/stack.ts'
import type { Places } from '../http/table.ts'
import { tokenHolder } from '../http/token.ts'
import type { AccessToken } from '../http/token-answer.ts'
import { transport } from '../http/transport.ts'
import { userAgentOf } from '../http/user-agent.ts'
import type { Account, BulkMatchSource, MatchSource, Principals } from '../ports.ts'
import type { Pressure } from '../progress.ts'
import { VERSION } from '../version.ts'
import { log } from './telling.ts'

/** The outside world of one audit, made of the real parts. */
export interface Clients {
  readonly account: Account
  readonly source: MatchSource
  /** The source, where it reads in bulk before it answers. */
  readonly bulk: BulkMatchSource | undefined
  readonly calls: () => CallCounts
  readonly pressure: () => Pressure
  /** What was found out about the servers' limits, for a later run. */
  readonly paces: () => SavedPaces
  /** The same, or what it means here and what to change. */
  readonly explain: (fault: AuditError) => AuditError
  /** One line: who signs in, where and how. */
  readonly who: string
  close(): Promise<void>
}

export function clientsOf(
  config: AuditConfig,
  env: NodeJS.ProcessEnv,
  signal: AbortSignal,
  savedPaces: SavedPaces,
): Clients {
  const { accountId, host, signIn, maxConcurrency, requestsPerSecond } = config
  const clock = systemClock
  const dispatcher = agentOf(env, { connections: maxConcurrency })
  const os = `${platform()}-${arch()}`
  const userAgent = userAgentOf({ version: VERSION, node: process.version, os, authType: signIn.type })
  const counts: CallCounts = {}
  const way = {
    transport: transport({ dispatcher, clock, userAgent }),
    places: placesOf(config),
    counts,
  }

  let claims: Claims | undefined
  const tokens = idTokens({ env, core, clock })
  const idToken = async (audience: string, until: AbortSignal) => {
    const token = await tokens(audience, until)
    claims = claimsOf(token)
    return token
  }
  const mask = (secret: string) => core.setSecret(secret)
  const holder = tokenHolder({
    fetch: signInOf(config, { send: signInSend(way), idToken, mask }),
    clock,
    random: Math.random,
    onToken: mask,
    onFailed: logFailedSignIn,
    signal,
  })
  const http = databricksHttp({
    ...way,
    tokens: holder,
    clock,
    random: Math.random,
    maxConcurrency,
    requestsPerSecond,
    savedPaces,
  })
  const address = { ask: http.ask, host, accountId }
  const account = accountOf(address)
  const graph = graphOf(config, {
    ...way,
    account,
    principals: principalsOf(address),
    idToken,
    mask,
    signal,
    savedPace: savedPaces.graph,
  })
  return {
    account,
    source: graph?.source ?? matchSourceOf(address),
    bulk: graph?.source,
    calls: () => ({ ...counts }),
    paces: () => ({ ...http.paces(), graph: graph?.pace() }),
    pressure: () => pressureOf([http.readout('list'), http.readout('match'), ...(graph ? [graph.readout()] : [])]),
    explain: (fault) => explained(fault, { clientId: signIn.clientId, claims }),
    who: `Account ${accountId} on ${host}, signed in by ${signIn.type} as ${signIn.clientId ?? 'the federation policy decides'}`,
    close: () => dispatcher.close(),
  }
}

function placesOf({ host, accountId, signIn, matchSource }: AuditConfig): Places {
  const azure = matchSource.type === 'graph' ? matchSource : signIn.type === 'github-oidc-azure' ? signIn : undefined
  return {
    account: host,
    login: azure && LOGIN_HOSTS[azure.environment],
    graph: matchSource.type === 'graph' ? GRAPH_HOSTS[matchSource.environment] : undefined,
    accountId,
  }
}

type GraphWay = Parameters<typeof signInSend>[0] &
  Pick<SignInPorts, 'idToken' | 'mask'> & {
    readonly account: Account
    readonly principals: Principals
    readonly signal: AbortSignal
    readonly savedPace: SavedPace | undefined
  }

/** Otherwise a sign-in that is tried again and again would look as if nothing happened. */
const logFailedSignIn = ({ message }: AuditError): void => log.info(`Not signed in yet, trying again: ${message}`)

/** Microsoft Graph, where the audit asks it: its own sign-in, its own limits. */
function graphOf({ matchSource, maxConcurrency }: AuditConfig, way: GraphWay) {
  if (matchSource.type !== 'graph') return undefined
  const { account, principals, idToken, mask, signal } = way
  const [clock, random] = [systemClock, Math.random]
  const fetch = githubOidcGraphSignIn({ send: signInSend(way), idToken, mask, clock }, matchSource)
  const tokens = tokenHolder({ fetch, clock, random, onToken: mask, onFailed: logFailedSignIn, signal })
  const http = graphHttp({ ...way, tokens, clock, random, maxConcurrency })
  const source = graphSourceOf({
    ...{ ask: http.ask, host: GRAPH_HOSTS[matchSource.environment], account, principals, clock },
    tenantHas: http.tenantHas,
  })
  return { source, readout: http.readout, pace: http.pace }
}

interface SignInPorts {
  readonly send: Send
  readonly idToken: (audience: string, signal: AbortSignal) => Promise<string>
  readonly mask: (secret: string) => void
}

function signInOf(
  { signIn, host, accountId }: AuditConfig,
  ports: SignInPorts,
): (signal: AbortSignal) => Promise<AccessToken> {
  const all = { ...ports, clock: systemClock, host, accountId }
  switch (signIn.type) {
    case 'github-oidc-azure':
      return githubOidcAzureSignIn(all, signIn)
    case 'github-oidc':
      return githubOidcSignIn(all, signIn)
    case 'oauth-m2m':
      return oauthM2mSignIn(all, signIn)
  }
}

type Readout = Pick<
  ReturnType<ReturnType<typeof databricksHttp>['readout']>,
  'throttled' | 'pausedForMs' | 'waitingForHost'
>

const pressureOf = (readouts: readonly Readout[]): Pressure => ({
  throttled: readouts.reduce((sum, { throttled }) => sum + throttled, 0),
  waiting: readouts.some(({ waitingForHost }) => waitingForHost)
    ? 'for-answers'
    : readouts.some(({ pausedForMs }) => pausedForMs > 0)
      ? 'as-asked'
      : undefined,
})
