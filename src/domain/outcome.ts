import { type Divergence, divergenceOf, isLocalOnly } from './divergence.ts'
import type { Failure } from './failure.ts'
import type { Match } from './match.ts'

/** What became of one listed identity. `linked`: its external id is in the IdP under the same name. */
export type Outcome =
  | { readonly kind: 'linked' }
  | { readonly kind: 'local-only' }
  | { readonly kind: 'divergent'; readonly divergence: Divergence }
  | { readonly kind: 'gone' }
  | { readonly kind: 'failed'; readonly failure: Failure }

export function outcomeOf(match: Match): Outcome {
  const divergence = divergenceOf(match)
  if (divergence !== undefined) return { kind: 'divergent', divergence }
  return isLocalOnly(match) ? { kind: 'local-only' } : { kind: 'linked' }
}
