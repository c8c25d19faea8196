/** `name=value` and `name<<delimiter` entries of a file such as `GITHUB_OUTPUT`. */
export function parseFileCommands(text: string): Map<string, string> {
  const values = new Map<string, string>()
  const lines = text.split(/\r?\n/)
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i] as string
    const block = /^([^=]+?)<<(.+)$/.exec(line)
    if (block === null) {
      const equals = line.indexOf('=')
      if (equals > 0) values.set(line.slice(0, equals), line.slice(equals + 1))
      continue
    }
    const end = lines.indexOf(block[2] as string, i + 1)
    if (end < 0) throw new Error(`no end of the value of "${block[1]}"`)
    values.set(block[1] as string, lines.slice(i + 1, end).join('\n'))
    i = end
  }
  return values
}
