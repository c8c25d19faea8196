import type { Clock } from '../ports.ts'

/** Long enough for what is asked once to be answered, short against what is waited while nobody gets through. */
const QUIET_MS = 60_000

/** Asks whenever a count has not grown for a minute, until the signal is aborted or an asking fails. Never throws. */
export async function whenQuiet(
  count: () => number,
  ask: () => Promise<unknown>,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  try {
    for (;;) {
      const before = count()
      await clock.sleep(QUIET_MS, signal)
      if (count() === before) await ask()
    }
  } catch {
    // What ails it ails those that are asked about in earnest.
  }
}
