import type { Ticket } from './pace.ts'
import { type PaceState, WIDEN_SOON_MS } from './pace-state.ts'

/** Accepted below a roof before a second refusal there means that it is one. */
const ROOF_PROOF = 20
const MOST_SURPRISES = 2
const [LEAST_WIDEN_MS, MOST_WIDEN_MS] = [5_000, 30_000]

/**
 * Does the number in flight explain a refusal? A server that counts requests at a time refuses at the same number each
 * time and accepts all below; one that counts in time soon accepts at a number at which it once refused.
 */
export const isRoof = ({ roof, belowRoof, spell }: PaceState, { inFlight }: Ticket): boolean =>
  spell === null && roof !== null && belowRoof >= ROOF_PROOF && inFlight >= roof

/** The server counts what is in flight: the window does it all, and there is nothing to wait for. */
export const crowded = (state: PaceState, roof: number, now: number): PaceState => ({
  ...state,
  mode: 'crowded',
  window: Math.max(1, roof - 1),
  roof,
  belowRoof: 0,
  surprises: 0,
  widenEveryMs: LEAST_WIDEN_MS,
  widenAt: now + LEAST_WIDEN_MS,
  reactedAt: now,
})

/** After a refusal; `undefined`: there were so many below the roof that it must be something else. */
export function crowdedAgain(state: PaceState, { widens, inFlight }: Ticket, now: number): PaceState | undefined {
  if (widens) {
    const widenEveryMs = Math.min(MOST_WIDEN_MS, Math.max(LEAST_WIDEN_MS, state.widenEveryMs * 1.5))
    return { ...state, roof: inFlight, surprises: 0, widenEveryMs, widenAt: now + widenEveryMs, reactedAt: now }
  }
  if (state.surprises >= MOST_SURPRISES) return undefined
  return { ...crowded(state, inFlight, now), surprises: state.surprises + 1 }
}

/** After an acceptance. */
export function roofed(state: PaceState, { widens, inFlight }: Ticket, now: number): PaceState {
  const after =
    state.roof !== null && inFlight >= state.roof
      ? { ...state, roof: null, belowRoof: 0 }
      : { ...state, belowRoof: state.belowRoof + 1 }
  if (!widens || state.mode !== 'crowded') return after
  const window = Math.min(state.most, state.window + 1)
  return { ...after, window, surprises: 0, widenEveryMs: WIDEN_SOON_MS, widenAt: now + WIDEN_SOON_MS }
}
