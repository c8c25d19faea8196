// A process in which objects come and go as in an audit; tells at its end how large its heap was at most, in bytes.
import { setTimeout } from 'node:timers/promises'
import { keepHeapSmall } from '../../src/action/heap.ts'

const ROUNDS = 400
/** Enough to live for several collections of what is young. */
const LIVING = 100_000

if (process.argv[2] === 'true') keepHeapSmall()
const living = new Array<object>(LIVING)
let most = 0
for (let round = 0; round < ROUNDS; round++) {
  for (let one = 0; one < 5_000; one++) living[(round * 5_000 + one) % LIVING] = { round, one, name: [`${one}`] }
  await setTimeout(1)
  most = Math.max(most, process.memoryUsage().heapTotal)
}
process.stdout.write(String(most))
