import { LEAST_HOLD_MS, LEAST_RISE_MS, MOST_HOLD_MS, MOST_RISE_MS, type PaceState, type Spell } from './pace-state.ts'

/** A pause of less than the first share of a cycle says nothing of what is allowed; from the second on, it counts. */
const [SHORT_PAUSE, LONG_PAUSE] = [0.1, 0.25]
/** A shorter cycle after an answer that told of the limit says nothing new. */
const SHORT_S = 2
/** Ceilings that differ by less are the same. */
const SAME = 0.04
/** What a probe above the ceiling may cost: time in which nothing is sent, and requests refused. */
const [PAUSED_SHARE, REFUSED_SHARE] = [0.02, 0.004]
/** As long as ceilings do not agree, probes follow sooner. */
const EAGERNESS = [0.3, 0.6, 1]
const SURE = EAGERNESS.length
const [UNSURE_SHARE, UNSURE_HOLD_MS] = [0.15, 6_000]
/** How much the pace at which it was refused may raise what the cycle says. */
const MOST_RAISE = 1.1

/** When it began to accept again: if only tries could tell, somewhere between the last refusal and the acceptance. */
export const opensAtOf = ({ lastSilentAt }: Spell, acceptsAt: number): number =>
  lastSilentAt === null ? acceptsAt : (lastSilentAt + acceptsAt) / 2

type Ceiling = Pick<PaceState, 'ceiling' | 'holdMs' | 'riseMs' | 'sure' | 'trusted'>

/**
 * What the server allows, from a cycle that ended when it accepted again. When the cycle began, the server had nothing
 * left (an empty bucket, a used-up window), and when it ends, neither: so what it accepted in between is what it allows in
 * that time, whatever kind of limit it has. A pause that is short against the cycle is left out, for a limit that keeps
 * nothing for later gave nothing for it.
 */
export function ceilingAfter(spell: Spell, acceptsAt: number): Ceiling {
  const opensAt = opensAtOf(spell, acceptsAt)
  const pauseMs = Math.max(0, opensAt - spell.from)
  const wholeS = Math.max(0.05, (opensAt - spell.cycleFrom) / 1000)
  const activeS = Math.max(0.05, wholeS - pauseMs / 1000)
  const count = Math.max(1, spell.cycleCount)
  const pauseShare = pauseMs / (wholeS * 1000)
  const forgets = Math.min(1, Math.max(0, (LONG_PAUSE - pauseShare) / (LONG_PAUSE - SHORT_PAUSE)))
  const raised = raisedTo(count / activeS, spell.rate ?? 0)
  const mean = forgets * raised + (1 - forgets) * (count / wholeS)
  const kept =
    spell.keptMs > 0
      ? perhapsKept(spell, count / (wholeS + spell.keptMs / 1000), activeS < SHORT_S ? undefined : mean)
      : undefined
  const { ceiling, trusted } =
    kept ?? (forgets > 0 ? { ceiling: mean, trusted: count / activeS } : doubted(mean, spell.trustedBefore))
  const agrees = Math.abs(ceiling - spell.ceilingBefore) <= SAME * spell.ceilingBefore
  const sure = agrees ? Math.min(Math.max(0, spell.sureBefore) + 1, SURE) : Math.min(0, spell.sureBefore) - 1
  const dear = Math.max((acceptsAt - spell.from) / PAUSED_SHARE, (spell.refusals / (REFUSED_SHARE * ceiling)) * 1000)
  const share = sure > 0 ? (EAGERNESS[sure - 1] ?? 1) : UNSURE_SHARE
  const mostHoldMs = sure > 0 ? MOST_HOLD_MS : Math.min(MOST_HOLD_MS, UNSURE_HOLD_MS * 1.5 ** (-1 - sure))
  const holdMs = Math.min(mostHoldMs, Math.max(LEAST_HOLD_MS, dear * share))
  const riseMs = Math.min(MOST_RISE_MS, Math.max(LEAST_RISE_MS, holdMs / 2, pauseMs))
  return { ceiling, holdMs, riseMs, sure, trusted }
}

/**
 * Nobody knows how much of what the server may have kept was there: what was thought before, where it fits. `most`:
 * `undefined` where the cycle was too short to tell.
 */
function perhapsKept({ ceilingBefore }: Spell, least: number, most = Number.POSITIVE_INFINITY) {
  const ceiling = Math.min(most, Math.max(least, ceilingBefore))
  return { ceiling, trusted: ceiling }
}

const raisedTo = (mean: number, rate: number): number => Math.min(MOST_RAISE * mean, (mean + Math.max(mean, rate)) / 2)

/**
 * A short cycle with a long pause says little about a limit that keeps nothing for later: once, what held before is
 * believed rather than that.
 */
const doubted = (mean: number, trusted: number | null) =>
  trusted !== null && mean < 0.9 * trusted ? { ceiling: trusted, trusted: null } : { ceiling: mean, trusted: null }
