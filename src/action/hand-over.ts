import { basename } from 'node:path'
import * as core from '@actions/core'
import type { ContinuedFrom } from '../report/model.ts'

/** `post` in `action.yml`; it leads to the same bundle as `main`. */
const POST_FILE = 'post.js'

/** What the post step finds of the main one, by name. */
const STATES = {
  begun: 'begun',
  isWhole: 'is-whole',
  savedBytes: 'saved-bytes',
  told: 'told',
  settled: 'settled',
} as const

/** What an audit began with, as far as the post step has to know should the main one be killed. */
export interface Beginning {
  /** Path of the work folder. */
  readonly work: string
  readonly isPublic: boolean
  /** Of this run, ISO 8601. */
  readonly startedAt: string
  readonly continuedFrom: ContinuedFrom | undefined
  /** Why earlier progress was not continued; `''` when there is nothing to say. */
  readonly notContinued: string
}

/** From the main step to the post step, by the runner's file for it; without one there is nothing the post step could do. */
export const handOver = {
  begun: (beginning: Beginning) => put(STATES.begun, JSON.stringify(beginning)),
  /** The work folder holds no less than the copy that it goes on from. */
  isWhole: () => put(STATES.isWhole, 'true'),
  savedBytes: (bytes: number) => put(STATES.savedBytes, String(bytes)),
  /** Everybody was told of the result. */
  told: () => put(STATES.told, 'true'),
  /** Nothing is left to do. */
  settled: () => put(STATES.settled, 'true'),
}

/** What the main step handed over, seen from the post step. */
export const handedOver = {
  /** Told by the file that the runner starts, since a main step that is killed at once hands nothing over. */
  isPost: () => basename(process.argv[1] ?? '') === POST_FILE,
  begun: (): Beginning | undefined => {
    const text = core.getState(STATES.begun)
    return text === '' ? undefined : (JSON.parse(text) as Beginning)
  },
  isWhole: () => core.getState(STATES.isWhole) === 'true',
  savedBytes: () => Number(core.getState(STATES.savedBytes) || 0),
  told: () => core.getState(STATES.told) === 'true',
  settled: () => core.getState(STATES.settled) === 'true',
}

function put(name: string, value: string): void {
  try {
    core.saveState(name, value)
  } catch {
    // The file is not there or cannot be written: no reason for the audit to fail.
  }
}
