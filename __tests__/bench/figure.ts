/** One line of the results. */
export interface Figure {
  readonly what: string
  /** Once for each repeat; what is shown is the median, and how far they are apart. */
  readonly values: readonly number[]
  readonly unit: '' | '×' | 's' | 'ms' | 'MB'
  /** What the median is held against. */
  readonly goal?: { readonly least: number } | { readonly most: number } | undefined
}

export interface Wishes {
  /** How often what is compared is measured. */
  readonly repeats: number
  /** Smaller accounts, for a look. */
  readonly quick: boolean
  /** Half a million identities as well. */
  readonly full: boolean
}

/** A part of the benchmark, that can be run by itself. */
export interface Item {
  readonly title: string
  measured(wishes: Wishes): Promise<Figure[]>
}

export const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((one, other) => one - other)
  const [low, high] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]]
  return ((low ?? Number.NaN) + (high ?? Number.NaN)) / 2
}

export const isHeld = ({ values, goal }: Figure): boolean =>
  goal === undefined || ('least' in goal ? median(values) >= goal.least : median(values) <= goal.most)

const shown = (value: number): string => value.toFixed(value >= 100 ? 0 : value >= 10 ? 1 : 2)

/** A row of a Markdown table: what, median, spread, goal. */
export function rowOf(figure: Figure): string {
  const { what, values, unit, goal } = figure
  const spread = values.length > 1 ? `${shown(Math.min(...values))} to ${shown(Math.max(...values))}` : ''
  const wanted = goal === undefined ? '' : 'least' in goal ? `at least ${goal.least}` : `at most ${goal.most}`
  const value = `${shown(median(values))} ${unit}`.trim()
  return `| ${what} | ${value} | ${spread} | ${wanted}${isHeld(figure) ? '' : ' (**missed**)'} |`
}

export const HEAD = '| | median | from to | goal |\n| --- | ---: | ---: | --- |'
