import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'

const NEWLINE = 0x0a
/** What one read takes by itself: some hundred lines. */
const BLOCK_BYTES = 1 << 16

/** The lines of a file, or of its first so many bytes, without their ends. Only LF ends a line: JSON may hold the others. */
export async function* linesOf(path: string, bytes = Number.POSITIVE_INFINITY): AsyncGenerator<Buffer> {
  if (bytes === 0) return
  let rest = Buffer.alloc(0)
  for await (const chunk of createReadStream(path, { end: bytes - 1 }) as AsyncIterable<Buffer>) {
    const piece = Buffer.concat([rest, chunk])
    let start = 0
    for (let end = piece.indexOf(NEWLINE); end >= 0; end = piece.indexOf(NEWLINE, start)) {
      yield piece.subarray(start, end)
      start = end + 1
    }
    rest = piece.subarray(start)
  }
}

/** The lines of a file in UTF-8, those that one read brought at a time: to wait for each costs most in a long file. */
export async function* blocksOf(path: string, blockBytes = BLOCK_BYTES): AsyncGenerator<string[]> {
  const file = await open(path)
  try {
    // One for all: what is in it is text a moment later.
    let buffer = Buffer.allocUnsafeSlow(blockBytes)
    let begun = 0
    for (;;) {
      if (begun === buffer.length) buffer = Buffer.concat([buffer], 2 * buffer.length)
      const { bytesRead } = await file.read(buffer, begun, buffer.length - begun)
      if (bytesRead === 0) return
      const filled = begun + bytesRead
      const end = buffer.lastIndexOf(NEWLINE, filled - 1) + 1
      if (end > 0) yield buffer.toString('utf8', 0, end - 1).split('\n')
      buffer.copyWithin(0, end, filled)
      begun = filled - end
    }
  } finally {
    await file.close()
  }
}
