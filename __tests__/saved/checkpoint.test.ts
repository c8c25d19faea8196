import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  type Checkpoint,
  endOf,
  isAffordable,
  refusalOf,
  SAVED_BYTES_PER_RUN,
  saveIntervalMs,
} from '../../src/domain/checkpoint.ts'
import { checkpointOfRun, FINGERPRINT, hastyClock } from './make-believe-audit.ts'

const HOUR = 3_600_000
const NOW = new Date('2026-11-22T12:00:00Z')
const ago = (hours: number) => new Date(NOW.getTime() - hours * HOUR).toISOString()
const saved = (changes: Partial<Checkpoint>): Checkpoint => ({
  ...checkpointOfRun('1', hastyClock()),
  ...{ startedAt: ago(2), committedAt: ago(1), firstAnswerAt: ago(2), ...changes },
})
const expected = { fingerprint: FINGERPRINT, maxAgeMs: 36 * HOUR, now: NOW, runId: '2', ownRunOnly: false }

describe('refusalOf', () => {
  test.each<[string, Partial<Checkpoint>, Partial<typeof expected>, string | undefined]>([
    ['a fresh one of another run', {}, {}, undefined],
    [
      'one just within resume-max-age',
      { committedAt: ago(35.9), firstAnswerAt: ago(40), startedAt: ago(41) },
      {},
      undefined,
    ],
    ['one past resume-max-age', { committedAt: ago(36.1), firstAnswerAt: ago(40), startedAt: ago(41) }, {}, 'too-old'],
    [
      'one past resume-max-age, of the same run',
      { committedAt: ago(36.1), firstAnswerAt: ago(40), startedAt: ago(41) },
      { runId: '1' },
      undefined,
    ],
    ['answers of more than 72 h', { firstAnswerAt: ago(72.1), startedAt: ago(73) }, {}, 'too-old'],
    [
      'answers of more than 72 h, of the same run',
      { firstAnswerAt: ago(72.1), startedAt: ago(73) },
      { runId: '1' },
      'too-old',
    ],
    ['a listing of just under 72 h', { firstAnswerAt: undefined, startedAt: ago(71.9) }, {}, undefined],
    [
      'a listing of more than 72 h, though committed just now',
      { firstAnswerAt: undefined, startedAt: ago(73), committedAt: ago(0) },
      {},
      'too-old',
    ],
    [
      'a listing of more than 72 h with young answers',
      { firstAnswerAt: ago(1), startedAt: ago(73) },
      { runId: '1' },
      'too-old',
    ],
    ['another run, where only the own one counts', {}, { ownRunOnly: true }, 'other-run'],
    ['the own run, where only that counts', {}, { ownRunOnly: true, runId: '1' }, undefined],
    ['one that passed', { ended: 'passed' }, { runId: '1' }, 'finished'],
    ['one that failed', { ended: 'failed' }, {}, 'finished'],
    ['one that was discarded', { ended: 'discarded' }, {}, 'finished'],
    ['a clock three minutes ahead', { committedAt: ago(-0.05) }, {}, undefined],
    ['a clock an hour ahead', { committedAt: ago(-1) }, {}, 'from-the-future'],
    ['no time at all', { startedAt: 'never' }, {}, 'from-the-future'],
  ])('case 62: %s', (_, changes, circumstances, refusal) =>
    expect(refusalOf(saved(changes), { ...expected, ...circumstances })).toBe(refusal),
  )
})

const USERS = { type: 'users' } as const
const WORKSPACES = { type: 'workspaces' } as const

