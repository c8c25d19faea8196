// Loaded before the action (`--import`): tells, when the process ends, what it used.
import { readFileSync, writeFileSync } from 'node:fs'

/** `maxRSS` counts what the parent had when it forked, too; the system knows better. */
function peakKb(fallback) {
  try {
    return Number(/^VmHWM:\s+(\d+) kB/m.exec(readFileSync('/proc/self/status', 'utf8'))[1])
  } catch {
    return fallback
  }
}

const path = process.env.BENCH_USAGE
if (path)
  process.on('exit', () => {
    const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage()
    writeFileSync(path, JSON.stringify({ cpuMs: (userCPUTime + systemCPUTime) / 1000, peakMb: peakKb(maxRSS) / 1024 }))
  })
