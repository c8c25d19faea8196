type Column = Uint8Array | Uint32Array | Float64Array

/** A column that has this row: the same one, or a copy of twice the length or more, with 0 in what is new. */
export function grown<T extends Column>(column: T, row: number): T {
  if (row < column.length) return column
  const longer = new (column.constructor as new (length: number) => T)(Math.max(column.length * 2, row + 1))
  longer.set(column)
  return longer
}