describe('endOf', () => {
  test.each([
    ['passed', [], 'passed'],
    ['failed', [], 'failed'],
    ['incomplete', ['too-many-failures'], undefined],
    ['incomplete', ['time-up'], undefined],
    ['incomplete', ['cancelled', 'too-many-failures'], undefined],
    ['incomplete', ['access-lost'], undefined],
    ['incomplete', ['unavailable'], undefined],
    // Stopped before it came to anything, which says nothing of what an earlier run found.
    ['incomplete', ['cancelled', 'nothing-listed'], undefined],
    ['incomplete', ['time-up', 'nothing-checked'], undefined],
    ['incomplete', ['unavailable', 'nothing-checked', 'too-many-failures'], undefined],
    // A rule that cannot be judged does not take the time back.
    ['incomplete', ['time-up', 'federation-unknown'], undefined],
    ['incomplete', ['federation-unknown'], 'discarded'],
    ['incomplete', ['nothing-listed'], 'discarded'],
    ['incomplete', ['time-up', 'wrong-identities'], 'discarded'],
    ['incomplete', ['idp-unreadable'], 'discarded'],
    ['incomplete', ['listing-untrusted'], 'discarded'],
    ['incomplete', ['cancelled', 'listing-untrusted'], 'discarded'],
    // What yesterday's run found is not lost by a sign-in that fails today.
    ['error', [], undefined],
  ] as const)('%s by %j: %s', (conclusion, incompleteness, end) => {
    const untrustedListings = (incompleteness as readonly string[]).includes('listing-untrusted') ? [USERS] : []
    expect(endOf({ conclusion, incompleteness, untrustedListings })).toBe(end)
  })

  test.each([
    [['time-up', 'listing-untrusted'], [WORKSPACES], undefined],
    [['time-up', 'listing-untrusted'], [WORKSPACES, USERS], 'discarded'],
    // Nothing is left that a run that goes on could do.
    [['listing-untrusted'], [WORKSPACES], 'discarded'],
  ] as const)('incomplete by %j of %j: %s', (incompleteness, untrustedListings, end) =>
    expect(endOf({ conclusion: 'incomplete', incompleteness, untrustedListings })).toBe(end),
  )
})

describe('saveIntervalMs', () => {
  const facts = fc.record({
    costMs: fc.nat({ max: 600_000 }),
    bytes: fc.nat({ max: 2 * SAVED_BYTES_PER_RUN }),
    failures: fc.nat({ max: 100 }),
    savedBytes: fc.nat({ max: SAVED_BYTES_PER_RUN }),
    remainingMs: fc.nat({ max: 432_000_000 }),
  })

  test('is never shorter than a minute', () => {
    fc.assert(fc.property(facts, (given) => (saveIntervalMs(given) ?? Number.POSITIVE_INFINITY) >= 60_000))
  })

  test('is at most five minutes while saves succeed and are small', () => {
    fc.assert(
      fc.property(fc.nat({ max: 600_000 }), fc.nat({ max: 1_000_000 }), (costMs, bytes) => {
        const six = { costMs, bytes, failures: 0, savedBytes: 0, remainingMs: 6 * HOUR }
        expect(saveIntervalMs(six)).toBeLessThanOrEqual(300_000)
      }),
    )
  })

  test('what one run saves is at most 500 MB, whatever the sizes, costs and durations', () => {
    const run = fc.record({
      hours: fc.integer({ min: 1, max: 120 }),
      // The state grows, and compresses as it likes.
      sizes: fc.array(fc.nat({ max: 400_000_000 }), { minLength: 1, maxLength: 50 }),
      costs: fc.array(fc.nat({ max: 120_000 }), { minLength: 1, maxLength: 50 }),
    })
    fc.assert(
      fc.property(run, ({ hours, sizes, costs }) => {
        let [savedBytes, nowMs, bytes, costMs, saves] = [0, 0, 0, 0, 0]
        const save = (isLast: boolean) => {
          const size = sizes[saves % sizes.length] ?? 0
          costMs = costs[saves % costs.length] ?? 0
          saves++
          bytes = isAffordable(size, savedBytes, isLast) ? size : 0
          savedBytes += bytes
        }
        save(false)
        while (nowMs < hours * HOUR && saves < 10_000) {
          const remainingMs = hours * HOUR - nowMs
          const interval = saveIntervalMs({ costMs, bytes, failures: 0, savedBytes, remainingMs })
          if (interval === undefined) break
          nowMs += interval + costMs
          if (nowMs < hours * HOUR) save(false)
        }
        save(true)
        save(true)
        expect(savedBytes).toBeLessThanOrEqual(SAVED_BYTES_PER_RUN)
      }),
    )
  })

  test('a day of a state of 12 MiB goes on being saved to its end', () => {
    let [savedBytes, nowMs, saves] = [0, 0, 0]
    const bytes = 12 * 1024 ** 2
    const end = 24 * HOUR
    for (;;) {
      const facts = { costMs: 3_000, bytes, failures: 0, savedBytes, remainingMs: end - nowMs }
      const interval = saveIntervalMs(facts)
      if (interval === undefined || nowMs + interval > end) break
      nowMs += interval
      savedBytes += bytes
      saves++
    }
    expect(end - nowMs).toBeLessThan(2 * HOUR)
    expect(saves).toBeGreaterThan(30)
    expect(isAffordable(bytes, savedBytes, true)).toBe(true)
  })
})
