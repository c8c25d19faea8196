import { arch, platform } from 'node:os'
import * as core from '@actions/core'
import type { AuditConfig, SignIn } from '../config.ts'
import { accountOf } from '../databricks/account.ts'
import { explainForbidden, explainUnauthorized, MATCH_API_MISSING } from '../databricks/explanation.ts'
import { matchSourceOf } from '../databricks/idp-match.ts'
import { githubOidcSignIn, oauthM2mSignIn } from '../databricks/sign-in.ts'
import type { SavedPaces } from '../domain/checkpoint.ts'
import type { AuditError } from '../domain/failure.ts'
import { githubOidcAzureSignIn, LOGIN_HOSTS } from '../entra/sign-in.ts'
import { idTokens } from '../github/oidc.ts'
import { agentOf } from '../http/agent.ts'
import type { CallCounts } from '../http/calls.ts'
import { type Claims, claimsOf } from '../http/claims.ts'
import { systemClock } from '../http/clock.ts'
import type { Send } from '../http/send.ts'
import { databricksHttp, signInSend } from '../http/stack.ts'
import { tokenHolder } from '../http/token.ts'
import type { AccessToken } from '../http/token-answer.ts'
import { transport } from '../http/transport.ts'
import { userAgentOf } from '../http/user-agent.ts'
import type { Account, MatchSource } from '../ports.ts'
import type { Pressure } from '../progress.ts'
import { VERSION } from '../version.ts'

/** The outside world of one audit, made of the real parts. */
export interface Clients {
  readonly account: Account
  readonly source: MatchSource
  readonly calls: () => CallCounts
  readonly pressure: () => Pressure
  readonly paces: () => SavedPaces
  /** What a fault of access means here and what to change; its own message where there is nothing to add. */
  readonly explain: (fault: AuditError) => string
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
  const counts: CallCounts = {}
  const way = {
    transport: transport({ dispatcher, clock }),
    places: { account: host, login: loginHostOf(signIn), accountId },
    counts,
    userAgent: userAgentOf({
      version: VERSION,
      node: process.version,
      os: `${platform()}-${arch()}`,
      authType: signIn.type,
    }),
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
  const caller = () => ({ clientId: signIn.clientId, claims })
  return {
    account: accountOf(address),
    source: matchSourceOf(address),
    calls: () => ({ ...counts }),
    paces: http.paces,
    pressure: () => pressureOf([http.readout('list'), http.readout('match')]),
    explain(fault) {
      if (fault.reason === 'forbidden') return explainForbidden(caller())
      if (fault.reason === 'unauthorized') return explainUnauthorized(caller())
      return fault.reason === 'endpoint-not-found' ? MATCH_API_MISSING : fault.message
    },
    who: `Account ${accountId} on ${host}, signed in by ${signIn.type} as ${signIn.clientId ?? 'the federation policy decides'}`,
    close: () => dispatcher.close(),
  }
}

const loginHostOf = (signIn: SignIn): string | undefined =>
  signIn.type === 'github-oidc-azure' ? LOGIN_HOSTS[signIn.environment] : undefined

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

type Readout = ReturnType<ReturnType<typeof databricksHttp>['readout']>

const pressureOf = (readouts: readonly Readout[]): Pressure => ({
  throttled: readouts.reduce((sum, { throttled }) => sum + throttled, 0),
  paused: readouts.some(({ pausedForMs, waitingForHost }) => pausedForMs > 0 || waitingForHost),
})
