import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { disproved, judged, proved, type Suspicion, unsuspecting } from '../../src/http/pacing/suspicion.ts'

const ticket = { inFlight: 8, cost: 1, probe: false, widens: false }
const open = { ticket, reactedAt: 0, closed: false, ceiling: 50 }

interface Step {
  readonly url: string
  readonly result: 'answered' | 'throttled' | 'transient' | 'void'
  readonly retryAfterMs?: number
}

/** One answer every 100 ms; what each led to, and what is known in the end. */
function outcomeOf(steps: readonly Step[], from = unsuspecting, standing = open) {
  let suspicion = from
  const limits = steps.map(({ url, result, retryAfterMs }, index) => {
    const [sentAt, endedAt] = [100 * index, 100 * index + 50]
    const judgement = judged(suspicion, url, { sentAt, endedAt, result, retryAfterMs }, standing)
    suspicion = judgement.suspicion
    return judgement.limit
  })
  return { suspicion, limits, reactions: limits.filter((limit) => limit !== undefined).length }
}

const refused = (url: string, retryAfterMs?: number): Step =>
  retryAfterMs === undefined ? { url, result: 'throttled' } : { url, result: 'throttled', retryAfterMs }
const passed = (url: string): Step => ({ url, result: 'answered' })
const others = (count: number, name = 'other') => Array.from({ length: count }, (_, n) => passed(`${name}${n}`))
/** Refusals that pass when they are tried again: those of a limit. */
const limited = outcomeOf(['a', 'b', 'c'].flatMap((url) => [refused(url), ...others(9), passed(url)])).suspicion

