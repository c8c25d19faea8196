import { availableParallelism, cpus, loadavg, totalmem } from 'node:os'
import { parseArgs } from 'node:util'
import { HEAD, rowOf } from './figure.ts'
import { ITEMS, USUAL } from './items.ts'

const HELP = `npm run bench -- [options]

Runs the bundled action against a make-believe account on this machine, and tells time, CPU, memory and requests as
Markdown. Some ten minutes on an idle machine; what else runs on it shows in the figures.

  --only=<item>[,<item>]  ${Object.keys(ITEMS).join(', ')}
  --repeats=<n>           how often what is compared is measured (default 3)
  --quick                 small accounts, once: does it work?
  --full                  half a million identities as well, and graph-scale

What BENCH_NODE_OPTIONS holds goes to the action's Node, say --cpu-prof.
`

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    repeats: { type: 'string' },
    quick: { type: 'boolean', default: false },
    full: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})

/** Of the last minute: what else the machine did shows here. */
const load = (): string => (loadavg()[0] ?? 0).toFixed(1)

async function main(): Promise<void> {
  const repeats = Math.max(1, Number(values.repeats ?? (values.quick ? 1 : 3)) || 1)
  const names = values.only?.split(',') ?? (values.full || values.quick ? Object.keys(ITEMS) : USUAL)
  const unknown = names.find((name) => !Object.hasOwn(ITEMS, name))
  if (unknown !== undefined) throw new Error(`--only knows ${Object.keys(ITEMS).join(', ')}, not "${unknown}"`)
  const gigabytes = (totalmem() / 2 ** 30).toFixed(0)
  console.log(
    `Node ${process.versions.node}, ${availableParallelism()} cores (${cpus()[0]?.model.trim()}), ${gigabytes} GiB`,
  )
  for (const name of names) {
    const before = load()
    const figures = (await ITEMS[name]?.measured({ repeats, quick: values.quick, full: values.full })) ?? []
    console.log(`\n### ${ITEMS[name]?.title}\n\nLoad ${before} before, ${load()} after.\n\n${HEAD}`)
    for (const figure of figures) console.log(rowOf(figure))
  }
}

if (values.help) console.log(HELP)
else await main()
