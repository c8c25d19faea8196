import { bulk } from './bulk.ts'
import type { Item } from './figure.ts'
import { growth } from './growth.ts'
import { pace } from './pace.ts'
import { scale } from './scale.ts'
import { start } from './start.ts'

/** By the name that `--only` takes. */
export const ITEMS: Readonly<Record<string, Item>> = {
  start,
  pace,
  bulk,
  growth: growth('databricks'),
  'graph-growth': growth('graph'),
  'graph-scale': scale,
}

/** What is run when nobody says otherwise; the rest takes many minutes or much memory. */
export const USUAL: readonly string[] = ['start', 'pace', 'bulk', 'growth', 'graph-growth']
