import { appendFile } from 'node:fs/promises'
import type * as toolkit from '@actions/core'
import type { Log } from '../ports.ts'

export interface OutputPorts {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly core: Pick<typeof toolkit, 'setOutput'>
  readonly log: Log
}

/**
 * Sets the outputs of the step. Where that cannot be done, the exit code still tells the verdict: a warning, no error.
 */
export function setOutputs({ env, core, log }: OutputPorts, outputs: Readonly<Record<string, string>>): void {
  // Without the file the toolkit would print commands that runners no longer obey.
  if (!env.GITHUB_OUTPUT) {
    log.warning('The outputs are not set: the runner gave no file for them (GITHUB_OUTPUT)')
    return
  }
  try {
    for (const [name, value] of Object.entries(outputs)) core.setOutput(name, value)
  } catch (error) {
    log.warning(`The outputs are not set: their file cannot be written${codeOf(error)}`)
  }
}

/** Adds Markdown to the summary of the job, as it is. Where that cannot be done: a warning, no error. */
export async function writeSummary({ env, log }: Pick<OutputPorts, 'env' | 'log'>, markdown: string): Promise<void> {
  if (!env.GITHUB_STEP_SUMMARY) {
    log.warning('There is no job summary: the runner gave no file for it (GITHUB_STEP_SUMMARY)')
    return
  }
  try {
    await appendFile(env.GITHUB_STEP_SUMMARY, markdown.endsWith('\n') ? markdown : `${markdown}\n`)
  } catch (error) {
    log.warning(`There is no job summary: its file cannot be written${codeOf(error)}`)
  }
}

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? ` (${error.code})` : ''
