import { execFileSync } from 'node:child_process'
import { mkdir, rename, rm, symlink, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { OLDEST_ANSWER_MS } from '../../src/domain/checkpoint.ts'
import { readCopy } from '../../src/files/state-copy.ts'
import { temporaryFolder } from '../files/temporary.ts'
import { chanceFrom } from './chance.ts'
import { CLOCK, type Content, contentOf, copyOf, crafted, fateOf, KEY, OURS, put, withIndex } from './copies.ts'
import { isSame, mutated } from './mutations.ts'

/** The long suite asks for ten thousand. */
const MUTATIONS = process.env.AIM_READINESS_LONG === 'true' ? 10_000 : 1_000

describe('a copy of the state', () => {
  test.each([
    ['with a key', KEY],
    ['without a key', undefined],
  ])(
    'R9, case 62: %s, none that was altered is continued',
    async (_, key) => {
      await using root = await temporaryFolder()
      const identity = { key, ...OURS }
      const pair = { ours: await copyOf(root.path, 25, identity), other: await copyOf(root.path, 31, identity) }
      const folder = join(root.path, 'copy')
      await put(folder, pair.ours)
      expect(await fateOf(root.path, folder, identity)).toBe('continued')
      const chance = chanceFrom(key === undefined ? 1 : 2)
      for (let n = 0; n < MUTATIONS; n++) {
        const files = mutated(pair, chance)
        if (isSame(files, pair.ours)) continue
        await put(folder, files)
        expect([n, await fateOf(root.path, folder, identity)]).not.toEqual([n, 'continued'])
      }
    },
    600_000,
  )

  test('case 62: sealed, it opens for nobody else: another key, repository, class of trust, or none of them', async () => {
    await using root = await temporaryFolder()
    const folder = join(root.path, 'copy')
    await put(folder, await copyOf(root.path, 25, { key: KEY, ...OURS }))
    expect(await fateOf(root.path, folder, { key: `${KEY}!`, ...OURS })).toBe('damaged')
    expect(await fateOf(root.path, folder, { key: KEY, belongsTo: 'octo/other trusted' })).toBe('damaged')
    expect(await fateOf(root.path, folder, { key: undefined, ...OURS })).toBe('sealed')
    await put(folder, await copyOf(root.path, 25, { key: undefined, ...OURS }))
    expect(await fateOf(root.path, folder, { key: KEY, ...OURS })).toBe('not-sealed')
    expect(await fateOf(root.path, folder, { key: undefined, belongsTo: 'octo/other trusted' })).toBe('damaged')
  })

  test.each([
    ['with a key', KEY],
    ['without a key', undefined],
  ])('case 62: %s, nothing is read through a link, from a pipe or a folder, nor at any size', async (_, key) => {
    await using root = await temporaryFolder()
    const identity = { key, ...OURS }
    const [folder, elsewhere] = [join(root.path, 'copy'), join(root.path, 'elsewhere')]
    const whole = await copyOf(root.path, 25, identity)
    const refused = async (spoil: () => Promise<unknown>) => {
      await put(folder, whole)
      await put(elsewhere, whole)
      await spoil()
      expect(await fateOf(root.path, folder, identity)).not.toBe('continued')
    }
    for (const name of whole.keys()) {
      const path = join(folder, name)
      const instead = (make: () => unknown) => refused(() => rm(path).then(make))
      await instead(() => symlink(join(elsewhere, name), path))
      await instead(() => mkdir(path))
      await instead(() => execFileSync('mkfifo', [path]))
      await instead(() => writeFile(path, ''))
      await refused(() => truncate(path, 2 * 1024 ** 3))
    }
    await refused(() => rm(folder, { recursive: true }).then(() => symlink(elsewhere, folder)))
    await refused(() => rename(folder, `${folder}.old`).then(() => writeFile(folder, 'file')))
  })
})

type Changes = Partial<Content['checkpoint']>
const users = (list: unknown) => ({ users: list, groups: [], 'service-principals': [] }) as never
const ago = (ms: number) => new Date(CLOCK.date().getTime() - ms).toISOString()
const HOUR = 3_600_000

/** What no audit would have written, in envelopes that fit. */
const CONTRADICTIONS: readonly [string, string, (content: Content) => void][] = [
  ['another fingerprint', 'other-audit', ({ checkpoint }) => alter(checkpoint, { fingerprint: 'e'.repeat(64) })],
  ['another schema', 'other-schema', ({ checkpoint }) => alter(checkpoint, { schema: 99 })],
  ['an end', 'finished', ({ checkpoint }) => alter(checkpoint, { ended: 'passed' })],
  ['a start in the future', 'from-the-future', ({ checkpoint }) => alter(checkpoint, { startedAt: ago(-HOUR) })],
  ['a commit in the future', 'from-the-future', ({ checkpoint }) => alter(checkpoint, { committedAt: ago(-HOUR) })],
  ['a commit too long ago', 'too-old', ({ checkpoint }) => alter(checkpoint, { committedAt: ago(37 * HOUR) })],
  [
    'a first answer too long ago',
    'too-old',
    ({ checkpoint }) => alter(checkpoint, { firstAnswerAt: ago(OLDEST_ANSWER_MS + HOUR) }),
  ],
  ['no date', 'damaged', ({ checkpoint }) => alter(checkpoint, { committedAt: 'yesterday' })],
  ['more done than listed', 'damaged', ({ checkpoint }) => alter(checkpoint, { done: users([[0, 31]]) })],
  ['ranges that overlap', 'damaged', ({ checkpoint }) => alter(checkpoint, { done: users([[0, 9], [5, 12]]) })], // biome-ignore format: a pair
  ['ranges that run backwards', 'damaged', ({ checkpoint }) => alter(checkpoint, { done: users([[9, 3]]) })],
  ['a negative position', 'damaged', ({ checkpoint }) => alter(checkpoint, { done: users([[-1, 3]]) })],
  ['a position that is no number', 'damaged', ({ checkpoint }) => alter(checkpoint, { done: users([['0', 3]]) })],
  ['a length that is not that of the log', 'damaged', ({ checkpoint }) => alter(checkpoint, { resultsBytes: 7 })],
  ['a key of its own', 'damaged', ({ checkpoint }) => alter(checkpoint, { tally: { users: 0 } } as Changes)],
  [
    'a listing that was not whole',
    'untrusted',
    ({ checkpoint }) => alter(checkpoint, { listings: checkpoint.listings.map((one) => ({ ...one, trusted: false })) }),
  ],
  [
    'one listing twice',
    'damaged',
    ({ checkpoint }) => alter(checkpoint, { listings: [...checkpoint.listings, ...checkpoint.listings.slice(0, 1)] }),
  ],
  ['fewer ids than listed', 'damaged', ({ ids }) => void ids.get('users')?.pop()],
  ['more ids than listed', 'damaged', ({ ids }) => void ids.get('users')?.push('4711')],
  ['an id twice', 'damaged', ({ ids }) => void ids.get('users')?.splice(0, 1, ids.get('users')?.[1] ?? '')],
  ['an id that is none', 'damaged', ({ ids }) => void ids.get('users')?.splice(3, 1, '../../etc/passwd')],
  ['an empty id', 'damaged', ({ ids }) => void ids.get('users')?.splice(3, 1, '')],
  ['a record twice', 'damaged', ({ results }) => void results.push(results[0])],
  ['a record of a position that is not done', 'damaged', ({ results }) => alter(record(results), { position: 29 })],
  ['a record of a position that is not listed', 'damaged', ({ results }) => alter(record(results), { position: 1e9 })],
  ['a record of another identity', 'damaged', ({ results }) => alter(divergence(results), { id: '4711' })],
  ['a record of another type', 'damaged', ({ results }) => alter(record(results), { type: 'groups' })],
  ['a failure', 'damaged', ({ results }) => alter(record(results), { outcome: { kind: 'failed' } })],
  ['no category', 'damaged', ({ results }) => alter(divergence(results), { categories: [] })],
  ['an unknown category', 'damaged', ({ results }) => alter(divergence(results), { categories: ['ALL_IS_WELL'] })],
  [
    'a category of groups',
    'damaged',
    ({ results }) => alter(divergence(results), { categories: ['GROUP_HAS_LOCAL_MEMBERS_WITH_EXTERNAL_ID'] }),
  ],
  [
    'a category twice',
    'damaged',
    ({ results }) => alter(divergence(results), { categories: ['EXTERNAL_ID_NOT_IN_IDP', 'EXTERNAL_ID_NOT_IN_IDP'] }),
  ],
  ['a record with more to say', 'damaged', ({ results }) => alter(record(results), { verdict: 'passed' })],
  ['a prototype', 'damaged', ({ results }) => void results.push(JSON.parse('{"__proto__":{"type":"users"}}'))],
  ['a record that is a number', 'damaged', ({ results }) => void results.push(7)],
]

const alter = <T extends object>(what: T, changes: Partial<T>) => void Object.assign(what, changes)
const record = (results: unknown[]) => results.find((one) => (one as Loose).outcome.kind === 'divergent') as Loose
const divergence = (results: unknown[]) => record(results).outcome.divergence
// biome-ignore lint/suspicious/noExplicitAny: anything may stand there
type Loose = any

describe('a copy that was made up', () => {
  test.each(CONTRADICTIONS)('case 62: %s: %s', async (_, fate, spoil) => {
    await using root = await temporaryFolder()
    const identity = { key: undefined, ...OURS }
    const content = await contentOf(root.path, await copyOf(root.path, 25, identity))
    const folder = join(root.path, 'copy')
    await put(folder, await crafted(content))
    expect(await fateOf(root.path, folder, identity)).toBe('continued')
    spoil(content)
    await put(folder, await crafted(content))
    expect(await fateOf(root.path, folder, identity)).toBe(fate)
  })

  test('case 62: a list of ids that is larger than any account has is not even unpacked', async () => {
    await using root = await temporaryFolder()
    const { checkpoint } = await contentOf(root.path, await copyOf(root.path, 25, { key: undefined, ...OURS }))
    const folder = join(root.path, 'copy')
    const ids = Buffer.alloc(65 * 1024 ** 2, '1')
    const contents = new Map([['ids.users', ids], ['results', Buffer.alloc(0)]]) // biome-ignore format: two files
    await put(
      folder,
      await withIndex(contents, {
        ...checkpoint,
        listings: checkpoint.listings.slice(0, 1),
        done: {},
        resultsBytes: 0,
      }),
    )
    expect(await readCopy(folder, { key: undefined, ...OURS })).toBe('damaged')
  })

  test('case 62: a quarter of a gigabyte of empty lines is refused at once', async () => {
    await using root = await temporaryFolder()
    const identity = { key: undefined, ...OURS }
    const { checkpoint } = await contentOf(root.path, await copyOf(root.path, 25, identity))
    const folder = join(root.path, 'copy')
    const bytes = Buffer.alloc(256 * 1024 ** 2, '\n')
    const files = await withIndex(new Map([['results', bytes]]), {
      ...checkpoint,
      listings: [],
      resultsBytes: bytes.length,
    })
    await put(folder, files)
    const started = performance.now()
    expect(await fateOf(root.path, folder, identity)).toBe('damaged')
    expect(performance.now() - started).toBeLessThan(10_000)
  }, 60_000)
})
