import type { Readable } from 'node:stream'

/** What the runner makes of an action's output: https://github.com/actions/runner, `ActionCommand` and `ActionCommandManager`. */
export interface Command {
  /** Lower case: the runner does not mind the case. */
  readonly name: string
  readonly properties: Readonly<Record<string, string>>
  readonly data: string
}

export interface Annotation {
  readonly kind: 'error' | 'warning' | 'notice'
  readonly message: string
  readonly properties: Readonly<Record<string, string>>
}

/** One line as a person sees it in the log of a workflow. */
export interface ShownLine {
  readonly kind: 'text' | 'group' | 'endgroup' | 'debug' | Annotation['kind']
  readonly text: string
}

const NAMES = [
  'add-mask add-matcher add-path debug echo endgroup error group notice remove-matcher save-state set-env set-output',
  'stop-commands warning',
].flatMap((names) => names.split(' '))

const unescaping =
  (...tokens: string[]) =>
  (text: string) =>
    tokens.reduce(
      (done, token) => done.replaceAll(`%${token.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`, token),
      text,
    )
const unescapeData = unescaping('\r', '\n', '%')
const unescapeProperty = unescaping('\r', '\n', ':', ',', '%')
const unescapeOld = unescaping(';', '\r', '\n', ']', '%')

function commandOf(
  info: string,
  separator: string,
  decode: (text: string) => string,
  data: string,
  names: ReadonlySet<string>,
) {
  const space = info.indexOf(' ')
  const name = (space < 0 ? info : info.slice(0, space)).toLowerCase()
  if (!names.has(name)) return undefined
  const properties: Record<string, string> = {}
  for (const property of space < 0
    ? []
    : info
        .slice(space + 1)
        .trim()
        .split(separator)) {
    const equals = property.indexOf('=')
    if (equals > 0 && equals < property.length - 1)
      properties[property.slice(0, equals)] = decode(property.slice(equals + 1))
  }
  return { name, properties, data }
}

/** What .NET's `TrimStart` takes away. */
const LEADING_SPACE = /^[\t-\r \u0085\u00A0\u1680\u2000-\u200A\u2028\u2029\u202F\u205F\u3000]+/

/** The command that a line of output is, in either syntax; `names`, lower case, are those that the runner listens to. */
export function parseCommand(line: string, names: ReadonlySet<string> = new Set(NAMES)): Command | undefined {
  const trimmed = line.replace(LEADING_SPACE, '')
  const end = trimmed.startsWith('::') ? trimmed.indexOf('::', 2) : -1
  if (end >= 0) {
    const command = commandOf(trimmed.slice(2, end), ',', unescapeProperty, unescapeData(trimmed.slice(end + 2)), names)
    if (command !== undefined) return command
  }
  // The old syntax is heard anywhere in a line.
  const start = line.indexOf('##[')
  const bracket = start < 0 ? -1 : line.indexOf(']', start)
  if (bracket < 0) return undefined
  return commandOf(line.slice(start + 3, bracket), ';', unescapeOld, unescapeOld(line.slice(bracket + 1)), names)
}

/** The runner reads lines as .NET does: a lone carriage return ends one too, U+2028 does not. */
export const linesOf = (output: string): string[] => output.split(/\r\n|\r|\n/)

/** Gives the lines of a stream of output as they are complete. */
export async function eachLine(output: Readable, take: (line: string) => void): Promise<void> {
  let rest = ''
  for await (const chunk of output.setEncoding('utf8')) {
    // A carriage return at the very end may be the first half of a line's end.
    const lines = `${rest}${chunk}`.split(/\r\n|\r(?!$)|\n/)
    rest = lines.pop() ?? ''
    for (const line of lines) take(line)
  }
  if (rest !== '') for (const line of linesOf(rest.replace(/\r$/, ''))) take(line)
}

/** Follows an action's output line by line, as the runner does. */
export interface LogReader {
  /** Takes the next line and gives what is shown of it, masked. */
  read(line: string): ShownLine[]
  readonly commands: readonly Command[]
  readonly masks: ReadonlySet<string>
  readonly annotations: readonly Annotation[]
  /** From commands on the output, not from the files. */
  readonly outputs: ReadonlyMap<string, string>
  readonly state: ReadonlyMap<string, string>
  /** Every text with the masked values taken out. */
  mask(text: string): string
}

/** `secrets`: what is masked from the beginning, as a workflow's secrets are. */
export function logReader(secrets: readonly string[] = []): LogReader {
  const names = new Set(NAMES)
  const commands: Command[] = []
  const annotations: Annotation[] = []
  const masks = new Set<string>()
  const outputs = new Map<string, string>()
  const state = new Map<string, string>()
  let resumeAt: string | undefined

  const addMask = (value: string) => {
    for (const line of [value, ...linesOf(value)]) if (line.trim() !== '') masks.add(line)
  }
  for (const secret of secrets) addMask(secret)
  const mask = (text: string) =>
    [...masks].sort((a, b) => b.length - a.length).reduce((masked, secret) => masked.replaceAll(secret, '***'), text)
  const shown = (kind: ShownLine['kind'], text: string): ShownLine[] =>
    linesOf(text).map((line) => ({ kind, text: mask(line) }))

  function annotate(kind: Annotation['kind'], message: string, properties: Annotation['properties'] = {}) {
    annotations.push({ kind, message: mask(message), properties })
    return shown(kind, message)
  }

  function obey({ name, data, properties }: Command): ShownLine[] {
    switch (name) {
      case 'error':
      case 'warning':
      case 'notice':
        return annotate(name, data, properties)
      case 'group':
      case 'endgroup':
      case 'debug':
        return shown(name, data)
      case 'add-mask':
        if (data.trim() === '') return annotate('warning', "Can't add secret mask for empty string")
        addMask(data)
        return []
      case 'set-output':
        outputs.set(properties.name ?? '', data)
        return []
      case 'save-state':
        state.set(properties.name ?? '', data)
        return []
      case 'set-env':
      case 'add-path':
        return annotate('error', `Unable to process command '${name}' successfully.`)
      case 'stop-commands':
        resumeAt = data.toLowerCase()
        names.add(resumeAt)
        return shown('text', `::stop-commands::${data}`)
      default:
        return []
    }
  }

  return {
    ...{ commands, masks, annotations, outputs, state, mask },
    read(line) {
      const command = parseCommand(line, names)
      if (command === undefined) return shown('text', line)
      if (resumeAt !== undefined) {
        if (command.name !== resumeAt) return shown('text', line)
        if (!NAMES.includes(resumeAt)) names.delete(resumeAt)
        resumeAt = undefined
        return shown('text', line)
      }
      commands.push(command)
      return obey(command)
    },
  }
}
