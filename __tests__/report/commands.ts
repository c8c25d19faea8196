/**
 * Workflow commands that a runner would find in the output of a step, by its two syntaxes: a line that starts with
 * `::name …::` after trimming, and `##[name …]` anywhere in a line. Stricter than the runner, which knows a closed list of
 * names and splits at LF and CR only.
 * https://github.com/actions/runner/blob/main/src/Runner.Common/ActionCommand.cs
 */
export function commandsIn(output: string): string[] {
  return output.split(/\r\n|[\n\r\u0085\u2028\u2029]/).flatMap((line) => {
    const trimmed = line.trim()
    const current = trimmed.startsWith('::') && trimmed.indexOf('::', 2) > 0 ? [trimmed] : []
    const start = line.indexOf('##[')
    const former = start >= 0 && line.indexOf(']', start) > 0 ? [line.slice(start)] : []
    return [...current, ...former]
  })
}
