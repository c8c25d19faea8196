import type { PrincipalType } from '../domain/principal.ts'
import { TYPE_CODES } from './tables.ts'

export interface TypeProgress {
  readonly type: PrincipalType
  readonly done: number
  readonly total: number
}

/** Text of `idp_divergence_progress.json`: the KB script's keys, for people and scripts that look at it. */
export function progressJsonOf(progress: readonly TypeProgress[]): string {
  const current = progress.find(({ done, total }) => done < total)
  return `${JSON.stringify({
    completed_types: progress.filter(({ done, total }) => done >= total).map(({ type }) => TYPE_CODES[type]),
    current_type: current === undefined ? null : TYPE_CODES[current.type],
    start_index: current?.done ?? 0,
    totals: Object.fromEntries(progress.map(({ type, total }) => [TYPE_CODES[type], total])),
  })}\n`
}
