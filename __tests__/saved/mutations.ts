import type { Files } from './copies.ts'

type Chance = () => number
const below = (chance: Chance, limit: number) => Math.floor(chance() * limit)

/** Two copies of one audit at different times, of which a mutation may mix. */
export interface Pair {
  readonly ours: Files
  readonly other: Files
}

const KINDS: readonly ((files: Files, name: string, pair: Pair, chance: Chance) => void)[] = [
  // A bit flips.
  (files, name, _, chance) => {
    const content = Buffer.from(files.get(name) ?? '')
    const at = below(chance, content.length)
    content[at] = (content[at] ?? 0) ^ (1 << below(chance, 8))
    files.set(name, content)
  },
  // Cut off somewhere, or empty.
  (files, name, _, chance) => {
    const content = files.get(name) ?? Buffer.alloc(0)
    files.set(name, content.subarray(0, chance() < 0.1 ? 0 : below(chance, content.length)))
  },
  // Bytes added in the middle or at the end.
  (files, name, _, chance) => {
    const content = files.get(name) ?? Buffer.alloc(0)
    const at = chance() < 0.5 ? content.length : below(chance, content.length)
    const more = Buffer.from(Array.from({ length: 1 + below(chance, 40) }, () => below(chance, 256)))
    files.set(name, Buffer.concat([content.subarray(0, at), more, content.subarray(at)]))
  },
  // A stretch overwritten with zeros, as on a disk that was full.
  (files, name, _, chance) => {
    const content = Buffer.from(files.get(name) ?? '')
    const at = below(chance, content.length)
    const before = Buffer.from(content)
    content.fill(0, at, Math.min(content.length, at + 1 + below(chance, 64)))
    if (content.equals(before)) content[at] = 1
    files.set(name, content)
  },
  // One file of another copy; not of the ids, which are the same ones in both.
  (files, name, { other }) => {
    const changed = name.startsWith('ids.') ? 'results' : name
    files.set(changed, other.get(changed) as Buffer)
  },
  // Two files of one copy, the one in place of the other.
  (files, name, _, chance) => {
    const others = [...files.keys()].filter((one) => one !== name)
    const with_ = others[below(chance, others.length)] as string
    const [a, b] = [files.get(name) as Buffer, files.get(with_) as Buffer]
    files.set(name, b)
    files.set(with_, a)
  },
  // A file is missing.
  (files, name) => {
    files.delete(name)
  },
  // A file too many.
  (files, name, _, chance) => {
    const names = [`${name}.bak`, 'ids.service-principals', '.hidden', 'checkpoint ']
    files.set(names[below(chance, names.length)] as string, files.get(name) as Buffer)
  },
]

/** The `n`th of endlessly many ways to spoil a copy. */
export function mutated(pair: Pair, chance: Chance): Files {
  const files: Files = new Map(pair.ours)
  const names = [...files.keys()]
  const kind = KINDS[below(chance, KINDS.length)] as (typeof KINDS)[number]
  kind(files, names[below(chance, names.length)] as string, pair, chance)
  return files
}

export const isSame = (a: Files, b: Files): boolean =>
  a.size === b.size && [...a].every(([name, content]) => b.get(name)?.equals(content) === true)
