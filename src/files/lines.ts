import { createReadStream } from 'node:fs'

const NEWLINE = 0x0a

/** The lines of a file, or of its first so many bytes, without their ends. Only LF ends a line: JSON may hold the others. */
export async function* linesOf(path: string, bytes?: number): AsyncGenerator<Buffer> {
  for await (const lines of blocksOf(path, bytes)) yield* lines
}

/** The same, those that one read brought at a time: for long files, where to wait for each line costs most. */
export async function* blocksOf(path: string, bytes = Number.POSITIVE_INFINITY): AsyncGenerator<Buffer[]> {
  if (bytes === 0) return
  let rest = Buffer.alloc(0)
  for await (const chunk of createReadStream(path, { end: bytes - 1 }) as AsyncIterable<Buffer>) {
    const piece = Buffer.concat([rest, chunk])
    const lines: Buffer[] = []
    let start = 0
    for (let end = piece.indexOf(NEWLINE); end >= 0; end = piece.indexOf(NEWLINE, start)) {
      lines.push(piece.subarray(start, end))
      start = end + 1
    }
    rest = piece.subarray(start)
    yield lines
  }
}
