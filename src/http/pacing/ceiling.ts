import { LEAST_HOLD_MS, MOST_HOLD_MS, type PaceState, type Spell } from './pace-state.ts'

/** A pause of at most this share of a cycle says nothing of what is allowed. */
const SHORT_PAUSE = 0.15
/** Ceilings that differ by less are the same. */
const SAME = 0.04
/** What a probe above the ceiling may cost: time in which nothing is sent, and requests refused. */
const [PAUSED_SHARE, REFUSED_SHARE] = [0.02, 0.004]
/** As long as ceilings do not agree, probes follow sooner. */
const EAGERNESS = [0.15, 0.3, 0.6, 1]

type Ceiling = Pick<PaceState, 'ceiling' | 'holdMs' | 'sure'>

/**
 * What the server allows, from a cycle that ended when it accepted again. When the cycle began, the server had nothing
 * left (an empty bucket, a used-up window), and when it ends, neither: so what it accepted in between is what it allows in
 * that time, whatever kind of limit it has. A pause that is short against the cycle is left out, for a limit that keeps
 * nothing for later gave nothing for it.
 */
export function ceilingAfter(spell: Spell, acceptsAt: number): Ceiling {
  const wholeS = Math.max(0.05, (acceptsAt - spell.cycleFrom) / 1000)
  const activeS = Math.max(0.05, (spell.from - spell.cycleFrom) / 1000)
  const count = Math.max(1, spell.cycleCount)
  const isShort = wholeS - activeS <= SHORT_PAUSE * wholeS
  const mean = count / (isShort ? activeS : wholeS)
  const ceiling = isShort && spell.rate !== null ? (mean + Math.max(mean, spell.rate)) / 2 : mean
  const agrees = Math.abs(ceiling - spell.ceilingBefore) <= SAME * spell.ceilingBefore
  const sure = agrees ? Math.min(spell.sureBefore + 1, EAGERNESS.length - 1) : 0
  const dear = Math.max((acceptsAt - spell.from) / PAUSED_SHARE, (spell.refusals / (REFUSED_SHARE * ceiling)) * 1000)
  const holdMs = Math.min(MOST_HOLD_MS, Math.max(LEAST_HOLD_MS, dear * (EAGERNESS[sure] ?? 1)))
  return { ceiling, holdMs, sure }
}