describe('judged()', () => {
  test('a lone refusal, refused again while others pass, is its own', () => {
    expect(outcomeOf([refused('a'), ...others(9), refused('a'), ...others(9), refused('a')]).reactions).toBe(0)
  })

  test('one that passes when it is tried again was about the limit, as of now', () => {
    const { limits } = outcomeOf([refused('a', 100), ...others(9), passed('a')])
    expect(limits.at(-1)?.attempt).toStrictEqual({ sentAt: 1_050, endedAt: 1_050, result: 'throttled' })
    expect(limits.filter(Boolean)).toHaveLength(1)
  })

  test('nothing is said by one that passes only much later', () => {
    expect(outcomeOf([refused('a'), ...others(60), passed('a')]).reactions).toBe(0)
  })

  test('many at a time are not their own', () => {
    const many = Array.from({ length: 5 }, (_, n) => refused(`r${n}`))
    expect(outcomeOf(many).reactions).toBe(1)
    const half = Array.from({ length: 12 }, (_, n) => (n % 2 === 0 ? refused(`r${n}`) : passed(`p${n}`)))
    expect(outcomeOf(half).reactions).toBeGreaterThan(0)
  })

  test('once refusals were about the limit, the next is reacted to at once', () => {
    expect(limited.ownShare.short).toBeLessThan(0.5)
    expect(outcomeOf([refused('d')], limited).reactions).toBe(1)
  })

  test('and a few that are their own make it wait again', () => {
    const own = ['d', 'e', 'f'].flatMap((url) => [refused(url), ...others(9), refused(url), ...others(9)])
    const { suspicion } = outcomeOf(own, limited)
    expect(outcomeOf([refused('g')], suspicion).reactions).toBe(0)
  })

  test('what a lone refusal asks for holds for all once another is refused, or when it has been so before', () => {
    const hint = refused('d', 1_500)
    expect(outcomeOf([hint], limited).limits[0]?.holdsForAll).toBe(false)
    expect(outcomeOf([hint], limited, { ...open, closed: true }).limits[0]?.holdsForAll).toBe(true)
    const told = outcomeOf([refused('a', 500), ...others(9), passed('a')], limited).suspicion
    expect(outcomeOf([hint], told).limits[0]?.holdsForAll).toBe(true)
  })

  test('those that ask to wait for long are judged by what became of such, whatever became of others', () => {
    expect(outcomeOf([refused('d', 30_000)], limited).reactions).toBe(0)
    const long = outcomeOf(
      ['a', 'b', 'c'].flatMap((url) => [refused(url, 30_000), ...others(60), passed(url)]),
    ).suspicion
    expect(outcomeOf([refused('d', 30_000)], long).reactions).toBe(1)
    expect(outcomeOf([refused('d')], long).reactions).toBe(0)
  })

  test('where nothing is accepted any more, the fifth of them at the latest is reacted to, but tried before its time', () => {
    const five = Array.from({ length: 5 }, (_, n) => refused(`r${n}`, 30_000))
    const { limits } = outcomeOf(five, limited, { ...open, closed: true })
    expect(limits.find(Boolean)?.attempt.retryAfterMs).toBe(30_000)
    expect(limits.find(Boolean)?.holdsForAll).toBe(false)
  })

  test('what they ask for does not hold for all because quick ones told the truth, however many there are at a time', () => {
    const told = outcomeOf([refused('a', 500), ...others(9), passed('a')], limited).suspicion
    const { limits } = outcomeOf(
      Array.from({ length: 6 }, (_, n) => refused(`r${n}`, 30_000)),
      told,
    )
    const reactions = limits.filter((limit) => limit !== undefined)
    expect(reactions.length).toBeGreaterThan(0)
    expect(reactions.map(({ holdsForAll }) => holdsForAll)).not.toContain(true)
  })

  test('many at a time, twice, are enough to know that such are about the limit', () => {
    const burst = (name: string) => [
      ...Array.from({ length: 6 }, (_, n) => refused(`${name}${n}`, 30_000)),
      ...others(60, `${name} other`),
    ]
    const { suspicion } = outcomeOf([...burst('r'), ...burst('s')])
    expect(outcomeOf([refused('d', 30_000)], suspicion).reactions).toBe(1)
  })

  test('who asks to wait for about as long is judged alike, and apart from who asks for another time', () => {
    const own = ['a', 'b', 'c'].flatMap((url) => [refused(url, 300_000), ...others(9), refused(url, 300_000)])
    const limit = ['d', 'e', 'f'].flatMap((url) => [refused(url, 5_000), ...others(60), passed(url)])
    const { suspicion } = outcomeOf([...own, ...limit])
    expect(outcomeOf([refused('g', 6_000)], suspicion).reactions).toBe(1)
    expect(outcomeOf([refused('g', 280_000)], suspicion).reactions).toBe(0)
  })

  test('as long as none was its own, what is shown of one long wait holds for the others', () => {
    const limit = ['d', 'e', 'f'].flatMap((url) => [refused(url, 30_000), ...others(60), passed(url)])
    expect(outcomeOf([refused('g', 5_000)], outcomeOf(limit).suspicion).reactions).toBe(1)
  })

  test('a long wait is believed untried once it held for all, and a shorter one, until one does not', () => {
    const limit = ['d', 'e', 'f'].flatMap((url) => [refused(url, 30_000), ...others(60), passed(url)])
    const shown = proved(outcomeOf(limit).suspicion, 8)
    const believes = (hint: number, suspicion: Suspicion) =>
      outcomeOf([refused('g', hint)], suspicion).limits[0]?.holdsForAll
    expect([5_000, 30_000, 300_000].map((hint) => believes(hint, shown))).toEqual([true, true, false])
    expect(believes(30_000, proved(disproved(shown, 8, false), 8))).toBe(false)
  })

  test('one more in flight than there may be is reacted to at once', () => {
    const standing = { ...open, ticket: { ...ticket, widens: true } }
    expect(outcomeOf([refused('a')], unsuspecting, standing).reactions).toBe(1)
  })

  const steps = fc.array(
    fc.record({
      url: fc.integer({ min: 0, max: 30 }).map((n) => `https://a.example/${n}`),
      result: fc.constantFrom('answered' as const, 'throttled' as const, 'transient' as const, 'void' as const),
    }),
    { maxLength: 200 },
  )
  const plain = (suspicion: Suspicion) => JSON.parse(JSON.stringify(suspicion))

  test('whatever happens: plain data, shares from 0 to 1, and the state before is left as it was', () => {
    fc.assert(
      fc.property(steps, (given) => {
        const before = plain(limited)
        const { suspicion } = outcomeOf(given, limited)
        expect(limited).toEqual(before)
        expect(plain(suspicion)).toEqual(suspicion)
        for (const share of Object.values(suspicion.ownShare)) {
          expect(share).toBeGreaterThanOrEqual(0)
          expect(share).toBeLessThanOrEqual(1)
        }
      }),
    )
  })

  test('whoever is always refused, however often and however they are spread: up to one in twenty changes nothing', () => {
    const spread = fc.array(fc.tuple(fc.integer({ min: 20, max: 60 }), fc.integer({ min: 0, max: 5 })), {
      maxLength: 30,
    })
    fc.assert(
      fc.property(spread, (given) => {
        expect(outcomeOf(given.flatMap(([gap, who]) => [refused(`bad${who}`), ...others(gap)])).reactions).toBe(0)
      }),
    )
  })

  test('whatever was before, a server that refuses all is noticed within five answers', () => {
    fc.assert(
      fc.property(steps, (given) => {
        const closing = Array.from({ length: 5 }, (_, n) => refused(`new${n}`))
        expect(outcomeOf(closing, outcomeOf(given).suspicion).reactions).toBeGreaterThan(0)
      }),
    )
  })
})
