import { createWriteStream } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { linesOf } from '../files/lines.ts'
import type { PolicySetup } from '../policy-setup.ts'
import type { PolicyTexts } from './policy-texts.ts'

/** What the main step read before it restored anything; the workspace may be another by the time of the post step. */
export interface KeptPolicy {
  readonly texts: PolicyTexts
  readonly setup: PolicySetup
}

const FILE = 'policy.jsonl'

/** One line for all but the findings of the baseline, of which there may be many, and one for each of these. */
function* linesFor({ texts, setup }: KeptPolicy): Generator<string> {
  const { baseline, ...rest } = setup
  const { findings = new Map(), ...told } = baseline ?? {}
  yield `${JSON.stringify({ texts, setup: { ...rest, baseline: baseline && told } })}\n`
  for (const finding of findings) yield `${JSON.stringify(finding)}\n`
}

/** Keeps in the work folder what findings are judged by. */
export const keepPolicy = (folder: string, kept: KeptPolicy): Promise<void> =>
  pipeline(Readable.from(linesFor(kept)), createWriteStream(join(folder, FILE)))

/** The same again. Throws when it is not there. */
export async function keptPolicy(folder: string): Promise<KeptPolicy> {
  const lines = linesOf(join(folder, FILE))
  const first = await lines.next()
  const { texts, setup } = JSON.parse(String(first.value)) as KeptPolicy
  if (setup.baseline === undefined) return { texts, setup }
  const findings = new Map()
  for await (const line of lines) findings.set(...(JSON.parse(String(line)) as [string, unknown]))
  return { texts, setup: { ...setup, baseline: { ...setup.baseline, findings } } }
}
