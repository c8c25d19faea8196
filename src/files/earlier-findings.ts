import type { Evidence } from '../domain/finding.ts'
import { isNewer } from '../report/earlier-report.ts'
import {
  evidenceOfFinding,
  FINDINGS_CLOSING,
  FINDINGS_FILE,
  FINDINGS_OPENING,
  FINDINGS_SCHEMA_VERSION,
} from '../report/findings-json.ts'
import { linesIn, type ResultsSource, unusable, wholeText } from './results-source.ts'

/**
 * The evidence in `findings.json`, in its order. Our own layout, one finding a line, is read line by line; any other
 * layout of the same JSON needs the memory for all of it. Throws `configuration` for a file that is missing, of a newer
 * schema, or damaged: never to be taken for an empty one.
 */
export async function* earlierFindings(source: ResultsSource): AsyncGenerator<Evidence> {
  const lines = await linesIn(source, FINDINGS_FILE)
  if (lines === undefined) throw unusable(source, FINDINGS_FILE, 'is missing')
  const { value: first, done } = await lines.next()
  if (done === true) throw damaged(source)
  if (first === FINDINGS_OPENING) return yield* ofLines(lines, source)
  await lines.return(undefined)
  yield* ofWhole((await wholeText(source, FINDINGS_FILE)) ?? '', source)
}

async function* ofLines(lines: AsyncIterable<string>, source: ResultsSource): AsyncGenerator<Evidence> {
  // What may come next tells that no line was lost: after a comma another finding, without one the end.
  let next: 'any' | 'finding' | 'closing' | 'nothing' = 'any'
  for await (const line of lines) {
    const isClosing = line === FINDINGS_CLOSING
    if (next === 'nothing' || next === (isClosing ? 'finding' : 'closing')) throw damaged(source)
    if (isClosing) {
      next = 'nothing'
      continue
    }
    next = line.endsWith(',') ? 'finding' : 'closing'
    yield evidenceIn(parsed(next === 'finding' ? line.slice(0, -1) : line, source), source)
  }
  if (next !== 'nothing') throw damaged(source)
}

function* ofWhole(text: string, source: ResultsSource): Generator<Evidence> {
  const json = parsed(text, source)
  if (isNewer(json, FINDINGS_SCHEMA_VERSION))
    throw unusable(source, FINDINGS_FILE, 'is of a newer version; use that version of this action')
  const { schemaVersion, findings } = (json ?? {}) as { schemaVersion?: unknown; findings?: unknown }
  if (schemaVersion !== FINDINGS_SCHEMA_VERSION || !Array.isArray(findings)) throw damaged(source)
  for (const finding of findings) yield evidenceIn(finding, source)
}

function parsed(text: string, source: ResultsSource): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw damaged(source, cause)
  }
}

function evidenceIn(json: unknown, source: ResultsSource): Evidence {
  try {
    return evidenceOfFinding(json)
  } catch (cause) {
    throw damaged(source, cause)
  }
}

const damaged = (source: ResultsSource, cause?: unknown) =>
  unusable(source, FINDINGS_FILE, 'is damaged, or was not written by this action', cause)
