import type { Problem } from '../domain/gate.ts'
import { printable, shown } from './values.ts'

/** Never written to: the repository itself, its workflows, and our own saved progress. */
const RESERVED = ['.git', '.github', '.aim-readiness']

/** The parts of a path after `.` and `..` are worked out; `undefined` when it leads out of where it started. */
function partsOf(path: string): string[] | undefined {
  const parts: string[] = []
  for (const part of path.split(/[\\/]+/)) {
    if (part === '' || part === '.') continue
    if (part !== '..') parts.push(part)
    else if (parts.pop() === undefined) return undefined
  }
  return parts
}

/**
 * What speaks against a folder, given relative to the workspace: for the input as written, and once more for whoever has
 * resolved its links.
 */
export function folderProblemOf(relative: string): string | undefined {
  const parts = partsOf(relative)
  if (parts === undefined) return 'leads out of the workspace; write a folder inside it, like aim-readiness'
  const [first] = parts
  if (first === undefined) return 'is the workspace itself; write a folder inside it, like aim-readiness'
  const reserved = RESERVED.includes(first.toLowerCase()) ? first : parts.find((part) => part.toLowerCase() === '.git')
  return reserved === undefined
    ? undefined
    : `lies in ${printable(reserved)}, which is not ours to write to; write another folder`
}

/** Only what the text itself tells; an absolute path, and links, are for the one who knows the disk. */
export function resultsPathOf(text: string): string | Problem {
  if (/\p{Cc}/u.test(text)) return { problem: `${shown(text)} holds a control character; write a plain path` }
  if (text.startsWith('~'))
    return { problem: `${shown(text)}: nobody resolves ~ here; write a folder inside the workspace` }
  const isAbsolute = /^([\\/]|[a-z]:)/i.test(text)
  const problem = isAbsolute ? undefined : folderProblemOf(text)
  return problem === undefined ? text : { problem: `${shown(text)} ${problem}` }
}

/** What the artifact service takes. */
export const artifactNameOf = (text: string): string | Problem =>
  /^[^":<>|*?\\/\p{Cc}]{1,200}$/u.test(text)
    ? text
    : {
        problem: `${shown(text)} is not a name for an artifact; write at most 200 characters, none of " : < > | * ? \\ /`,
      }
