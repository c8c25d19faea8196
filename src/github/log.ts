import type * as toolkit from '@actions/core'
import type { Log } from '../ports.ts'
import { annotationText, logLine } from '../report/escape.ts'

type Core = Pick<typeof toolkit, 'info' | 'startGroup' | 'endGroup' | 'notice' | 'warning' | 'error'>

/** The runner's log. It obeys commands in any line of it, and the toolkit escapes some of them only: every text is made safe here. */
export const runnerLog = (core: Core): Log => ({
  info: (text) => core.info(logLine(text)),
  group: (title) => core.startGroup(logLine(title)),
  endGroup: () => core.endGroup(),
  notice: (text) => core.notice(annotationText(text)),
  warning: (text) => core.warning(annotationText(text)),
  error: (text) => core.error(annotationText(text)),
})
