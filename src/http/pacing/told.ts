import { ceilingAfter } from './ceiling.ts'
import { withExtraCost } from './pace.ts'
import type { PaceState } from './pace-state.ts'
import { spellOf } from './spell.ts'

/** What an answer says of the limit besides being one; `undefined` where it does not. */
export interface Told {
  /** Units that the call really cost, less those that were expected. */
  readonly extra: number
  /** Used of what the server allows; 1 is the limit. */
  readonly share: number | undefined
}

/** The rest is for what is under way. */
const NEAR = 0.97
/** When the limit was not near for so long, it is met anew. */
const ANEW_MS = 2_000
const MOST_WAIT_MS = 5_000
/** Of the time below the ceiling, so much is skipped: no refusal has to be made up for. */
const SKIPPED = 0.5

/**
 * After an answer to what was sent at `sentAt`. When the limit is near, one request at a time finds out when it no longer
 * is, as after a refusal, but without one. What was spent between two times at which it was met is what the server allows
 * in between, whatever it counts in.
 */
export function withTold(before: PaceState, { extra, share = 0 }: Told, sentAt: number, now: number): PaceState {
  // What was sent before the reaction was counted before it, too.
  if (sentAt < before.reactedAt || before.pinned !== null) return before
  const state = extra === 0 ? before : withExtraCost(before, extra)
  if (state.spell !== null) return state
  if (share < NEAR) return state.single ? { ...state, single: false, probing: false } : state
  const waitUntil = now + Math.min(MOST_WAIT_MS, (share - NEAR) * state.keepsMs)
  const met = now - state.nearAt >= ANEW_MS ? withMet(state, share, now) : state
  return {
    ...met,
    mode: 'paced',
    window: state.most,
    single: true,
    nearAt: now,
    reactedAt: now,
    risenMs: met.holdMs * SKIPPED,
    pausedUntil: Math.max(state.pausedUntil, waitUntil),
    nextAt: Math.max(state.nextAt, waitUntil),
  }
}

const withMet = (state: PaceState, share: number, now: number): PaceState => ({
  ...state,
  // After a refusal another share was used up when the cycle began.
  ...(state.cycleShare < 1 ? ceilingAfter(spellOf(state, now, 0, share), now) : {}),
  ...{ cycleFrom: now, cycleCount: 0, cycleShare: share },
})

/** The server documents another limit for us than was thought: it counts until something else was found out. */
export const withDocumented = (state: PaceState, perSecond: number): PaceState =>
  state.mode === 'open' ? { ...state, ceiling: perSecond } : state
