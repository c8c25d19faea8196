import { hashOf } from './chance.ts'
import type { Answer } from './exchange.ts'

/** Something that goes wrong with one request. */
export type Fault = { readonly name: string } & (
  | { readonly kind: 'answer'; readonly answer: Answer }
  /** Changes the true answer. */
  | { readonly kind: 'rewrite'; readonly rewrite: (answer: Answer) => Answer }
  /** Cut before any answer; cut in mid-body; never answered; a byte a second. */
  | { readonly kind: 'reset' | 'truncated' | 'hang' | 'drip' }
  | { readonly kind: 'wrong-id' | 'missing-identity' }
)

export interface FaultRequest {
  readonly call: string
  readonly target: string
  readonly method: string
  readonly host: string
  readonly path: string
  readonly token: string
  /** How often this call was made about this target before. */
  readonly nth: number
}

/** Decides for each request, in order of arrival, what goes wrong; nothing when it is `undefined`. `index` counts from 0. */
export type FaultPlan = (request: FaultRequest, index: number) => Fault | undefined

const HTML =
  '<!doctype html><html><head><title>Sign in</title></head><body><pre>upstream request timeout</pre></body></html>'
const html = { 'content-type': 'text/html; charset=utf-8' }

const answering = (name: string, status: number, body: string, headers?: Record<string, string>): Fault => ({
  name,
  kind: 'answer',
  answer: { status, body, ...(headers && { headers }) },
})

const refusal = (status: number, code: string): Fault =>
  answering(String(status), status, JSON.stringify({ error_code: code, message: `make-believe ${code}` }))

export const FAULTS = {
  '401': refusal(401, 'UNAUTHENTICATED'),
  '403': refusal(403, 'PERMISSION_DENIED'),
  '404': refusal(404, 'NOT_FOUND'),
  '429': answering('429', 429, '{"error_code":"REQUEST_LIMIT_EXCEEDED","message":"slow down"}', { 'retry-after': '1' }),
  '429-bare': answering('429-bare', 429, '{"error_code":"RESOURCE_EXHAUSTED","message":"slow down"}'),
  '500': refusal(500, 'INTERNAL_ERROR'),
  '503': refusal(503, 'TEMPORARILY_UNAVAILABLE'),
  'html-504': answering('html-504', 504, HTML, html),
  'html-200': answering('html-200', 200, HTML, html),
  'broken-json': answering('broken-json', 200, '{"databricks_user":{"internal_id":12,"username":"pat@exa'),
  empty: answering('empty', 200, ''),
  redirect: answering('redirect', 302, '', { location: 'https://login.microsoftonline.com/common/oauth2/authorize' }),
  reset: { name: 'reset', kind: 'reset' },
  truncated: { name: 'truncated', kind: 'truncated' },
  hang: { name: 'hang', kind: 'hang' },
  drip: { name: 'drip', kind: 'drip' },
  'wrong-id': { name: 'wrong-id', kind: 'wrong-id' },
  'missing-identity': { name: 'missing-identity', kind: 'missing-identity' },
} as const satisfies Record<string, Fault>
export type FaultName = keyof typeof FAULTS

/** Faults from which an audit recovers by asking again, and quickly. */
export const PASSING: readonly FaultName[] = [
  '500',
  '503',
  'html-504',
  '429',
  'reset',
  'truncated',
  'html-200',
  'broken-json',
  'empty',
]

export const throttledFor = (retryAfter: string): Fault =>
  answering('429', 429, '{"error_code":"REQUEST_LIMIT_EXCEEDED","message":"slow down"}', { 'retry-after': retryAfter })

export const isApiCall = (call: string): boolean => /\.(list|get|match)$/.test(call)

/**
 * One request in `n` goes wrong. Which ones depends on the seed, the call, its target and how often it was made, not on timing.
 * After `atMost` faults in a row about one target its next request is spared, so that every retry policy can get through.
 */
export function oneIn(
  n: number,
  options: { seed?: number; kinds?: readonly FaultName[]; atMost?: number; calls?: (call: string) => boolean } = {},
): FaultPlan {
  const { seed = 1, kinds = PASSING, atMost = 1, calls = isApiCall } = options
  const inARow = new Map<string, number>()
  return ({ call, target, nth }) => {
    if (!calls(call)) return undefined
    const key = `${call} ${target}`
    const chance = hashOf(`${seed} ${key} ${nth}`)
    const before = inARow.get(key) ?? 0
    const fault = chance % n === 0 && before < atMost
    inARow.set(key, fault ? before + 1 : 0)
    return fault ? FAULTS[kinds[Math.floor(chance / n) % kinds.length] as FaultName] : undefined
  }
}

/** A token bucket, as a server that answers 429 when it is empty. Full at first. */
export function tokenBucket(options: {
  perSecond: number
  burst?: number
  retryAfter?: string
  calls?: (call: string) => boolean
}): FaultPlan {
  const { perSecond, burst = Math.max(1, perSecond), retryAfter, calls = (call) => call.endsWith('.match') } = options
  const fault = retryAfter === undefined ? FAULTS['429-bare'] : throttledFor(retryAfter)
  let tokens = burst
  let last = performance.now()
  return ({ call }) => {
    if (!calls(call)) return undefined
    const now = performance.now()
    tokens = Math.min(burst, tokens + ((now - last) / 1000) * perSecond)
    last = now
    if (tokens < 1) return fault
    tokens--
    return undefined
  }
}

/** The first plan that has a fault for a request gives it; all of them see every request. */
export const firstOf =
  (...plans: readonly (FaultPlan | undefined)[]): FaultPlan =>
  (request, index) =>
    plans.map((plan) => plan?.(request, index)).find((fault) => fault !== undefined)
