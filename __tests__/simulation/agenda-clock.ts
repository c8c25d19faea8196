import type { Clock } from '../../src/ports.ts'
import { Agenda } from './agenda.ts'

/** The clock of an agenda, for code with promises: after each step everybody who can go on does. For thousands of sleepers. */
export function agendaClock(): Clock & { run(until: number): Promise<void> } {
  const agenda = new Agenda()
  return {
    now: () => agenda.now,
    date: () => new Date(agenda.now),
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason)
        const stop = () => reject(signal?.reason)
        signal?.addEventListener('abort', stop, { once: true })
        agenda.at(agenda.now + Math.max(0, ms), () => {
          signal?.removeEventListener('abort', stop)
          resolve()
        })
      }),
    async run(until) {
      do await new Promise(setImmediate)
      while (agenda.step(until))
    },
  }
}
