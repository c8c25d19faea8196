import { parseArgs } from 'node:util'
import { FURTHER } from './further.ts'
import { GRAPH_MODELS } from './graph-models.ts'
import { heldOut } from './held-out.ts'
import { MODELS, type Model } from './models.ts'
import { type Fare, simulate } from './simulate.ts'
import { fulfils, type GraphFare, simulateGraph } from './simulate-graph.ts'

/** `node figures.ts [--seeds=20] [--first-seed=1] [--only=part of a name] [--further] [--draw=a number] [--graph]` */
const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '20' },
    'first-seed': { type: 'string', default: '1' },
    only: { type: 'string', default: '' },
    further: { type: 'boolean', default: false },
    draw: { type: 'string' },
    graph: { type: 'boolean', default: false },
  },
})
const [seeds, firstSeed] = [Number(values.seeds), Number(values['first-seed'])]

const sorted = (values: readonly number[]): number[] => values.toSorted((one, other) => one - other)
const median = (values: readonly number[]): number => sorted(values)[values.length >> 1] ?? Number.NaN
const show = (value: number, digits: number): string => (Number.isFinite(value) ? value.toFixed(digits) : '–')

function row({ name }: Model, fares: readonly Fare[]): string {
  const of = (value: (fare: Fare) => number) => fares.map(value)
  const [allowed, refused] = [of((fare) => fare.allowed), of((fare) => fare.refused)]
  const recovery = of((fare) => fare.recoveryS ?? Number.NaN)
  const passes = Math.min(...allowed) >= 95 && Math.max(...refused) < 1 && !recovery.some((each) => each > 120)
  const cells = [
    name,
    `${show(median(allowed), 1)} / ${show(Math.min(...allowed), 1)}`,
    `${show(median(refused), 2)} / ${show(Math.max(...refused), 2)}`,
    `${show(median(recovery), 0)} / ${show(Math.max(...recovery), 0)}`,
    `${show(median(of((fare) => fare.startS)), 0)} / ${show(Math.max(...of((fare) => fare.startS)), 0)}`,
    fares[0]?.leastShare === 100 ? '' : show(Math.min(...of((fare) => fare.leastShare)), 0),
    passes ? 'yes' : '**no**',
  ]
  return `| ${cells.join(' | ')} |`
}

function graphRow(name: string, fares: readonly GraphFare[]): string {
  const of = (value: (fare: GraphFare) => number) => fares.map(value)
  const atLeast = (values: readonly number[], digits: number) =>
    `${show(median(values), digits)} / ${show(Math.min(...values), digits)}`
  const atMost = (values: readonly number[], digits: number) =>
    `${show(median(values), digits)} / ${show(Math.max(...values), digits)}`
  const cells = [
    name,
    atLeast(
      of((fare) => fare.allowed),
      1,
    ),
    atMost(
      of((fare) => fare.refused),
      2,
    ),
    atMost(
      of((fare) => fare.recoveryS ?? Number.NaN),
      0,
    ),
    atLeast(
      of((fare) => fare.atFirst),
      1,
    ),
    atMost(
      of((fare) => fare.refusedAtFirst),
      2,
    ),
    fares.every(fulfils) ? 'yes' : '**no**',
  ]
  return `| ${cells.join(' | ')} |`
}

function table(title: string, models: readonly Model[]): void {
  console.log(`\n${title}, ${seeds} seeds: median / worst\n`)
  console.log(
    '| server | % of what is allowed | % answered 429 | s to recover | s from the start | least share % | passes |',
  )
  console.log('| --- | --- | --- | --- | --- | --- | --- |')
  for (const model of models.filter(({ name }) => name.includes(values.only)))
    console.log(
      row(
        model,
        Array.from({ length: seeds }, (_, seed) => simulate(model, firstSeed + seed)),
      ),
    )
}

async function graphTable(): Promise<void> {
  console.log(`\nGraph's budget of resource units, ${seeds} seeds: median / worst\n`)
  console.log(
    '| Graph | % of what is allowed | % answered 429 | s to recover | % in the first 100 s | % answered 429 in them | passes |',
  )
  console.log('| --- | --- | --- | --- | --- | --- | --- |')
  for (const model of GRAPH_MODELS.filter(({ name }) => name.includes(values.only))) {
    const fares: GraphFare[] = []
    for (let seed = firstSeed; seed < firstSeed + seeds; seed += 1) fares.push(await simulateGraph(model, seed))
    console.log(graphRow(model.name, fares))
  }
}

if (values.graph) await graphTable()
else table('Servers of the goal', MODELS)
if (values.further) table('Further servers', FURTHER)
if (values.draw !== undefined) table(`Servers drawn by chance, draw ${values.draw}`, heldOut(Number(values.draw)))
