import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto'
import { promisify } from 'node:util'
import { gunzip, gzip } from 'node:zlib'

/** Off the event loop: a copy is made while the audit goes on. */
const [packing, unpacking] = [promisify<Buffer, Buffer>(gzip), promisify(gunzip)]

/** First bytes of a file that only guards against corruption, and of one that is sealed. */
const PLAIN = Buffer.from('AIMR1 plain\n')
const SEALED = Buffer.from('AIMR1 seal.\n')
const DIGEST_BYTES = 32
const SALT_BYTES = 16
const NONCE_BYTES = 12
const TAG_BYTES = 16

/** Larger is not ours: 500,000 identities with every second one divergent take a tenth of it. */
export const MOST_BYTES = 512 * 1024 * 1024

/** The input `progress-key`; `undefined`: files are guarded against corruption, not against people. */
export type ProgressKey = string | undefined

/** Why an envelope is not opened. */
export type EnvelopeProblem = 'damaged' | 'sealed' | 'not-sealed'

/**
 * Compresses a file, and seals it with AES-256-GCM when there is a key, else adds its SHA-256. `belongsTo` says what the
 * file is and whose; one that turns up in another place does not open.
 */
export async function enveloped(content: Buffer, belongsTo: string, key: ProgressKey): Promise<Buffer> {
  const packed = await packing(content)
  if (key === undefined) return Buffer.concat([PLAIN, digestOf(packed, belongsTo), packed])
  const [salt, nonce] = [randomBytes(SALT_BYTES), randomBytes(NONCE_BYTES)]
  const cipher = createCipheriv('aes-256-gcm', fileKeyOf(key, salt), nonce, { authTagLength: TAG_BYTES })
  cipher.setAAD(Buffer.from(belongsTo))
  const text = Buffer.concat([cipher.update(packed), cipher.final()])
  return Buffer.concat([SEALED, salt, nonce, cipher.getAuthTag(), text])
}

/** The content, or why it cannot be trusted. A plain file is not taken where a key is set, nor the other way round. */
export async function opened(
  envelope: Buffer,
  belongsTo: string,
  key: ProgressKey,
  mostBytes = MOST_BYTES,
): Promise<Buffer | EnvelopeProblem> {
  const mark = envelope.subarray(0, PLAIN.length)
  if (mark.equals(PLAIN)) return key === undefined ? unpacked(plainOf(envelope, belongsTo), mostBytes) : 'not-sealed'
  if (mark.equals(SEALED)) return key === undefined ? 'sealed' : unpacked(unsealed(envelope, belongsTo, key), mostBytes)
  return 'damaged'
}

const digestOf = (packed: Buffer, belongsTo: string): Buffer =>
  createHash('sha256').update(`${belongsTo}\n`).update(packed).digest()

function plainOf(envelope: Buffer, belongsTo: string): Buffer | undefined {
  const packed = envelope.subarray(PLAIN.length + DIGEST_BYTES)
  const digest = envelope.subarray(PLAIN.length, PLAIN.length + DIGEST_BYTES)
  return digestOf(packed, belongsTo).equals(digest) ? packed : undefined
}

function unsealed(envelope: Buffer, belongsTo: string, key: string): Buffer | undefined {
  const part = (from: number, size: number) => envelope.subarray(SEALED.length + from, SEALED.length + from + size)
  const salt = part(0, SALT_BYTES)
  const nonce = part(SALT_BYTES, NONCE_BYTES)
  const tag = part(SALT_BYTES + NONCE_BYTES, TAG_BYTES)
  const text = envelope.subarray(SEALED.length + SALT_BYTES + NONCE_BYTES + TAG_BYTES)
  if (tag.length < TAG_BYTES) return undefined
  try {
    const decipher = createDecipheriv('aes-256-gcm', fileKeyOf(key, salt), nonce, { authTagLength: TAG_BYTES })
    decipher.setAAD(Buffer.from(belongsTo))
    decipher.setAuthTag(tag)
    return Buffer.concat([decipher.update(text), decipher.final()])
  } catch {
    return undefined
  }
}

async function unpacked(packed: Buffer | undefined, mostBytes: number): Promise<Buffer | EnvelopeProblem> {
  if (packed === undefined) return 'damaged'
  try {
    return (await unpacking(packed, { maxOutputLength: mostBytes })) as Buffer
  } catch {
    return 'damaged'
  }
}

/** A key of its own for every file, so that no nonce is ever used twice under one. */
const fileKeyOf = (key: string, salt: Buffer): Buffer =>
  Buffer.from(hkdfSync('sha256', key, salt, 'aim-readiness saved progress 1', 32))
